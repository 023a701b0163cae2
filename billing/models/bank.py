"""Bank statements as imported, line by line, and what became of each line."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from billing.enums import BankLineState
from billing.models.receivables import Payment
from tax.models import BillingEntity


class BankStatement(models.Model):
    """One imported file, whole. The same file is imported once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    billing_entity = models.ForeignKey(
        BillingEntity, on_delete=models.PROTECT, related_name="bank_statements"
    )
    file_name = models.CharField(max_length=200)
    format = models.CharField(max_length=7, choices=[("camt053", "CAMT.053"), ("csv", "CSV")])
    sha256 = models.CharField(max_length=64, unique=True, help_text="Of the file")
    account = models.CharField(max_length=64, blank=True, help_text="IBAN or account number")
    currency = models.CharField(max_length=3)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    opening_minor = models.BigIntegerField(null=True, blank=True)
    closing_minor = models.BigIntegerField(null=True, blank=True)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-imported_at"]

    def __str__(self) -> str:
        return self.file_name


class BankLine(models.Model):
    """
    One booking on our account. Credits wait until they are matched to a customer or set aside.

    `key` identifies a booking across overlapping files: the bank's own reference, or a digest.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    billing_entity = models.ForeignKey(
        BillingEntity, on_delete=models.PROTECT, related_name="bank_lines"
    )
    account = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=100)
    position = models.PositiveIntegerField(help_text="1, 2, 3 … in its file")
    booked_on = models.DateField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField(help_text="Positive: money came in")
    payer_name = models.CharField(max_length=200, blank=True)
    payer_account = models.CharField(max_length=64, blank=True)
    reference = models.CharField(max_length=500, blank=True, help_text="What the payer wrote")
    state = models.CharField(
        max_length=9, choices=BankLineState.choices, default=BankLineState.OPEN
    )
    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="bank_line"
    )
    reason = models.CharField(
        max_length=300, blank=True, help_text="Why it was set aside, or is not matched by itself"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-booked_on", "statement", "position"]
        constraints = [
            models.UniqueConstraint(
                name="bank_line_once_per_account", fields=["billing_entity", "account", "key"]
            ),
            models.CheckConstraint(
                name="bank_line_matched_has_its_payment",
                condition=Q(state=BankLineState.MATCHED, payment__isnull=False)
                | ~Q(state=BankLineState.MATCHED) & Q(payment=None),
            ),
            models.CheckConstraint(
                name="bank_line_set_aside_has_its_reason",
                condition=~Q(state=BankLineState.SET_ASIDE) | ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(
                name="bank_line_open",
                fields=["booked_on", "id"],
                condition=Q(state=BankLineState.OPEN),
            ),
            models.Index(name="bank_line_by_day", fields=["-booked_on", "-id"]),
            models.Index(
                name="bank_line_matched_by_payer",
                fields=["payer_account"],
                condition=Q(state=BankLineState.MATCHED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency} on {self.booked_on}"
