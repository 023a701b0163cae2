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


class SignInStep(TextChoices):
    """What was guessed."""

    PASSWORD = "password", "Password"
    CODE = "code", "Code of a second factor"
