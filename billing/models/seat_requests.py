"""What people of a customer ask of its owner, and lists of people they bring in."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from accounts.models import Customer, Grantee, Group
from accounts.models.mail import QueuedMail, box_constraints, box_indexes
from billing.enums import SeatImportState, SeatRequestMailKind, SeatRequestState
from billing.models.catalog import SeatType
from billing.models.subscription import Subscription

OPEN = Q(state=SeatRequestState.ASKED)
IMPORT_UNDER_WAY = (SeatImportState.CHECKING, SeatImportState.RUNNING)
DECIDED = Q(state__in=[SeatRequestState.APPROVED, SeatRequestState.DECLINED])


def user_key(**more: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **more
    )


class SeatRequest(models.Model):
    """Seats an administrator of a group asks the billing owner for; perhaps for somebody by name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="seat_requests")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="+")
    seat_type = models.ForeignKey(SeatType, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="seat_requests")
    grantee = models.ForeignKey(
        Grantee,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="seat_requests",
        help_text="Who gets a seat as soon as it is approved",
    )
    quantity = models.PositiveIntegerField()
    reason = models.CharField(max_length=500, blank=True)
    state = models.CharField(
        max_length=9, choices=SeatRequestState.choices, default=SeatRequestState.ASKED
    )
    asked_by = user_key()
    asked_at = models.DateTimeField()
    decided_by = user_key(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=500, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="seat_request_is_not_decided_by_who_asked",
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="seat_request_decided_says_by_whom",
                condition=(DECIDED & Q(decided_by__isnull=False, decided_at__isnull=False))
                | (~DECIDED & Q(decided_by=None, decided_at=None)),
            ),
            models.CheckConstraint(
                name="seat_request_asks_for_a_seat", condition=Q(quantity__range=(1, 10_000))
            ),
            models.CheckConstraint(
                name="seat_request_state_is_known", condition=Q(state__in=SeatRequestState.values)
            ),
            models.UniqueConstraint(
                name="seat_request_open_once_for_the_same",
                fields=["subscription", "seat_type", "group", "grantee"],
                condition=OPEN,
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(name="seat_request_open", fields=["customer"], condition=OPEN)]

    def __str__(self) -> str:
        return f"{self.quantity} {self.seat_type} for {self.group}"


class SeatRequestMail(QueuedMail):
    """Tells who decides that somebody asks, and who asked what was decided."""

    request = models.ForeignKey(SeatRequest, on_delete=models.PROTECT, related_name="mails")
    kind = models.CharField(max_length=7, choices=SeatRequestMailKind.choices)

    class Meta:
        ordering = ["queued_at", "id"]
        constraints = [
            models.UniqueConstraint(
                name="seat_request_mail_once_per_kind", fields=["request", "kind"]
            ),
            models.CheckConstraint(
                name="seat_request_mail_kind_is_known",
                condition=Q(kind__in=SeatRequestMailKind.values),
            ),
            *box_constraints("seat_request_mail"),
        ]
        indexes = box_indexes("seat_request_mail")

    def moot_because(self) -> str:
        """Nobody needs to decide what is decided or taken back."""
        if self.kind == SeatRequestMailKind.ASKED and self.request.state != SeatRequestState.ASKED:
            return "The request is no longer open"
        return ""


class SeatImport(models.Model):
    """
    A list of people and what to do with each; workers check it and, once confirmed, carry it out.

    `rows` as read; `answers`, one for each once they are checked, say what would become of a row, and
    for the first `done_count` what did. `groups`: what the person administered who brought it in;
    empty for the billing owner. `stopped_at`: it broke, and waits for somebody to let it go on.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="seat_imports")
    by = user_key()
    created_at = models.DateTimeField()
    groups = ArrayField(models.UUIDField(), default=list, blank=True)
    rows = models.JSONField()
    answers = models.JSONField(default=list, blank=True)
    costs = models.JSONField(default=list, blank=True)
    row_count = models.PositiveIntegerField()
    done_count = models.PositiveIntegerField(default=0)
    state = models.CharField(
        max_length=8, choices=SeatImportState.choices, default=SeatImportState.CHECKING
    )
    stopped_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="seat_import_state_is_known", condition=Q(state__in=SeatImportState.values)
            ),
            models.CheckConstraint(
                name="seat_import_does_no_more_than_its_rows",
                condition=Q(done_count__lte=F("row_count")),
            ),
            models.CheckConstraint(
                name="seat_import_done_is_whole",
                condition=Q(
                    state=SeatImportState.DONE,
                    done_count=F("row_count"),
                    finished_at__isnull=False,
                )
                | (~Q(state=SeatImportState.DONE) & Q(finished_at=None)),
            ),
            models.CheckConstraint(
                name="seat_import_stops_under_way",
                condition=Q(stopped_at=None) | Q(state__in=IMPORT_UNDER_WAY),
            ),
        ]
        indexes = [
            models.Index(
                name="seat_import_under_way",
                fields=["id"],
                condition=Q(state__in=IMPORT_UNDER_WAY, stopped_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.row_count} people of {self.created_at:%Y-%m-%d}"

    @property
    def is_under_way(self) -> bool:
        """Whether a worker goes on with it by itself."""
        return self.state in IMPORT_UNDER_WAY and self.stopped_at is None
