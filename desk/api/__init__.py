"""The API of what only the desk knows how to put together."""
