"""What the desk decides and says in pure code: no framework, no clock, no network."""
