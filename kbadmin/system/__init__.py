"""What the system administrator sees and may have done: state, waiting work, stores, parts."""
