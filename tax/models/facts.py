"""What the law says, as dated rows with their source: rates, taxability, thresholds, territories."""

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from tax.enums import (
    BuyerKind,
    SourceGrade,
    TaxabilityAnswer,
    ThresholdCounts,
    ThresholdPeriod,
)
from tax.models.registration import JURISDICTION_CODE, once_at_a_time


class DatedFact(models.Model):
    """A fact that holds for a time, with where it was read and how sure that is."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    jurisdiction = models.CharField(max_length=7)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="Last day; empty: still valid")
    source = models.CharField(max_length=300)
    grade = models.CharField(max_length=1, choices=SourceGrade.choices)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.jurisdiction} since {self.valid_from}"


class TaxRate(DatedFact):
    """The percentage of a tax; with a postal code, the local part on top of the jurisdiction's."""

    tax = models.CharField(max_length=30, help_text="VAT, GST, HST, QST, PST, Sales tax")
    postal_code = models.CharField(max_length=12, blank=True, help_text="Only for local rates")
    buyer_kind = models.CharField(max_length=8, choices=BuyerKind.choices, default=BuyerKind.ANY)
    percent = models.DecimalField(max_digits=7, decimal_places=4)

    history = HistoricalRecords()

    class Meta:
        ordering = ["jurisdiction", "tax", "postal_code", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="tax_rate_jurisdiction_is_a_code",
                condition=Q(jurisdiction__regex=JURISDICTION_CODE),
            ),
            models.CheckConstraint(
                name="tax_rate_is_a_percentage",
                condition=Q(percent__gte=0, percent__lte=100),
            ),
            once_at_a_time(
                "tax_rate_once_at_a_time", "jurisdiction", "tax", "postal_code", "buyer_kind"
            ),
        ]


class Taxability(DatedFact):
    """Whether seats of software as a service are taxed in a jurisdiction, and which share of them."""

    buyer_kind = models.CharField(max_length=8, choices=BuyerKind.choices, default=BuyerKind.ANY)
    answer = models.CharField(max_length=11, choices=TaxabilityAnswer.choices)
    share_percent = models.DecimalField(
        max_digits=7, decimal_places=4, default=100, help_text="Of the charge; Texas 80"
    )
    has_local_rates = models.BooleanField(
        default=False, help_text="Counties or cities add to the rate, by postal code"
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["jurisdiction", "-valid_from"]
        verbose_name_plural = "taxabilities"
        constraints = [
            models.CheckConstraint(
                name="taxability_share_is_a_percentage",
                condition=Q(share_percent__gt=0, share_percent__lte=100),
            ),
            once_at_a_time("taxability_once_at_a_time", "jurisdiction", "buyer_kind"),
        ]


class RegistrationThreshold(DatedFact):
    """From which sales on a seller must register; `transactions` counts invoices."""

    amount_minor = models.BigIntegerField(help_text="Minor units of `currency`")
    currency = models.CharField(max_length=3)
    transactions = models.PositiveIntegerField(null=True, blank=True)
    both_needed = models.BooleanField(default=False, help_text="Amount and transactions together")
    period = models.CharField(max_length=13, choices=ThresholdPeriod.choices)
    counts = models.CharField(max_length=9, choices=ThresholdCounts.choices)

    history = HistoricalRecords()

    class Meta:
        ordering = ["jurisdiction", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="registration_threshold_is_not_negative", condition=Q(amount_minor__gte=0)
            ),
            once_at_a_time("registration_threshold_once_at_a_time", "jurisdiction"),
        ]


class TaxTerritory(models.Model):
    """
    Places that share a country's code but not its tax: Canary Islands, Madeira, Büsingen.

    Matches postal codes of `country` from `postal_from` to `postal_to` by their leading characters;
    both empty: the whole of `country`, which then is another name of `jurisdiction` (Monaco: FR).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    country = models.CharField(max_length=2)
    postal_from = models.CharField(max_length=12, blank=True)
    postal_to = models.CharField(max_length=12, blank=True)
    jurisdiction = models.CharField(max_length=7)
    name = models.CharField(max_length=100)
    in_eu_vat_area = models.BooleanField()
    source = models.CharField(max_length=300)
    grade = models.CharField(max_length=1, choices=SourceGrade.choices)

    history = HistoricalRecords()

    class Meta:
        ordering = ["country", "postal_from"]
        verbose_name_plural = "tax territories"
        constraints = [
            models.UniqueConstraint(
                name="tax_territory_once_per_postal_range", fields=["country", "postal_from"]
            ),
            models.CheckConstraint(
                name="tax_territory_range_is_ordered",
                condition=Q(postal_to__gte=F("postal_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExchangeRate(models.Model):
    """One unit of `base` in `quote` on a day, as its source published it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    day = models.DateField()
    base = models.CharField(max_length=3, default="EUR")
    quote = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    source = models.CharField(max_length=100)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-day", "quote"]
        constraints = [
            models.UniqueConstraint(
                name="exchange_rate_once_a_day", fields=["base", "quote", "day"]
            ),
            models.CheckConstraint(name="exchange_rate_is_positive", condition=Q(rate__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.base}/{self.quote} on {self.day}"
