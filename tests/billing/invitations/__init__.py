"""Invitations, domain rules and claims."""
