"""What accounts send to people outside of a page."""
