"""Admin of tax: sellers, registrations, markets, facts, evidence and what was filed."""

from tax.admin import evidence, facts, markets, registrations, sellers

__all__ = ["evidence", "facts", "markets", "registrations", "sellers"]
