"""The closed vocabularies of accounts."""

from django.db.models import TextChoices


class CustomerStatus(TextChoices):
    ACTIVE = "active", "Active"
    CLOSED = "closed", "Closed"


class MembershipRole(TextChoices):
    MEMBER = "member", "Member"
    GROUP_ADMINISTRATOR = "group_administrator", "Group administrator"


class MembershipState(TextChoices):
    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Suspended"
    REMOVED = "removed", "Removed"


class AccessLevel(TextChoices):
    """What the product is advised; no row means nothing is advised."""

    BANNER = "banner", "Show a banner"
    RESTRICT_ADDITIONS = "restrict_additions", "Add no seats"
    SUSPEND = "suspend", "Suspend"


class ChangeKind(TextChoices):
    """Why an answer about entitlements differs; followers of the feed ask again."""

    SEAT_CHANGED = "seat_changed", "A seat was given, taken or changed"
    MEMBERSHIP_CHANGED = "membership_changed", "A membership or its group changed"
    SUBSCRIPTION_CHANGED = "subscription_changed", "A subscription began, changed or ended"
    FEATURES_CHANGED = "features_changed", "What a plan contains changed"
    USAGE_QUOTA_REACHED = "usage_quota_reached", "A usage quota is used up"
    USAGE_QUOTA_CHANGED = "usage_quota_changed", "A usage quota was set or freed"
    ACCESS_ADVISED = "access_advised", "Payment recovery's advice on access changed"


class StaffRole(TextChoices):
    """Names of the Django groups that carry staff permissions."""

    ANALYST = "analyst", "Analyst"
    APPROVER = "approver", "Approver"
    SUPPORT = "support", "Support"
    ADMINISTRATOR = "administrator", "Administrator"


class ApiScope(TextChoices):
    EVENTS_WRITE = "events:write", "Send entitlement events"
    CATALOG_WRITE = "subscriptions:write", "Create customers and subscriptions"
    BILLING_READ = "billing:read", "Read subscriptions, invoices, previews and traces"
    BILLING_WRITE = "billing:write", "Issue credit notes, start payments"
    ENTITLEMENTS_READ = "entitlements:read", "Ask what a person may use"
    WEBHOOKS_WRITE = "webhooks:write", "Register webhook endpoints, send messages again"


class ExceptionKind(TextChoices):
    """What a second person must agree to. What each needs and blocks is in calc/exception_terms.py."""

    DISCOUNT = "discount", "Discount"
    FREE_SEATS = "free_seats", "Free seats"
    PRICE_OVERRIDE = "price_override", "Price override"
    PRORATION_EXCEPTION = "proration_exception", "Proration exception"
    CREDIT = "credit", "Credit"
    REFUND = "refund", "Refund"
    WRITE_OFF = "write_off", "Write-off"
    BACKDATED_CORRECTION = "backdated_correction", "Correction over a closed period"
    TAX_OVERRIDE = "tax_override", "Tax override"
    DUNNING_PAUSE = "dunning_pause", "Dunning pause"
    LIMIT_RAISE = "limit_raise", "Limit raise"
    PAYMENT_TERMS = "payment_terms", "Payment terms"
    REOPEN_PERIOD = "reopen_period", "Reopening of a closed month"
    AUTHORITY_CHANGE = "authority_change", "Change of the authority matrix"


class ExceptionState(TextChoices):
    REQUESTED = "requested", "Waits for a decision"
    SENT_BACK = "sent_back", "Sent back"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired"
    REVOKED = "revoked", "Revoked"


PENDING_STATES = (ExceptionState.REQUESTED, ExceptionState.SENT_BACK)


class Verdict(TextChoices):
    """What a decision says; each moves the request to one state (trigger exception_moves_by_decision)."""

    APPROVE = "approve", "Approve"
    REJECT = "reject", "Reject"
    SEND_BACK = "send_back", "Send back"
    ESCALATE = "escalate", "Escalate"
    RESUBMIT = "resubmit", "Ask again"
    WITHDRAW = "withdraw", "Withdraw"
    REVOKE = "revoke", "Revoke"
    EXPIRE = "expire", "Expire"


class SupportBurden(TextChoices):
    LOW = "low", "Less than usual"
    USUAL = "usual", "As usual"
    HIGH = "high", "More than usual"


class ActorKind(TextChoices):
    """Whom an entry of the trail speaks of."""

    USER = "user", "Staff"
    API_CLIENT = "api_client", "API client"
    CUSTOMER = "customer", "Customer"
    SYSTEM = "system", "System"
    NOBODY = "nobody", "Not signed in"


class AuditAction(TextChoices):
    """What the trail tells of. Others may add codes of their own: the column takes any code."""

    VIEWED = "viewed", "Viewed"
    LISTED = "listed", "Listed"
    EXPORTED = "exported", "Exported"
    DOWNLOADED = "downloaded", "Downloaded"
    CREATED = "created", "Created"
    CHANGED = "changed", "Changed"
    DELETED = "deleted", "Deleted"
    SUBMITTED = "submitted", "Submitted"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"
    SIGNED_IN = "signed_in", "Signed in"
    SIGNED_OUT = "signed_out", "Signed out"
    SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
    SIGN_IN_LOCKED = "sign_in_locked", "Locked out"
    SIGN_IN_REFUSED = "sign_in_refused", "Sign-in refused"
    FACTOR_ADDED = "factor_added", "Factor added"
    FACTOR_REMOVED = "factor_removed", "Factor removed"
    PASSWORD_CHANGED = "password_changed", "Password changed"
    IDENTITY_LINKED = "identity_linked", "Identity linked"
    ROLE_CHANGED = "role_changed", "Role changed"
    PACKET_MADE = "packet_made", "Packet made"


class SignInStep(TextChoices):
    """What was guessed."""

    PASSWORD = "password", "Password"
    CODE = "code", "Code of a second factor"
    LINK = "link", "Link by e-mail"


class TransferState(TextChoices):
    """Of an offered ownership."""

    PENDING = "pending", "Waits for an answer"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired"


class PortalMailKind(TextChoices):
    SIGN_IN_LINK = "sign_in_link", "Link to sign in"
    WELCOME = "welcome", "Invitation of staff"
    OWNERSHIP_OFFERED = "ownership_offered", "Ownership offered"
    OWNERSHIP_ACCEPTED = "ownership_accepted", "Ownership accepted"
    OWNERSHIP_DECLINED = "ownership_declined", "Ownership declined"
    OWNERSHIP_ENDED = "ownership_ended", "Offer withdrawn or expired"


class MailState(TextChoices):
    QUEUED = "queued", "Waits to be sent"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    UNKNOWN = "unknown", "Perhaps sent"
    CANCELED = "canceled", "Not sent: no longer needed"
    FAILED = "failed", "Refused by the mail server"
