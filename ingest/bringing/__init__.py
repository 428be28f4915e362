"""Pages on which people bring files and lists in."""
