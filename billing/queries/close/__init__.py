"""What month end asks of the tables: work left over, tax, figures, and marks that nothing moved."""
