"""Who pays and who uses: customers, billing owners, groups, grantees; API clients and staff roles."""
