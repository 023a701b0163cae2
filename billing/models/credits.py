"""Credit notes that people issue, and invoices they void. Append-only: a trigger refuses every change."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import ApiClient
from billing.enums import CreditNoteReason, CreditScope
from billing.models.invoice import Invoice
from billing.models.subscription import Subscription


class CreditNote(models.Model):
    """
    Why a person gives money back, and how they said how much. The amounts are those of `invoice`.

    `invoice.credits` is the invoice it credits. With scope "amount", `asked_minor` is what was asked
    for, tax included, in minor units of its currency.
    """

    invoice = models.OneToOneField(
        Invoice, on_delete=models.PROTECT, primary_key=True, related_name="credit_note"
    )
    scope = models.CharField(max_length=6, choices=CreditScope.choices)
    asked_minor = models.BigIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=20, choices=CreditNoteReason.choices)
    text = models.CharField(max_length=300, blank=True, help_text="For the customer")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    client = models.ForeignKey(
        ApiClient, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                name="credit_note_of_an_amount_names_it",
                condition=Q(scope=CreditScope.AMOUNT, asked_minor__isnull=False, asked_minor__gt=0)
                | ~Q(scope=CreditScope.AMOUNT) & Q(asked_minor=None),
            ),
            models.CheckConstraint(
                name="credit_note_names_who_issued_it",
                condition=Q(by__isnull=False, client=None) | Q(by=None, client__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} credit"


class InvoiceVoid(models.Model):
    """An unpaid invoice taken back whole by a credit note, so that the ledger bills its time anew."""

    invoice = models.OneToOneField(
        Invoice, on_delete=models.PROTECT, primary_key=True, related_name="void"
    )
    credit_note = models.OneToOneField(
        Invoice, on_delete=models.PROTECT, related_name="voids", help_text="That takes it back"
    )
    reason = models.CharField(max_length=300, help_text="For staff")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(name="invoice_void_has_its_reason", condition=~Q(reason=""))
        ]

    def __str__(self) -> str:
        return f"void of {self.invoice_id}"


class VoidedSpans(models.Model):
    """
    Where in a subscription's ratings a void stands: later ratings take its spans as never billed.

    The rating right after `after_rating` bills anew what the voided invoice billed, from
    `period_first` on; so the replacement is where that rating's lines are.
    """

    id = models.BigAutoField(primary_key=True)
    void = models.ForeignKey(InvoiceVoid, on_delete=models.PROTECT, related_name="subscriptions")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="voids")
    after_rating = models.PositiveIntegerField(help_text="Number of the last rating before it")
    period_first = models.DateField(help_text="First local date of the earliest period on it")

    class Meta:
        ordering = ["void", "subscription"]
        verbose_name_plural = "voided spans"
        constraints = [
            models.UniqueConstraint(
                name="voided_spans_once_per_subscription", fields=["void", "subscription"]
            )
        ]

    def __str__(self) -> str:
        return f"from {self.period_first} after rating {self.after_rating}"
