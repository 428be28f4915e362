"""Names of what clinical texts speak of: concepts of the graph and of a lexicon."""
