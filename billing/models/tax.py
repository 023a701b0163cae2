"""The tax of an invoice as it was decided, and why a draft waits for somebody instead."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from accounts.models import Customer
from billing.models.invoice import Invoice
from tax.enums import TaxTreatment
from tax.models import TaxRegistration


class InvoiceTax(models.Model):
    """
    One tax at one rate on some lines of an invoice, with the decision behind it.

    Amounts are minor units of the invoice's currency, negative on credits. `base_minor` is the
    taxable part of the lines at `positions`; a line may bear several taxes (GST and QST).
    A treatment without tax is a row too, with rate and amount 0.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invoice_taxes")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="taxes")
    number = models.PositiveSmallIntegerField(help_text="1, 2, 3 … on the invoice")
    name = models.CharField(max_length=30, help_text="VAT, GST, Sales tax")
    jurisdiction = models.CharField(max_length=7)
    treatment = models.CharField(max_length=14, choices=TaxTreatment.choices)
    category_code = models.CharField(max_length=2, help_text="EN 16931: S, AE, E, O, Z")
    rate_percent = models.DecimalField(max_digits=7, decimal_places=4)
    share_percent = models.DecimalField(max_digits=7, decimal_places=4, default=100)
    base_minor = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    positions = ArrayField(models.PositiveIntegerField(), help_text="Lines it is on")
    tax_point = models.DateField()
    registration = models.ForeignKey(
        TaxRegistration, on_delete=models.PROTECT, null=True, blank=True, related_name="taxes"
    )
    rule = models.CharField(max_length=60, help_text="Stable name of the rule that decided")
    words = models.TextField(help_text="The decision for staff, in plain words")
    note = models.TextField(blank=True, help_text="Mandatory text in the invoice's language")
    rate_source = models.CharField(max_length=300, blank=True)
    inputs = models.JSONField(help_text="All the decision was made from")
    local_currency = models.CharField(max_length=3, blank=True)
    local_amount_minor = models.BigIntegerField(null=True, blank=True)
    exchange_rate = models.DecimalField(max_digits=18, decimal_places=8, null=True, blank=True)
    exchange_source = models.CharField(max_length=120, blank=True)
    credited_tax = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="credit_taxes"
    )

    class Meta:
        ordering = ["invoice", "number"]
        verbose_name_plural = "invoice taxes"
        constraints = [
            models.UniqueConstraint(name="invoice_tax_number_once", fields=["invoice", "number"]),
            models.CheckConstraint(
                name="invoice_tax_needs_a_registration",
                condition=Q(amount_minor=0) | Q(registration__isnull=False),
            ),
            models.CheckConstraint(
                name="invoice_tax_names_its_lines", condition=Q(positions__len__gt=0)
            ),
            models.CheckConstraint(
                name="invoice_tax_local_amount_has_its_rate",
                condition=Q(local_currency="", local_amount_minor=None, exchange_rate=None)
                | ~Q(local_currency="") & Q(local_amount_minor__isnull=False, exchange_rate__gt=0),
            ),
        ]
        indexes = [
            models.Index(fields=["registration", "tax_point"], name="invoice_tax_by_registration")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.rate_percent}"


class TaxHold(models.Model):
    """Why a draft cannot be taxed yet. It is tried again with every push and releases itself."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="tax_holds")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="tax_holds")
    code = models.CharField(max_length=60)
    message = models.TextField(help_text="What is missing and the way out")
    market = models.CharField(max_length=7, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    since = models.DateTimeField()
    checked_at = models.DateTimeField(help_text="When it was last tried")
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["since"]
        constraints = [
            models.UniqueConstraint(
                name="tax_hold_one_open_per_invoice",
                fields=["invoice"],
                condition=Q(released_at=None),
            )
        ]
        indexes = [
            models.Index(
                name="tax_hold_open", fields=["since", "id"], condition=Q(released_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} since {self.since:%Y-%m-%d}"
