"""Double-entry books in pure code: what each document and movement of money posts, and when."""
