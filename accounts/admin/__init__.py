"""Admin of accounts: who pays, who uses, who may call and who works here."""

from accounts.admin import api, customers, identity_providers, people, portal, staff

__all__ = ["api", "customers", "identity_providers", "people", "portal", "staff"]
