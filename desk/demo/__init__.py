"""A believable software company, told through the public API under a moving clock."""
