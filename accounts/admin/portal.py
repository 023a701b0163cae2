"""What was written to customers' people about coming in, and ownership that was offered: to look at."""

from django.contrib import admin

from accounts.admin.base import LookOnlyAdmin
from accounts.models import OwnershipTransfer, PortalMail


@admin.register(PortalMail)
class PortalMailAdmin(LookOnlyAdmin):
    list_display = ["queued_at", "kind", "to", "customer", "state", "sent_at", "problem"]
    list_filter = ["kind", "state"]
    list_select_related = ["customer"]
    search_fields = ["to", "customer__legal_name"]
    date_hierarchy = "queued_at"
    exclude = ["sealed_link", "html"]


@admin.register(OwnershipTransfer)
class OwnershipTransferAdmin(LookOnlyAdmin):
    list_display = ["customer", "from_owner", "to_email", "state", "proposed_at", "answered_at"]
    list_filter = ["state"]
    list_select_related = ["customer", "from_owner"]
    search_fields = ["to_email", "customer__legal_name"]
    date_hierarchy = "proposed_at"
    exclude = ["token_digest"]
