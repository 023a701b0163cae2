"""From an entitlement event to an invoice that explains itself: catalog, ledger, rating, invoices."""
