"""What staff see across the apps: customer, invoice and flow pages."""
