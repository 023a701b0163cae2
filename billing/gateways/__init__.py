"""Doors to services outside. Each raises when the other side does not answer; none retries."""
