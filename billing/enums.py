"""The closed vocabularies of billing. The values are what the API, the tables and the docs say."""

from django.db.models import TextChoices


class IntervalUnit(TextChoices):
    DAY = "day", "Day"
    WEEK = "week", "Week"
    MONTH = "month", "Month"


class PriceMode(TextChoices):
    PER_UNIT = "per_unit", "Per unit"
    VOLUME = "volume", "Volume"
    GRADUATED = "graduated", "Graduated"
    PACKAGE = "package", "Package"
    STAIRSTEP = "stairstep", "Stairstep"


class SubscriptionState(TextChoices):
    ACTIVE = "active", "Active"
    ENDED = "ended", "Ended"


class SeatLimitBehavior(TextChoices):
    EXPAND = "expand", "Expand"
    BLOCK = "block", "Block"
    OVERAGE = "overage", "Overage"


class EventKind(TextChoices):
    SUBSCRIPTION_STARTED = "subscription_started", "Subscription started"
    SEAT_ADDED = "seat_added", "Seat added"
    SEAT_REMOVED = "seat_removed", "Seat removed"
    SEAT_SUSPENDED = "seat_suspended", "Seat suspended"
    SEAT_REACTIVATED = "seat_reactivated", "Seat reactivated"
    SEAT_MOVED = "seat_moved", "Seat moved"
    SEAT_REASSIGNED = "seat_reassigned", "Seat reassigned"
    SEAT_INVITED = "seat_invited", "Seat invited"
    SEAT_ACCEPTED = "seat_accepted", "Seat accepted"
    SEAT_USED = "seat_used", "Seat used"
    SEAT_INACTIVE = "seat_inactive", "Seat inactive"
    QUANTITY_SET = "quantity_set", "Quantity set"
    PRICE_CHANGED = "price_changed", "Price changed"
    PLAN_CHANGED = "plan_changed", "Plan changed"
    CORRECTION = "correction", "Correction"


class SeatStateChoice(TextChoices):
    ASSIGNED = "assigned", "Assigned"
    INVITED = "invited", "Invited"
    ACCEPTED = "accepted", "Accepted"
    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Suspended"
    INACTIVE = "inactive", "Inactive"
    REMOVED = "removed", "Removed"


class FeatureKind(TextChoices):
    SWITCH = "switch", "On or off"
    METERED = "metered", "Used in units"


class LimitOf(TextChoices):
    """Whose a limit is: each person's, or one for all people of the subscription."""

    PERSON = "person", "Each person"
    SUBSCRIPTION = "subscription", "The whole subscription"


class LineKind(TextChoices):
    RECURRING = "recurring", "Recurring"
    PRORATION = "proration", "Proration"
    CREDIT = "credit", "Credit"
    TRUE_UP = "true_up", "True-up"
    MINIMUM = "minimum", "Minimum"
    USAGE = "usage", "Usage"
    DISCOUNT = "discount", "Discount"
    ADJUSTMENT = "adjustment", "Adjustment"
    GIVEN_BACK = "given_back", "Given back"


class InvoiceKind(TextChoices):
    INVOICE = "invoice", "Invoice"
    CREDIT_NOTE = "credit_note", "Credit note"


class InvoiceState(TextChoices):
    DRAFT = "draft", "Draft"
    FINALIZED = "finalized", "Finalized"


class Settlement(TextChoices):
    BALANCE = "balance", "Kept as balance"
    REFUND = "refund", "To be refunded"
    INVOICE = "invoice", "Set off against its invoice"


class CreditScope(TextChoices):
    """How a person said how much to credit."""

    FULL = "full", "All that is left of the invoice"
    LINES = "lines", "Amounts of lines"
    AMOUNT = "amount", "An amount over all lines"


class CreditNoteReason(TextChoices):
    """The closed list of why people credit; its words for customers are in calc/credit_words.py."""

    BILLING_ERROR = "billing_error", "Billing error"
    NOT_PROVIDED = "not_provided", "Service not provided as agreed"
    PRICE_AGREED = "price_agreed", "Another price was agreed"
    ENDED_EARLY = "ended_early", "Contract ended early"
    GOODWILL = "goodwill", "Goodwill"
    VOID = "void", "Invoice voided"


class CreditReason(TextChoices):
    """Why a customer's credit balance moved; the sign of each is fixed by a constraint."""

    CREDIT_NOTE = "credit_note", "Credit note"
    APPLIED = "applied", "Applied when an invoice was issued"
    OVERPAID = "overpaid", "Paid more than was open"
    ALLOCATED = "allocated", "Used for an open invoice"
    UNALLOCATED = "unallocated", "Taken back from an invoice"
    RESERVED = "reserved", "Reserved for a refund"
    REFUND_FAILED = "refund_failed", "Refund did not go through"
    WITHDRAWN = "withdrawn", "Withdrawn by a dispute"
    REINSTATED = "reinstated", "Given back after a dispute"


class AllocationSource(TextChoices):
    PAYMENT = "payment", "Payment"
    CREDIT = "credit", "Credit balance"
    WRITE_OFF = "write_off", "Write-off"


class PaymentKind(TextChoices):
    RECEIVED = "received", "Received"
    REFUND = "refund", "Refund"
    WITHDRAWAL = "withdrawal", "Withdrawn by a dispute"
    REINSTATED = "reinstated", "Given back after a dispute"


class PaymentMethodKind(TextChoices):
    CARD = "card", "Card"
    DIRECT_DEBIT = "direct_debit", "Direct debit"
    BANK_TRANSFER = "bank_transfer", "Bank transfer"
    MANUAL = "manual", "Entered by hand"


class AttemptState(TextChoices):
    STARTED = "started", "Started"
    PROCESSING = "processing", "Processing"
    NEEDS_CUSTOMER = "needs_customer", "Needs the customer"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"


OPEN_ATTEMPTS = (AttemptState.STARTED, AttemptState.PROCESSING, AttemptState.NEEDS_CUSTOMER)


class AttemptTrigger(TextChoices):
    ISSUE = "issue", "When issued"
    RECOVERY = "recovery", "Recovery"
    STAFF = "staff", "Staff"
    CUSTOMER = "customer", "Customer"


class RefundState(TextChoices):
    REQUESTED = "requested", "Requested"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"


class DisputeState(TextChoices):
    OPEN = "open", "Open"
    WON = "won", "Won"
    LOST = "lost", "Lost"


class BankLineState(TextChoices):
    OPEN = "open", "Open"
    MATCHED = "matched", "Matched"
    SET_ASIDE = "set_aside", "Set aside"


class RunTrigger(TextChoices):
    SCHEDULE = "schedule", "Schedule"
    COMMAND = "command", "Command"
    DESK = "desk", "Desk"


class RunState(TextChoices):
    RUNNING = "running", "Running"
    FINISHED = "finished", "Finished"


class StageName(TextChoices):
    TEND = "tend", "Tend exceptions"
    GRANT = "grant", "Carry out exceptions"
    PAUSE = "pause", "Pause cases by exception"
    AGE = "age", "Age"
    RATE = "rate", "Rate"
    DRAFT = "draft", "Draft"
    TAX = "tax", "Tax"
    FINALIZE = "finalize", "Finalize"
    RENDER = "render", "Render"
    DELIVER = "deliver", "Deliver"
    COLLECT = "collect", "Collect"
    SETTLE = "settle", "Settle"
    POST = "post", "Post"
    CLOSE = "close", "Close cases"
    CASE = "case", "Open cases"
    DUN = "dun", "Take recovery's steps"
    EXPIRE = "expire", "Expire invitations"


class InvitationRole(TextChoices):
    """As what somebody is asked to join; the first two are roles of a membership."""

    MEMBER = "member", "Member"
    GROUP_ADMINISTRATOR = "group_administrator", "Group administrator"
    BILLING_ADMINISTRATOR = "billing_administrator", "Billing administrator"


class InvitationState(TextChoices):
    PENDING = "pending", "Pending"
    ACCEPTED = "accepted", "Accepted"
    REVOKED = "revoked", "Revoked"
    EXPIRED = "expired", "Expired"


class InvitationReserves(TextChoices):
    """What waits for the invited person until they answer."""

    NONE = "none", "Nothing"
    FREE_SEAT = "free_seat", "A bought seat nobody holds"
    INVITED_SEAT = "invited_seat", "A seat of its own, invited"


class InvitationMailKind(TextChoices):
    INVITE = "invite", "Invitation"
    ASKS_LINK = "asks_link", "Asks for a new link"
    ASKS_SEAT = "asks_seat", "Asks for a seat"


class AccountRole(TextChoices):
    """What an account is for. The number behind it is each billing entity's own."""

    RECEIVABLE = "receivable", "Receivables"
    CASH_BANK = "cash_bank", "Bank"
    GATEWAY_CLEARING = "gateway_clearing", "Gateway clearing"
    DEFERRED_REVENUE = "deferred_revenue", "Deferred revenue"
    TAX_PAYABLE = "tax_payable", "Tax payable"
    CUSTOMER_CREDIT = "customer_credit", "Customer credit"
    REFUNDS_PAYABLE = "refunds_payable", "Refunds payable"
    REVENUE = "revenue", "Revenue"
    FEES = "fees", "Gateway fees"
    BAD_DEBT = "bad_debt", "Bad debt"


class JournalKind(TextChoices):
    """What an entry books; with its source it is there once."""

    INVOICE = "invoice", "Invoice"
    CREDIT_NOTE = "credit_note", "Credit note"
    RECEIVED = "received", "Payment"
    REFUND = "refund", "Refund paid"
    WITHDRAWAL = "withdrawal", "Withdrawn by a dispute"
    REINSTATED = "reinstated", "Money given back"
    ALLOCATED = "allocated", "Credit used for an invoice"
    UNALLOCATED = "unallocated", "Allocation taken back"
    RESERVED = "reserved", "Refund requested"
    REFUND_FAILED = "refund_failed", "Refund failed"
    WRITE_OFF = "write_off", "Write-off"
    PAYOUT = "payout", "Payout"
    PAYOUT_FAILED = "payout_failed", "Payout failed"
    RECOGNITION = "recognition", "Revenue earned"


class ChartOfAccounts(TextChoices):
    SKR03 = "SKR03", "SKR03"
    SKR04 = "SKR04", "SKR04"
    GENERIC = "generic", "Generic"


class CloseItem(TextChoices):
    """What has to be true before a month is closed, in the order people read it."""

    EARLIER = "earlier", "Earlier months are closed"
    EVENTS = "events", "All events of the month are rated"
    DRAFTS = "drafts", "No draft of the month is left"
    LEDGER = "ledger", "The seat ledger is whole"
    RECHECK = "recheck", "Invoices derive again from the ledger"
    RECONCILE = "reconcile", "The books reconcile to zero"
    REVENUE = "revenue", "Revenue of the month is recognized"
    TAX_INPUTS = "tax_inputs", "Tax inputs are complete"
    RETURNS = "returns", "Returns tie to the invoices"
    APPROVALS = "approvals", "Credits and exceptions are decided"
    WEBHOOKS = "webhooks", "Webhooks are applied"
    DOCUMENTS = "documents", "Documents are rendered and delivered"
    REFUSALS = "refusals", "No stage refuses anything"
    BANK = "bank", "Bank lines are matched"


class CloseOutcome(TextChoices):
    PASSED = "passed", "Passed"
    FOUND = "found", "To do"
    ERROR = "error", "Could not be checked"


class WhenGone(TextChoices):
    """What becomes of a seat whose holder leaves the directory group that gave it."""

    RELEASE = "release", "Take the seat back"
    SUSPEND = "suspend", "Suspend the seat"


class WebhookState(TextChoices):
    """Of a message to an endpoint."""

    WAITING = "waiting", "Waits to be sent"
    SENDING = "sending", "Being sent"
    DELIVERED = "delivered", "Delivered"
    PARKED = "parked", "Given up"
    CANCELED = "canceled", "Not sent: its endpoint was removed"


class SeatRequestState(TextChoices):
    ASKED = "asked", "Asked"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class SeatRequestMailKind(TextChoices):
    ASKED = "asked", "To whoever decides"
    DECIDED = "decided", "To who asked"


class SeatImportState(TextChoices):
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Checked, nothing done yet"
    RUNNING = "running", "Being carried out"
    DONE = "done", "Done"
