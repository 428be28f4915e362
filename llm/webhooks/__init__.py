"""Telling other programs what happened: what is sent to whom, how it is signed, and when again."""
