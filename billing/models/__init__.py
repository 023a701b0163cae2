"""Tables of billing in the order of the flow."""

from billing.models.catalog import Plan, Price, Product, SeatPolicy, SeatType
from billing.models.invoice import (
    CreditEntry,
    Invoice,
    InvoiceDocument,
    InvoiceLine,
    NumberSeries,
)
from billing.models.ledger import EntitlementEvent, LedgerHead, SeatLedgerEntry
from billing.models.rating import RatedSpan, Rating
from billing.models.run import InvoiceRun, StageRefusal
from billing.models.subscription import Subscription
from billing.models.tax import InvoiceTax, TaxHold

__all__ = [
    "CreditEntry",
    "EntitlementEvent",
    "Invoice",
    "InvoiceDocument",
    "InvoiceLine",
    "InvoiceRun",
    "InvoiceTax",
    "LedgerHead",
    "NumberSeries",
    "Plan",
    "Price",
    "Product",
    "RatedSpan",
    "Rating",
    "SeatLedgerEntry",
    "SeatPolicy",
    "SeatType",
    "StageRefusal",
    "Subscription",
    "TaxHold",
]
