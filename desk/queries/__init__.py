"""What the desk shows, as plain records in a fixed number of queries."""
