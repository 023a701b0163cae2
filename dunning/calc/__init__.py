"""Recovery decided in pure code: campaigns, decline codes, moments and the ladder of steps."""
