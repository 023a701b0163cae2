"""What accounts says to the world outside."""
