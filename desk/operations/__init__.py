"""What the desk writes itself: incidents and release checks."""
