"""Admin of tax: sellers, registrations, markets, facts, evidence and what was filed."""

from tax.admin import customers, evidence, facts, markets, registrations, sellers

__all__ = ["customers", "evidence", "facts", "markets", "registrations", "sellers"]
