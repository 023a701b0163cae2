"""What billing can answer, as plain records."""
