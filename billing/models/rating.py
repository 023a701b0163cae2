"""What the ledger is worth: each rating of a subscription and the spans it priced. Append-only."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from accounts.models import Customer
from billing.enums import InvoiceKind, LineKind
from billing.models.catalog import Price, SeatPolicy, SeatType
from billing.models.subscription import Subscription


class Rating(models.Model):
    """One act of rating: as of when, and how much of the ledger was known. Enough to do it again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="ratings")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="ratings")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … for each subscription")
    as_of = models.DateTimeField(help_text="The instant whose due charges were rated")
    rated_at = models.DateTimeField(
        help_text="When; catalog versions published later did not count"
    )
    known_position = models.BigIntegerField(help_text="Last ledger position known")

    class Meta:
        ordering = ["subscription", "number"]
        constraints = [
            models.UniqueConstraint(
                name="rating_number_once_per_subscription", fields=["subscription", "number"]
            )
        ]

    def __str__(self) -> str:
        return f"rating {self.number}"


class RatedSpan(models.Model):
    """
    A charge or credit with everything that explains it. Becomes exactly one invoice line.

    `basis` is the charge's key inside its period (what may be billed only once a rating);
    `charges` maps basis keys to minor units where an adjustment spans several;
    `formula` is the record billing/calc/formula.py turns into words.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="rated_spans")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="rated_spans"
    )
    rating = models.ForeignKey(Rating, on_delete=models.PROTECT, related_name="spans")
    period_first = models.DateField(help_text="First local date of the billing period")
    period_after = models.DateField(help_text="First local date after it")
    basis = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=LineKind.choices)
    document_kind = models.CharField(
        max_length=11, choices=InvoiceKind.choices, default=InvoiceKind.INVOICE
    )
    seat_type = models.ForeignKey(SeatType, on_delete=models.PROTECT, related_name="rated_spans")
    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="rated_spans")
    seat_policy = models.ForeignKey(
        SeatPolicy, on_delete=models.PROTECT, related_name="rated_spans"
    )
    quantity = models.PositiveIntegerField()
    seat_days = models.PositiveIntegerField()
    unit_price_minor = models.BigIntegerField(help_text="One seat, one interval; minor units")
    span_first = models.DateField()
    span_after = models.DateField()
    amount_minor = models.BigIntegerField(
        help_text="Signed minor units of the subscription's currency"
    )
    charges = models.JSONField(null=True, blank=True)
    formula = models.JSONField()
    entry_ids = ArrayField(models.UUIDField(), help_text="Ledger entries that explain it")
    corrects_spans = ArrayField(models.UUIDField(), default=list, blank=True)

    class Meta:
        ordering = ["rating", "period_first", "basis"]
        constraints = [
            models.UniqueConstraint(
                name="rated_span_once_per_period_and_basis",
                fields=["subscription", "period_first", "basis", "rating"],
            ),
            models.CheckConstraint(
                name="rated_span_period_is_not_empty",
                condition=Q(period_after__gt=F("period_first")),
            ),
            models.CheckConstraint(
                name="rated_span_names_its_entries", condition=Q(entry_ids__len__gt=0)
            ),
        ]
        indexes = [GinIndex(fields=["entry_ids"], name="rated_span_by_entry")]

    def __str__(self) -> str:
        return f"{self.kind} {self.basis}"
