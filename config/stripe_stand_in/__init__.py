"""A Stripe to try Seatledger with: localstripe as a process of its own, and what it leaves out. Never in production."""
