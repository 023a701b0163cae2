"""Evidence packets: everything that explains some documents of one customer, in a fixed number of queries."""
