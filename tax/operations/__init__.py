"""What may be done with billing entities: one module a verb."""
