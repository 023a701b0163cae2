"""What recovery asks of the tables: work lists, facts of cases, and figures for the desk."""
