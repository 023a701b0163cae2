"""One box for everything: what a term may mean, kind by kind, and the page of each hit."""
