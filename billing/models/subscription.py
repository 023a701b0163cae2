"""What a customer has bought, and the two facts that put it on the rate stage's work list."""

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from accounts.models import Customer
from billing.enums import IntervalUnit, SeatLimitBehavior, SubscriptionState
from billing.models.catalog import Plan


class Subscription(models.Model):
    """
    A customer's purchase of a plan.

    `plan`, `currency` and the interval are what it started with; later plan changes are ledger entries.
    Seats are never stored here: they are the fold of the ledger.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="subscriptions")
    external_id = models.CharField(max_length=100, unique=True)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="subscriptions")
    currency = models.CharField(max_length=3)
    interval_unit = models.CharField(max_length=5, choices=IntervalUnit.choices)
    interval_count = models.PositiveSmallIntegerField(default=1)
    starts_on = models.DateField(help_text="Local date in the subscription's time zone")
    ends_on = models.DateField(null=True, blank=True, help_text="First local date no longer served")
    anchor_day = models.PositiveSmallIntegerField(
        help_text="Day of the month cycles start on; kept apart from dates so that 31 survives February"
    )
    time_zone = models.CharField(max_length=64, help_text="IANA name; cycles start at its midnight")
    term_months = models.PositiveSmallIntegerField(null=True, blank=True)
    commitment = models.JSONField(
        default=dict, blank=True, help_text="Seats committed by seat type"
    )
    seat_limit_behavior = models.CharField(
        max_length=8,
        choices=SeatLimitBehavior.choices,
        blank=True,
        help_text="Empty: as the seat policy says",
    )
    seat_limits = models.JSONField(
        default=dict, blank=True, help_text="Limits agreed for it alone, by seat type"
    )
    state = models.CharField(
        max_length=8, choices=SubscriptionState.choices, default=SubscriptionState.ACTIVE
    )
    created_at = models.DateTimeField(auto_now_add=True)

    rate_due_at = models.DateTimeField(
        null=True, blank=True, help_text="When the rate stage has work; empty: never again"
    )
    due_early = models.BooleanField(
        default=False, help_text="Due before its next regular invoice, so the next tick takes it"
    )
    touched_from = models.DateField(
        null=True, blank=True, help_text="Earliest local date changed since the last rating"
    )
    rating_count = models.PositiveIntegerField(default=0)
    drafted_count = models.PositiveIntegerField(
        default=0,
        help_text="Ratings whose spans are on invoices; the draft stage waits on the rest",
    )

    history = HistoricalRecords(
        excluded_fields=[
            "rate_due_at",
            "due_early",
            "touched_from",
            "rating_count",
            "drafted_count",
        ]
    )

    class Meta:
        ordering = ["-starts_on", "id"]
        indexes = [
            models.Index(
                name="subscription_due_for_rating",
                fields=["rate_due_at", "id"],
                condition=Q(rate_due_at__isnull=False),
            ),
            models.Index(
                name="subscription_rated_not_drafted",
                fields=["customer"],
                condition=Q(rating_count__gt=F("drafted_count")),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="subscription_anchor_day_is_a_day", condition=Q(anchor_day__range=(1, 31))
            ),
            models.CheckConstraint(
                name="subscription_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
            ),
            models.CheckConstraint(
                name="subscription_drafts_only_what_is_rated",
                condition=Q(drafted_count__lte=F("rating_count")),
            ),
            models.CheckConstraint(
                name="subscription_interval_is_positive", condition=Q(interval_count__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.external_id
