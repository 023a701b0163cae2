"""What accounts write to people."""
