"""Who sells: the billing entity on an invoice. Registrations and rates are facts of their own."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from accounts.models import Customer
from tax.enums import MissingLocalRate, TaxEngine, UnverifiedTaxId


class BillingEntity(models.Model):
    """A company of ours that invoices customers under its own name and number series."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=8, unique=True, help_text="Leads its invoice numbers")
    legal_name = models.CharField(max_length=200)
    address_line1 = models.CharField(max_length=200)
    address_line2 = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100)
    region = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    vat_id = models.CharField(max_length=32, blank=True)
    registration_number = models.CharField(max_length=64, blank=True)
    email = models.EmailField(blank=True)
    bank_name = models.CharField(max_length=100, blank=True)
    iban = models.CharField(max_length=64, blank=True, help_text="IBAN or account number")
    bic = models.CharField(max_length=20, blank=True, help_text="BIC or routing number")
    languages = ArrayField(models.CharField(max_length=5), default=list)
    accent_color = models.CharField(max_length=7, default="#3b4cca", help_text="On its invoices")
    logo_png = models.TextField(
        blank=True, editable=False, help_text="Base64 of the PNG printed on its invoices"
    )
    tax_engine = models.CharField(
        max_length=8,
        choices=TaxEngine.choices,
        default=TaxEngine.BUILTIN,
        help_text="Who determines tax. “none” charges nothing and says so on every invoice",
    )
    unverified_tax_id = models.CharField(
        max_length=6,
        choices=UnverifiedTaxId.choices,
        default=UnverifiedTaxId.HOLD,
        help_text="What happens while a customer's tax id waits for its register",
    )
    missing_local_rate = models.CharField(
        max_length=10,
        choices=MissingLocalRate.choices,
        default=MissingLocalRate.HOLD,
        help_text="What happens where a US state has local rates and none is on record",
    )
    location_evidence_pieces = models.PositiveSmallIntegerField(
        default=2,
        help_text="Pieces that must agree for EU consumers: 1 only below EUR 100,000 a year",
    )
    taxes_eu_consumers_at_home = models.BooleanField(
        default=False,
        help_text="Below EUR 10,000 a year of EU consumer sales: charge the rate of its own country",
    )
    shows_tax_in_local_currency = models.BooleanField(
        default=True, help_text="Tax also in the currency of the country it is due in (art. 230)"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "billing entities"
        constraints = [
            models.CheckConstraint(
                name="billing_entity_needs_one_or_two_pieces",
                condition=Q(location_evidence_pieces__in=[1, 2]),
            ),
            models.CheckConstraint(
                name="billing_entity_code_is_short_capitals",
                condition=Q(code__regex=r"^[A-Z0-9]{2,8}$"),
            ),
            models.CheckConstraint(
                name="billing_entity_country_is_two_capitals",
                condition=Q(country__regex=r"^[A-Z]{2}$"),
            ),
            models.CheckConstraint(
                name="billing_entity_accent_is_a_hex_color",
                condition=Q(accent_color__regex=r"^#[0-9a-fA-F]{6}$"),
            ),
        ]

    def __str__(self) -> str:
        return self.legal_name


class SellerAssignment(models.Model):
    """Which billing entity invoices a customer from now on; invoices already issued keep theirs."""

    customer = models.OneToOneField(
        Customer, on_delete=models.PROTECT, primary_key=True, related_name="seller_assignment"
    )
    billing_entity = models.ForeignKey(
        BillingEntity, on_delete=models.PROTECT, related_name="assignments"
    )
    assigned_at = models.DateTimeField(auto_now=True)

    history = HistoricalRecords()

    def __str__(self) -> str:
        return f"{self.customer} is invoiced by {self.billing_entity}"
