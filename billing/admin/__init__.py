"""Admin of billing, in the order of the flow."""

from billing.admin import (
    catalog,
    credits,
    features,
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
    "credits",
    "features",
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
