"""Signing in: allauth does the work; here is what Seatledger adds and refuses."""
