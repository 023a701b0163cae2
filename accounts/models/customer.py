"""Who pays: the customer and the people who receive and settle its invoices."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Upper
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from accounts.enums import CustomerStatus


def compact_tax_number() -> Upper:
    """Its letters and digits alone, in capitals: how VAT ids are compared and found."""
    signs = Value("[^A-Za-z0-9]")
    return Upper(Func(F("tax_number"), signs, Value(""), Value("g"), function="regexp_replace"))


class Customer(models.Model):
    """A company (or a person alone) that is invoiced. Everything customer-facing starts from here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    external_id = models.CharField(max_length=100, unique=True)
    legal_name = models.CharField(max_length=200)
    address_line1 = models.CharField(max_length=200)
    address_line2 = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2")
    currency = models.CharField(max_length=3, help_text="ISO 4217")
    language = models.CharField(max_length=5, default="en", help_text="Language of invoices")
    time_zone = models.CharField(max_length=64, default="UTC", help_text="IANA name")
    tax_number = models.CharField(max_length=32, blank=True, help_text="VAT or tax id, as given")
    is_business = models.BooleanField(default=True, help_text="Buys as a business, by its own word")
    payment_terms_days = models.PositiveSmallIntegerField(default=30)
    paper = models.CharField(
        max_length=6, choices=[("A4", "A4"), ("Letter", "Letter")], default="A4"
    )
    purchase_order = models.CharField(
        max_length=50, blank=True, help_text="Their number, shown on the next invoices"
    )
    group_administrators_buy = models.BooleanField(
        default=False, help_text="Administrators of groups may buy seats without asking the owner"
    )
    itemizes_groups = models.BooleanField(
        default=False, help_text="Invoices show each line by group and cost center"
    )
    status = models.CharField(
        max_length=10, choices=CustomerStatus.choices, default=CustomerStatus.ACTIVE
    )
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["legal_name", "id"]
        permissions = [
            ("see_personal_data", "Can see persons by name in evidence packets"),
        ]
        indexes = [
            models.Index(fields=["legal_name"], name="customer_by_legal_name"),
            GinIndex(SearchVector("legal_name", config="simple"), name="customer_by_words_of_name"),
            models.Index(
                compact_tax_number(),
                name="customer_by_compact_tax_number",
                condition=~Q(tax_number=""),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="customer_country_is_two_capitals", condition=Q(country__regex=r"^[A-Z]{2}$")
            ),
            models.CheckConstraint(
                name="customer_currency_is_three_capitals",
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
            ),
            models.CheckConstraint(
                name="customer_status_is_known", condition=Q(status__in=CustomerStatus.values)
            ),
        ]

    def __str__(self) -> str:
        return self.legal_name


class BillingOwner(models.Model):
    """
    A person who pays for a customer; may never use the product.

    The primary one is the billing owner; others administer billing, or only receive invoices.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="billing_owners")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="billing_owners",
        help_text="Who signs in to the portal as this person",
    )
    name = models.CharField(max_length=200)
    email = models.EmailField()
    is_primary = models.BooleanField(default=False)
    manages_billing = models.BooleanField(
        default=True, help_text="Sees and changes billing in the portal"
    )
    receives_invoices = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["-is_primary", "name"]
        indexes = [
            models.Index(
                OpClass(Upper("email"), name="text_pattern_ops"), name="billing_owner_by_email"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                name="billing_owner_one_primary_per_customer",
                fields=["customer"],
                condition=Q(is_primary=True),
            ),
            models.UniqueConstraint(
                name="billing_owner_email_once_per_customer", fields=["customer", "email"]
            ),
            models.UniqueConstraint(
                name="billing_owner_user_once_per_customer",
                fields=["customer", "user"],
                condition=Q(user__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_owner_primary_manages_billing",
                condition=Q(is_primary=False) | Q(manages_billing=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"
