"""What happened and what it did to seats. Append-only: triggers refuse UPDATE, DELETE and TRUNCATE."""

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from accounts.models import ApiClient, Customer, Grantee, Group
from billing.enums import EventKind, SeatStateChoice
from billing.models.catalog import Price, SeatPolicy, SeatType
from billing.models.subscription import Subscription


class EntitlementEvent(models.Model):
    """
    Something a product service reported. The same source event id is one event forever.

    `payload` is the event as accepted (normalized); `digest` its SHA-256, to tell a retry from a conflict.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="events")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="events")
    source = models.CharField(max_length=50)
    source_event_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=24, choices=EventKind.choices)
    actor = models.CharField(max_length=200, blank=True, help_text="Who did it, as the source says")
    effective_at = models.DateTimeField(help_text="When it was true")
    recorded_at = models.DateTimeField(help_text="When we knew")
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    payload = models.JSONField()
    digest = models.CharField(max_length=64)
    client = models.ForeignKey(
        ApiClient, on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="event_source_id_once_per_customer",
                fields=["customer", "source", "source_event_id"],
            ),
            models.CheckConstraint(
                name="event_kind_is_known", condition=Q(kind__in=EventKind.values)
            ),
            models.CheckConstraint(
                name="event_correction_names_its_target",
                condition=Q(kind=EventKind.CORRECTION, corrects__isnull=False)
                | (~Q(kind=EventKind.CORRECTION) & Q(corrects__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["subscription", "recorded_at"], name="event_by_subscription"),
            models.Index(fields=["recorded_at"], name="event_by_recorded_at"),
            models.Index(fields=["source_event_id"], name="event_by_source_id"),
        ]

    def __str__(self) -> str:
        return self.source_event_id


class LedgerHead(models.Model):
    """The end of a customer's hash chain. Locking this row serializes appends for the customer."""

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, primary_key=True)
    position = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="", blank=True)

    def __str__(self) -> str:
        return f"{self.customer_id} at {self.position}"


class SeatLedgerEntry(models.Model):
    """
    One event's effect on one seat type: `quantity` seats go from a state to another.

    A correcting entry replaces the entry it corrects; `voids` replaces it with nothing.
    `digest` covers the entry and the digest before it (billing/calc/chain.py).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="ledger_entries")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="ledger_entries"
    )
    position = models.BigIntegerField(
        help_text="Place in the customer's chain, from 1, without gaps"
    )
    event = models.ForeignKey(EntitlementEvent, on_delete=models.PROTECT, related_name="entries")
    seat_type = models.ForeignKey(SeatType, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=24, choices=EventKind.choices)
    from_state = models.CharField(max_length=9, choices=SeatStateChoice.choices, blank=True)
    to_state = models.CharField(max_length=9, choices=SeatStateChoice.choices, blank=True)
    quantity = models.PositiveIntegerField(help_text="Seats that change state")
    set_to = models.PositiveIntegerField(
        null=True, blank=True, help_text="Active seats from then on"
    )
    balance_after = models.IntegerField(
        help_text="Active seats of the type right after it took effect, as known when recorded"
    )
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, blank=True, related_name="entries"
    )
    grantee = models.ForeignKey(
        Grantee, on_delete=models.PROTECT, null=True, blank=True, related_name="entries"
    )
    from_grantee = models.ForeignKey(
        Grantee,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries_left",
        help_text="Who held the seat before, where it was given to another",
    )
    price = models.ForeignKey(
        Price,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        help_text="The price that holds from then on, where the entry changes it",
    )
    seat_policy = models.ForeignKey(SeatPolicy, on_delete=models.PROTECT, related_name="entries")
    billing_cycle_anchor = models.DateField(
        help_text="Start of the billing cycle it took effect in"
    )
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    voids = models.BooleanField(default=False)
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["customer", "position"]
        verbose_name_plural = "seat ledger entries"
        constraints = [
            models.UniqueConstraint(
                name="ledger_entry_once_per_event_and_seat_type", fields=["event", "seat_type"]
            ),
            models.UniqueConstraint(
                name="ledger_position_once_per_customer", fields=["customer", "position"]
            ),
            models.UniqueConstraint(
                name="ledger_entry_corrected_once_at_a_time",
                fields=["corrects"],
                condition=Q(corrects__isnull=False),
            ),
            models.CheckConstraint(
                name="ledger_balance_is_not_negative", condition=Q(balance_after__gte=0)
            ),
            models.CheckConstraint(
                name="ledger_entry_does_not_correct_itself",
                condition=Q(corrects=None) | ~Q(corrects=F("id")),
            ),
            models.CheckConstraint(
                name="ledger_void_is_a_correction",
                condition=Q(voids=False) | Q(corrects__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["subscription", "effective_at"], name="ledger_by_subscription"),
            models.Index(
                fields=["subscription"],
                name="ledger_use_reported",
                condition=Q(kind=EventKind.SEAT_USED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity} (entry {self.position})"
