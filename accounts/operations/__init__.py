"""What may be done with customers, people and staff: one module a verb."""
