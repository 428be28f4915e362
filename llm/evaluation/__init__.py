"""How well retrieval finds what people expect of it, and whether that got worse."""
