"""Admin of accounts: who pays, who uses, who may call and who works here."""

from accounts.admin import api, customers, people, staff

__all__ = ["api", "customers", "people", "staff"]
