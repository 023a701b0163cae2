"""Bank statements in pure code: read a file, and tell which line pays what."""
