"""Who holds which seat when: what the ledger says of named people, ready to be asked."""

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from accounts.models import Customer, Grantee, Group
from billing.enums import SeatStateChoice
from billing.models.catalog import SeatType
from billing.models.ledger import EntitlementEvent
from billing.models.subscription import Subscription


class SeatHolding(models.Model):
    """
    A span of time in which a person's seat was in one state; the last one is open.

    A projection of the ledger, rewritten for the people an event touches in the transaction that
    appends it. Spans of the future are there too: who asks names an instant.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="seat_holdings")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="seat_holdings"
    )
    seat_type = models.ForeignKey(SeatType, on_delete=models.PROTECT, related_name="seat_holdings")
    grantee = models.ForeignKey(Grantee, on_delete=models.PROTECT, related_name="seat_holdings")
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, blank=True, related_name="seat_holdings"
    )
    state = models.CharField(max_length=9, choices=SeatStateChoice.choices)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True, help_text="Empty: still so")
    event = models.ForeignKey(
        EntitlementEvent,
        on_delete=models.PROTECT,
        related_name="seat_holdings",
        help_text="What began it",
    )

    class Meta:
        ordering = ["grantee", "from_at"]
        constraints = [
            models.UniqueConstraint(
                name="seat_holding_open_once",
                fields=["subscription", "grantee", "seat_type"],
                condition=Q(until_at=None),
            ),
            models.CheckConstraint(
                name="seat_holding_ends_after_it_begins",
                condition=Q(until_at=None) | Q(until_at__gt=F("from_at")),
            ),
            models.CheckConstraint(
                name="seat_holding_state_is_known", condition=Q(state__in=SeatStateChoice.values)
            ),
        ]
        indexes = [
            models.Index(fields=["grantee", "customer"], name="seat_holding_by_grantee"),
            models.Index(fields=["customer", "group"], name="seat_holding_by_group"),
        ]

    def __str__(self) -> str:
        return f"{self.grantee} {self.state} from {self.from_at:%Y-%m-%d}"
