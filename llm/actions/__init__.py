"""What people may have done to the derived stores. Each is on the record, done by nobody yet."""
