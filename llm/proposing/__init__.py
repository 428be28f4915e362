"""Reads what approved text says of concepts, and proposes it as relations of the graph."""
