"""Where the seats we bill are not the members the product counts: measured anew each day."""

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from accounts.models import Customer
from billing.models import Subscription


class SeatDrift(models.Model):
    """
    One seat type of a subscription as last measured; rows that no longer drift are gone.

    `drift` is billed less active: positive, seats nobody uses; negative, members nobody pays for.
    `unit_price_minor` is what its last invoice charged for a seat and interval, in `currency`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="+")
    seat_type = models.CharField(max_length=50)
    billed = models.IntegerField()
    active = models.IntegerField()
    drift = models.IntegerField()
    gap = models.PositiveIntegerField(help_text="The drift without its sign, to sort by")
    currency = models.CharField(max_length=3)
    unit_price_minor = models.BigIntegerField(null=True, blank=True)
    reported_at = models.DateTimeField()
    measured_at = models.DateTimeField()

    class Meta:
        ordering = ["-gap", "id"]
        constraints = [
            models.UniqueConstraint(
                name="seat_drift_once_per_subscription_and_type",
                fields=["subscription", "seat_type"],
            ),
            models.CheckConstraint(
                name="seat_drift_is_billed_less_active",
                condition=Q(drift=F("billed") - F("active")) & ~Q(drift=0),
            ),
        ]
        indexes = [models.Index(fields=["-gap", "id"], name="seat_drift_by_gap")]

    def __str__(self) -> str:
        return f"{self.seat_type}: {self.drift:+}"
