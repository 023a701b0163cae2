"""Admin of money: to read, never to write. The desk is where money is moved."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import FieldTextFilter

from accounts.admin.base import LookOnlyAdmin
from billing.admin.columns import money_column
from billing.admin.search import FindsByCustomer
from billing.models import (
    Allocation,
    BankLine,
    BankStatement,
    Dispute,
    GatewayCustomer,
    GatewayEvent,
    Invoice,
    Payment,
    PaymentAttempt,
    PaymentMethod,
    Payout,
    Receivable,
    Refund,
)

FIND_INVOICE = "Customer's name or id, or exactly an invoice number"
FIND_GATEWAY = "Customer's name or id, or exactly a gateway id"


@admin.register(Receivable)
class ReceivableAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = [
        "invoice", "customer", "billing_entity", "amount", "open", "due_date", "settled_at",
        "next_attempt_at", "attempt_count", "first_failed_at",
    ]  # fmt: skip
    list_filter = [("settled_at", admin.EmptyFieldListFilter), ("currency", FieldTextFilter)]
    list_select_related = ["invoice", "customer", "billing_entity"]
    search_help_text = FIND_INVOICE
    found_by = (("invoice", Invoice, "number"),)
    date_hierarchy = "due_date"
    ordering = [
        "-invoice_id"
    ]  # the key grows with time; by due date the whole table would be sorted

    amount = money_column("amount_minor", "Due when issued", currency="currency")
    open = money_column("open_minor", "Open", currency="currency")


@admin.register(Payment)
class PaymentAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = [
        "recorded_at", "kind", "method", "customer", "billing_entity", "amount", "fee", "paid_on",
        "gateway_id", "reference", "reason", "recorded_by", "desk_page",
    ]  # fmt: skip
    list_filter = ["kind", "method", "billing_entity", ("currency", FieldTextFilter)]
    list_select_related = ["customer", "billing_entity", "recorded_by"]
    search_help_text = FIND_GATEWAY
    found_as = ("gateway_id", "reference")
    date_hierarchy = "paid_on"

    amount = money_column("amount_minor", "Amount", currency="currency")
    fee = money_column("fee_minor", "Fee", currency="currency")

    @admin.display(description="Desk")
    def desk_page(self, payment: Payment) -> SafeString:
        return format_html(
            '<a href="{}">What it settles</a>', reverse("desk:money_payment", args=[payment.pk])
        )


@admin.register(Allocation)
class AllocationAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = [
        "recorded_at", "receivable", "customer", "source", "amount", "payment", "undoes", "reason",
        "recorded_by",
    ]  # fmt: skip
    list_filter = ["source", ("undoes", admin.EmptyFieldListFilter)]
    list_select_related = [
        "receivable__invoice", "customer", "payment", "undoes", "recorded_by",
    ]  # fmt: skip
    search_help_text = FIND_INVOICE
    found_by = (("receivable", Invoice, "number"),)
    date_hierarchy = "recorded_at"

    amount = money_column("amount_minor", "Amount", currency="receivable.currency")


@admin.register(GatewayCustomer)
class GatewayCustomerAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = ["customer", "gateway_id", "created_at"]
    list_select_related = ["customer"]
    search_help_text = FIND_GATEWAY
    found_as = ("gateway_id",)


@admin.register(PaymentMethod)
class PaymentMethodAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = [
        "customer", "kind", "brand", "last4", "expires_on", "is_default", "gateway_id", "added_at",
        "detached_at",
    ]  # fmt: skip
    list_filter = ["kind", "is_default", ("detached_at", admin.EmptyFieldListFilter)]
    list_select_related = ["customer"]
    search_help_text = FIND_GATEWAY
    found_as = ("gateway_id", "last4")
    date_hierarchy = "added_at"


@admin.register(PaymentAttempt)
class PaymentAttemptAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = [
        "started_at", "receivable", "number", "customer", "state", "trigger", "amount",
        "payment_method", "decline_code", "problem", "gateway_id", "ask_at", "asked_count",
        "answered_at",
    ]  # fmt: skip
    list_filter = ["state", "trigger", ("decline_code", FieldTextFilter)]
    list_select_related = ["receivable__invoice", "customer", "payment_method"]
    exclude = ["client_secret"]
    search_help_text = f"{FIND_INVOICE}, or a gateway id"
    found_as = ("gateway_id", "decline_code")
    found_by = (("receivable", Invoice, "number"),)
    date_hierarchy = "started_at"

    amount = money_column("amount_minor", "Amount", currency="currency")


@admin.register(Refund)
class RefundAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = [
        "requested_at", "customer", "amount", "state", "reason", "payment", "credit_note",
        "requested_by", "gateway_id", "problem", "answered_at",
    ]  # fmt: skip
    list_filter = ["state", ("currency", FieldTextFilter)]
    list_select_related = ["customer", "payment", "credit_note", "requested_by"]
    search_help_text = FIND_GATEWAY
    found_as = ("gateway_id",)
    date_hierarchy = "requested_at"

    amount = money_column("amount_minor", "Amount", currency="currency")


@admin.register(Dispute)
class DisputeAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = [
        "opened_at", "customer", "amount", "state", "reason", "payment", "gateway_id",
        "evidence_due_at", "closed_at",
    ]  # fmt: skip
    list_filter = ["state"]
    list_select_related = ["customer", "payment"]
    search_help_text = FIND_GATEWAY
    found_as = ("gateway_id",)
    date_hierarchy = "opened_at"

    amount = money_column("amount_minor", "Amount", currency="currency")


@admin.register(Payout)
class PayoutAdmin(LookOnlyAdmin):
    list_display = ["arrives_on", "state", "amount", "gateway_id", "recorded_at"]
    list_filter = ["state"]
    search_fields = ["gateway_id"]
    date_hierarchy = "arrives_on"

    amount = money_column("amount_minor", "Amount", currency="currency")


@admin.register(GatewayEvent)
class GatewayEventAdmin(LookOnlyAdmin):
    """Bodies are shown on the desk, one at a time; the list never loads them."""

    list_display = [
        "received_at", "kind", "event_id", "object_id", "created_at", "applied_at", "outcome",
    ]  # fmt: skip
    list_filter = [("applied_at", admin.EmptyFieldListFilter), ("kind", FieldTextFilter)]
    search_fields = ["=event_id", "=object_id"]
    search_help_text = "Exactly an event's or an object's gateway id"
    date_hierarchy = "received_at"


@admin.register(BankStatement)
class BankStatementAdmin(LookOnlyAdmin):
    list_display = [
        "imported_at", "file_name", "format", "billing_entity", "account", "currency", "first_day",
        "last_day", "opening", "closing", "imported_by",
    ]  # fmt: skip
    list_filter = ["format", "billing_entity"]
    list_select_related = ["billing_entity", "imported_by"]
    search_fields = ["file_name", "=account", "=sha256"]
    date_hierarchy = "imported_at"

    opening = money_column("opening_minor", "Opening balance", currency="currency")
    closing = money_column("closing_minor", "Closing balance", currency="currency")


@admin.register(BankLine)
class BankLineAdmin(LookOnlyAdmin):
    list_display = [
        "booked_on", "billing_entity", "amount", "state", "payer_name", "payer_account",
        "reference", "payment", "reason", "decided_by", "decided_at",
    ]  # fmt: skip
    list_filter = ["state", "billing_entity", ("currency", FieldTextFilter)]
    list_select_related = ["billing_entity", "payment", "decided_by"]
    search_fields = ["payer_name", "reference", "=payer_account", "=key"]
    date_hierarchy = "booked_on"

    amount = money_column("amount_minor", "Amount", currency="currency")
