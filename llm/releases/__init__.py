"""What a release holds, what must be so before it is published, and what changed since another."""
