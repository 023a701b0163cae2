"""Who sells: billing entities and which of them invoices which customer."""
