"""Filters that only write values as text."""
