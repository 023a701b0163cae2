"""What a product can do, and what of it a seat type entitles to. Kept by people; counts at once."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from billing.enums import FeatureKind, LimitOf
from billing.models.catalog import Product, SeatType


class Feature(models.Model):
    """Something a product can do: a switch is on or off, a metered one is used in units."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="features")
    code = models.CharField(max_length=50, help_text="As the product asks for it: boards.edit")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=7, choices=FeatureKind.choices, default=FeatureKind.SWITCH)
    unit = models.CharField(
        max_length=30, blank=True, help_text="What is counted, in the plural: exports, GB, minutes"
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["product", "code"]
        constraints = [
            models.UniqueConstraint(
                name="feature_code_once_per_product", fields=["product", "code"]
            ),
            models.CheckConstraint(
                name="feature_kind_is_known", condition=Q(kind__in=FeatureKind.values)
            ),
            models.CheckConstraint(
                name="feature_metered_has_a_unit",
                condition=Q(kind=FeatureKind.SWITCH, unit="")
                | (Q(kind=FeatureKind.METERED) & ~Q(unit="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SeatTypeFeature(models.Model):
    """
    A seat type entitles to a feature; `limit` is in the feature's unit a billing cycle.

    `limit_of` person: each holder may use that much. Subscription: all its people together.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seat_type = models.ForeignKey(SeatType, on_delete=models.PROTECT, related_name="features")
    feature = models.ForeignKey(Feature, on_delete=models.PROTECT, related_name="seat_types")
    limit = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Most a billing cycle; empty: no limit"
    )
    limit_of = models.CharField(
        max_length=12, choices=LimitOf.choices, default=LimitOf.PERSON, help_text="Whose limit"
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["seat_type", "feature"]
        constraints = [
            models.UniqueConstraint(name="seat_type_feature_once", fields=["seat_type", "feature"]),
            models.CheckConstraint(
                name="seat_type_feature_limit_is_of_somebody",
                condition=Q(limit_of__in=LimitOf.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.feature} for {self.seat_type}"
