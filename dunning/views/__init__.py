"""Pages of recovery that need no sign-in."""
