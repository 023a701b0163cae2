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
