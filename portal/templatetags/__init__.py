"""What templates of the portal say with."""
