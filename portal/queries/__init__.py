"""What pages of the portal show, as plain records. Every query starts from the customer."""
