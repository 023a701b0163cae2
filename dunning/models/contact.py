"""What was written to the customer, what came back, and what was agreed."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from accounts.models.mail import QueuedMail, box_constraints, box_indexes
from dunning.enums import CaseState, NoteKind
from dunning.models.case import DunningCase, DunningStep


class Message(QueuedMail):
    """An e-mail of recovery, written with its step."""

    case = models.ForeignKey(DunningCase, on_delete=models.PROTECT, related_name="messages")
    step = models.OneToOneField(DunningStep, on_delete=models.PROTECT, related_name="sent_message")
    template = models.CharField(max_length=30)

    class Meta:
        ordering = ["-queued_at", "-id"]
        constraints = box_constraints("message")
        indexes = box_indexes("message")

    def held_because(self) -> str:
        return "Its case is paused" if self.case.state == CaseState.PAUSED else ""

    def moot_because(self) -> str:
        return "Settled before it was sent" if self.case.state == CaseState.CLOSED else ""

    def answered(self, at: datetime) -> None:
        """Its case is looked at again, because the next step may wait for the answer."""
        DunningCase.objects.filter(
            pk=self.case_id, state__in=[CaseState.OPEN, CaseState.PAUSED]
        ).update(look_at=at)


class Pause(models.Model):
    """Nothing is done by machine until then. Deadlines do not move."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(DunningCase, on_delete=models.PROTECT, related_name="pauses")
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=300)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.CheckConstraint(
                name="pause_ends_after_it_begins", condition=Q(until__gte=F("since"))
            ),
            models.CheckConstraint(name="pause_has_its_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"paused until {self.until:%Y-%m-%d}"


class Promise(models.Model):
    """The customer's word to pay an amount by a day. Its pause lasts until the money can be there."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(DunningCase, on_delete=models.PROTECT, related_name="promises")
    amount_minor = models.BigIntegerField(help_text="In the case's currency")
    by_date = models.DateField(help_text="In the customer's zone")
    pause = models.OneToOneField(Pause, on_delete=models.PROTECT, related_name="promise")
    promised_at = models.DateTimeField()
    words = models.CharField(max_length=300, blank=True, help_text="What was said, and by whom")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-promised_at"]
        constraints = [
            models.CheckConstraint(
                name="promise_amount_is_positive", condition=Q(amount_minor__gt=0)
            )
        ]

    def __str__(self) -> str:
        return f"promised by {self.by_date}"


class CaseNote(models.Model):
    """What somebody said or did that no machine saw. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(DunningCase, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=5, choices=NoteKind.choices, default=NoteKind.NOTE)
    words = models.TextField()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-noted_at", "-id"]
        constraints = [
            models.CheckConstraint(name="case_note_says_something", condition=~Q(words=""))
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.noted_at:%Y-%m-%d}"
