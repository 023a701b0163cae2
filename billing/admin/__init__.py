"""Admin of billing, in the order of the flow."""

from billing.admin import (
    catalog,
    invoices,
    journal,
    ledger,
    payments,
    policies,
    prices,
    ratings,
    runs,
    subscriptions,
    taxes,
)

__all__ = [
    "catalog",
    "invoices",
    "journal",
    "ledger",
    "payments",
    "policies",
    "prices",
    "ratings",
    "runs",
    "subscriptions",
    "taxes",
]
