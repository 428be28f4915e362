"""Rows for training from what a release holds: cut, told where they come from, called back."""
