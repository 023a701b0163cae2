"""What was written to the customer, what came back, and what was agreed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from dunning.enums import MessageState, NoteKind
from dunning.models.case import DunningCase, DunningStep


class Message(models.Model):
    """
    An e-mail as it is sent. Written with its step, claimed before it is handed to the mail server.

    One that was claimed and never confirmed is “perhaps sent” and is not sent again by itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(DunningCase, on_delete=models.PROTECT, related_name="messages")
    step = models.OneToOneField(DunningStep, on_delete=models.PROTECT, related_name="sent_message")
    template = models.CharField(max_length=30)
    language = models.CharField(max_length=5)
    to = models.JSONField(help_text="Addresses")
    reply_to = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    message_id = models.CharField(max_length=200, unique=True, help_text="Of the e-mail's header")
    state = models.CharField(
        max_length=8, choices=MessageState.choices, default=MessageState.QUEUED
    )
    queued_at = models.DateTimeField()
    send_after = models.DateTimeField(help_text="A refused connection is tried again later")
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    try_count = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-queued_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="message_sent_says_when",
                condition=Q(state=MessageState.SENT, sent_at__isnull=False)
                | ~Q(state=MessageState.SENT) & Q(sent_at=None),
            ),
            models.CheckConstraint(
                name="message_being_sent_is_claimed",
                condition=~Q(
                    state__in=[MessageState.SENDING, MessageState.SENT, MessageState.UNKNOWN]
                )
                | Q(claimed_at__isnull=False),
            ),
            models.CheckConstraint(name="message_has_somebody_to_read_it", condition=~Q(to=[])),
        ]
        indexes = [
            models.Index(
                name="message_to_send",
                fields=["send_after", "id"],
                condition=Q(state=MessageState.QUEUED),
            ),
            models.Index(
                name="message_being_sent",
                fields=["claimed_at"],
                condition=Q(state=MessageState.SENDING),
            ),
        ]

    def __str__(self) -> str:
        return self.subject


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
