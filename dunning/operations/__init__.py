"""What recovery does, one verb a module."""
