"""What is sold. Prices and policies are immutable versions: a trigger refuses to change them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from billing.enums import IntervalUnit, PriceMode

STAFF = settings.AUTH_USER_MODEL


class Product(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=100)

    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Plan(models.Model):
    """A way to buy a product: seat types with prices, and a seat policy for each interval."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="plans")
    code = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=100)
    is_sold = models.BooleanField(default=True, help_text="Offered to new subscriptions")

    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SeatType(models.Model):
    """A kind of seat of a plan: the role it gives and what it entitles to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="seat_types")
    code = models.SlugField(max_length=50)
    name = models.CharField(max_length=100)
    role = models.CharField(
        max_length=100, blank=True, help_text="What its holder is in the product"
    )
    seat_limit = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Most seats a subscription may hold; counts at once for all",
    )
    display_order = models.PositiveSmallIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        ordering = ["plan", "display_order", "code"]
        constraints = [
            models.UniqueConstraint(name="seat_type_code_once_per_plan", fields=["plan", "code"])
        ]

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    """
    A version of what one seat type costs for one interval; immutable.

    `tiers` is a list of `{"up_to": seats or null, "price_minor": minor units of currency}`.
    A price with a subscription is negotiated for it alone and takes effect by an event.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seat_type = models.ForeignKey(SeatType, on_delete=models.PROTECT, related_name="prices")
    subscription = models.ForeignKey(
        "billing.Subscription",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="prices",
    )
    currency = models.CharField(max_length=3)
    interval_unit = models.CharField(max_length=5, choices=IntervalUnit.choices)
    interval_count = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveIntegerField()
    mode = models.CharField(max_length=10, choices=PriceMode.choices, default=PriceMode.PER_UNIT)
    tiers = models.JSONField()
    included = models.PositiveIntegerField(default=0, help_text="Seats free of charge")
    ratio_of = models.CharField(
        max_length=50, blank=True, help_text="Seat type that brings free seats"
    )
    ratio_each = models.PositiveIntegerField(default=0, help_text="Free seats for each of those")
    billable = models.BooleanField(default=True)
    effective_from = models.DateField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        STAFF, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["seat_type", "currency", "interval_unit", "interval_count", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="price_version_once",
                fields=[
                    "seat_type",
                    "currency",
                    "interval_unit",
                    "interval_count",
                    "subscription",
                    "version",
                ],
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="price_version_is_positive", condition=Q(version__gt=0)),
            models.CheckConstraint(
                name="price_mode_is_known", condition=Q(mode__in=PriceMode.values)
            ),
            models.CheckConstraint(
                name="price_ratio_names_both_parts",
                condition=Q(ratio_of="", ratio_each=0) | (~Q(ratio_of="") & Q(ratio_each__gt=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_type} {self.currency} v{self.version}"


class SeatPolicy(models.Model):
    """
    A version of how seats of a plan and interval become money; immutable.

    `settings` holds only keys of docs/terms.md, in canonical form; absent keys have their default.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="seat_policies")
    interval_unit = models.CharField(max_length=5, choices=IntervalUnit.choices)
    interval_count = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveIntegerField()
    settings = models.JSONField(default=dict)
    effective_from = models.DateField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        STAFF, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=200, blank=True, help_text="Why this version exists")

    class Meta:
        ordering = ["plan", "interval_unit", "interval_count", "-version"]
        verbose_name_plural = "seat policies"
        constraints = [
            models.UniqueConstraint(
                name="seat_policy_version_once",
                fields=["plan", "interval_unit", "interval_count", "version"],
            ),
            models.CheckConstraint(
                name="seat_policy_version_is_positive", condition=Q(version__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} policy v{self.version}"
