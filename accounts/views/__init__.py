"""Pages of accounts: signing in, and what one may change about that."""
