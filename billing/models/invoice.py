"""Invoices and credit notes. A draft may change; once finalized, triggers refuse every change."""

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from accounts.models import Customer
from billing.enums import CreditReason, InvoiceKind, InvoiceState, LineKind, Settlement
from billing.models.rating import RatedSpan
from tax.models import BillingEntity


class NumberSeries(models.Model):
    """Gapless numbers: a block is taken by one UPDATE in the transaction that uses all of it."""

    billing_entity = models.ForeignKey(
        BillingEntity, on_delete=models.PROTECT, related_name="number_series"
    )
    kind = models.CharField(max_length=11, choices=InvoiceKind.choices)
    prefix = models.CharField(max_length=16, unique=True)
    last_number = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "number series"
        constraints = [
            models.UniqueConstraint(
                name="number_series_once_per_entity_and_kind", fields=["billing_entity", "kind"]
            ),
            models.CheckConstraint(
                name="number_series_is_not_negative", condition=Q(last_number__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return self.prefix


class Invoice(models.Model):
    """
    What a customer owes (or, as a credit note, gets back). Amounts in minor units of `currency`.

    A credit note carries negative amounts, so that a customer's documents add up.
    `seller`, `buyer` and `policies` are snapshots of the moment of finalizing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invoices")
    billing_entity = models.ForeignKey(
        BillingEntity, on_delete=models.PROTECT, related_name="invoices"
    )
    kind = models.CharField(max_length=11, choices=InvoiceKind.choices)
    state = models.CharField(max_length=9, choices=InvoiceState.choices, default=InvoiceState.DRAFT)
    settlement = models.CharField(
        max_length=7,
        choices=Settlement.choices,
        default=Settlement.BALANCE,
        help_text="What becomes of a credit note's amount",
    )
    currency = models.CharField(max_length=3)
    cycle_date = models.DateField(help_text="Local date of the billing moment it belongs to")
    drafted_at = models.DateTimeField()
    finalize_after = models.DateTimeField(help_text="End of the grace period for late events")
    series = models.ForeignKey(
        NumberSeries, on_delete=models.PROTECT, null=True, blank=True, related_name="invoices"
    )
    sequence = models.BigIntegerField(null=True, blank=True)
    number = models.CharField(max_length=40, blank=True)
    issued_at = models.DateTimeField(null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    credits = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_notes",
        help_text="The invoice a person credits with it",
    )
    subtotal_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(null=True, blank=True, help_text="Empty until determined")
    tax_note = models.CharField(max_length=300, blank=True)
    total_minor = models.BigIntegerField(null=True, blank=True)
    credit_applied_minor = models.BigIntegerField(default=0)
    amount_due_minor = models.BigIntegerField(null=True, blank=True)
    language = models.CharField(max_length=5)
    time_zone = models.CharField(max_length=64)
    paper = models.CharField(max_length=6)
    seller = models.JSONField(default=dict)
    buyer = models.JSONField(default=dict)
    policies = models.JSONField(
        default=list, help_text="Customer-language policy texts quoted on it"
    )

    class Meta:
        ordering = ["-cycle_date", "-id"]
        permissions = [("issue_credit_note", "Can issue credit notes and void invoices")]
        constraints = [
            models.UniqueConstraint(
                name="invoice_sequence_once_per_series",
                fields=["series", "sequence"],
                condition=Q(series__isnull=False),
            ),
            models.UniqueConstraint(
                name="invoice_number_once",
                fields=["number"],
                condition=~Q(number=""),
                opclasses=["varchar_pattern_ops"],  # also finds the beginning of a number
            ),
            models.UniqueConstraint(
                name="invoice_one_draft_per_customer_and_cycle",
                fields=[
                    "customer",
                    "billing_entity",
                    "currency",
                    "kind",
                    "settlement",
                    "cycle_date",
                ],
                condition=Q(state=InvoiceState.DRAFT, credits=None),
            ),
            models.CheckConstraint(
                name="invoice_credits_only_as_a_credit_note",
                condition=Q(credits=None) | Q(kind=InvoiceKind.CREDIT_NOTE),
            ),
            models.CheckConstraint(
                name="invoice_finalized_is_complete",
                condition=Q(state=InvoiceState.DRAFT)
                | Q(
                    series__isnull=False,
                    sequence__isnull=False,
                    issued_at__isnull=False,
                    due_date__isnull=False,
                    tax_minor__isnull=False,
                    total_minor__isnull=False,
                    amount_due_minor__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="invoice_total_is_subtotal_plus_tax",
                condition=Q(total_minor=None) | Q(total_minor=F("subtotal_minor") + F("tax_minor")),
            ),
            models.CheckConstraint(
                name="invoice_due_is_total_less_credit",
                condition=Q(amount_due_minor=None)
                | Q(amount_due_minor=F("total_minor") - F("credit_applied_minor")),
            ),
            models.CheckConstraint(
                name="invoice_credit_applied_within_total",
                condition=Q(credit_applied_minor=0)
                | Q(credit_applied_minor__gt=0, credit_applied_minor__lte=F("total_minor")),
            ),
            models.CheckConstraint(
                name="invoice_sign_follows_kind",
                condition=Q(total_minor=None)
                | Q(kind=InvoiceKind.INVOICE, total_minor__gte=0)
                | Q(kind=InvoiceKind.CREDIT_NOTE, total_minor__lte=0),
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-cycle_date"], name="invoice_by_customer"),
            models.Index(fields=["issued_at"], name="invoice_by_issued_at"),
            models.Index(fields=["-cycle_date", "-id"], name="invoice_by_cycle_date"),
            models.Index(
                name="invoice_draft_without_tax",
                fields=["id"],
                condition=Q(state=InvoiceState.DRAFT, tax_minor__isnull=True),
            ),
            models.Index(
                name="invoice_draft_ready",
                fields=["finalize_after", "id"],
                condition=Q(state=InvoiceState.DRAFT, tax_minor__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"draft {self.id}"


class InvoiceLine(models.Model):
    """
    One amount with its explanation: a rated span, billed once, or the line a person credits with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invoice_lines")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField(help_text="1, 2, 3 … on the invoice")
    rated_span = models.OneToOneField(
        RatedSpan, on_delete=models.PROTECT, null=True, blank=True, related_name="invoice_line"
    )
    credited_line = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="credit_lines"
    )
    kind = models.CharField(max_length=10, choices=LineKind.choices)
    seat_type_code = models.CharField(max_length=50)
    seat_type_name = models.CharField(max_length=100)
    plan_name = models.CharField(max_length=100)
    description = models.CharField(max_length=300, help_text="In the invoice's language")
    quantity = models.PositiveIntegerField()
    seat_days = models.PositiveIntegerField()
    unit_price_minor = models.BigIntegerField()
    span_first = models.DateField()
    span_after = models.DateField()
    amount_minor = models.BigIntegerField()
    formula = models.TextField(help_text="In words and numbers, in the invoice's language")

    class Meta:
        ordering = ["invoice", "position"]
        constraints = [
            models.UniqueConstraint(
                name="invoice_line_position_once", fields=["invoice", "position"]
            ),
            models.CheckConstraint(
                name="invoice_line_has_one_origin",
                condition=Q(rated_span__isnull=False, credited_line=None)
                | Q(rated_span=None, credited_line__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.position}"


class InvoiceDocument(models.Model):
    """A rendered invoice, stored with its digest and never rendered again differently."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="document")
    path = models.CharField(max_length=200, help_text="In the default storage")
    sha256 = models.CharField(max_length=64)
    xml_sha256 = models.CharField(
        max_length=64, blank=True, help_text="Of the invoice as data inside it; empty: it has none"
    )
    size = models.PositiveIntegerField(help_text="Bytes")
    pages = models.PositiveSmallIntegerField()
    rendered_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.path


class CreditEntry(models.Model):
    """
    A customer's credit balance, kept as entries in minor units; append-only.

    Credit notes and overpayments add, invoices and refunds use. A trigger refuses a balance below zero.
    Several entries may name a payment: what it left over, what was taken back, what a refund used.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="credit_entries")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField(help_text="Positive: the customer gains credit")
    reason = models.CharField(max_length=13, choices=CreditReason.choices)
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="credit_entries"
    )
    payment = models.ForeignKey(
        "billing.Payment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_entries",
    )
    allocation = models.OneToOneField(
        "billing.Allocation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_entry",
    )
    refund = models.ForeignKey(
        "billing.Refund",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_entries",
    )
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["customer", "recorded_at"]
        verbose_name_plural = "credit entries"
        constraints = [
            models.UniqueConstraint(
                name="credit_entry_once_per_invoice_and_reason",
                fields=["invoice", "reason"],
                condition=Q(reason__in=[CreditReason.CREDIT_NOTE, CreditReason.APPLIED]),
            ),
            models.UniqueConstraint(
                name="credit_entry_once_per_refund_and_reason",
                fields=["refund", "reason"],
                condition=Q(refund__isnull=False),
            ),
            models.CheckConstraint(
                name="credit_entry_sign_follows_reason",
                condition=Q(
                    reason__in=[
                        CreditReason.CREDIT_NOTE,
                        CreditReason.OVERPAID,
                        CreditReason.UNALLOCATED,
                        CreditReason.REFUND_FAILED,
                        CreditReason.REINSTATED,
                    ],
                    amount_minor__gt=0,
                )
                | Q(
                    reason__in=[
                        CreditReason.APPLIED,
                        CreditReason.ALLOCATED,
                        CreditReason.RESERVED,
                        CreditReason.WITHDRAWN,
                    ],
                    amount_minor__lt=0,
                ),
            ),
            models.CheckConstraint(
                name="credit_entry_names_where_it_comes_from",
                condition=Q(invoice__isnull=False)
                | Q(payment__isnull=False)
                | Q(allocation__isnull=False)
                | Q(refund__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "currency"], name="credit_by_customer"),
            models.Index(fields=["recorded_at"], name="credit_by_recorded_at"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency}"
