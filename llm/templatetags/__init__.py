"""What templates of use call by name."""
