"""What the desk prints: evidence packets as sheets and files."""
