"""Tables of billing in the order of the flow."""

from billing.models.bank import BankLine, BankStatement
from billing.models.catalog import Plan, Price, Product, SeatPolicy, SeatType
from billing.models.close import (
    CloseCheck,
    CloseReopening,
    CloseRun,
    CloseSignature,
    CloseWaiver,
    PeriodClose,
)
from billing.models.credits import CreditNote, InvoiceVoid, VoidedSpans
from billing.models.delivery import InvoiceDelivery
from billing.models.directory import DirectoryMapping, DirectorySeat
from billing.models.features import Feature, SeatTypeFeature
from billing.models.gateway import (
    Dispute,
    GatewayCustomer,
    GatewayEvent,
    PaymentAttempt,
    PaymentMethod,
    Payout,
    Refund,
)
from billing.models.holdings import SeatHolding
from billing.models.invitation_mail import InvitationMail
from billing.models.invitations import ClaimOffer, DomainRule, Invitation, SeatClaim
from billing.models.invoice import (
    CreditEntry,
    Invoice,
    InvoiceDocument,
    InvoiceLine,
    NumberSeries,
)
from billing.models.journal import (
    AccountMapping,
    Books,
    JournalEntry,
    JournalPosting,
    RecognitionSlice,
)
from billing.models.ledger import EntitlementEvent, LedgerHead, SeatLedgerEntry
from billing.models.members import MemberReport
from billing.models.rating import RatedSpan, Rating
from billing.models.receivables import Allocation, Payment, Receivable
from billing.models.run import InvoiceRun, StageRefusal
from billing.models.seat_requests import SeatImport, SeatRequest, SeatRequestMail
from billing.models.subscription import Subscription
from billing.models.tax import InvoiceTax, TaxHold
from billing.models.usage import QuotaAllocation, UsageRecord, UsageTotal
from billing.models.webhooks import (
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookSecret,
)

__all__ = [
    "AccountMapping",
    "Allocation",
    "BankLine",
    "BankStatement",
    "Books",
    "ClaimOffer",
    "CloseCheck",
    "CloseReopening",
    "CloseRun",
    "CloseSignature",
    "CloseWaiver",
    "CreditEntry",
    "CreditNote",
    "DirectoryMapping",
    "DirectorySeat",
    "Dispute",
    "DomainRule",
    "EntitlementEvent",
    "Feature",
    "GatewayCustomer",
    "GatewayEvent",
    "Invitation",
    "InvitationMail",
    "Invoice",
    "InvoiceDelivery",
    "InvoiceDocument",
    "InvoiceLine",
    "InvoiceRun",
    "InvoiceTax",
    "InvoiceVoid",
    "JournalEntry",
    "JournalPosting",
    "LedgerHead",
    "MemberReport",
    "NumberSeries",
    "Payment",
    "PaymentAttempt",
    "PaymentMethod",
    "Payout",
    "PeriodClose",
    "Plan",
    "Price",
    "Product",
    "QuotaAllocation",
    "RatedSpan",
    "Rating",
    "Receivable",
    "RecognitionSlice",
    "Refund",
    "SeatClaim",
    "SeatHolding",
    "SeatImport",
    "SeatLedgerEntry",
    "SeatPolicy",
    "SeatRequest",
    "SeatRequestMail",
    "SeatType",
    "SeatTypeFeature",
    "StageRefusal",
    "Subscription",
    "TaxHold",
    "UsageRecord",
    "UsageTotal",
    "VoidedSpans",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookSecret",
]
