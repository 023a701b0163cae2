"""Pure words and decisions of the portal."""
