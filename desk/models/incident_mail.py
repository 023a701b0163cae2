"""What is written to customers about an incident."""

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from accounts.models import Customer
from desk.enums import MailState
from desk.models.incidents import Incident, staff_key


class IncidentMessage(models.Model):
    """
    An e-mail as it is sent, one for each customer and text. Claimed before the mail server hears of it.

    One that was claimed and never confirmed is “perhaps sent” and is not sent again by itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="messages")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    template = models.CharField(max_length=30)
    language = models.CharField(max_length=5)
    to = models.JSONField(help_text="Addresses")
    reply_to = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    message_id = models.CharField(max_length=200, unique=True, help_text="Of the e-mail's header")
    state = models.CharField(max_length=8, choices=MailState.choices, default=MailState.QUEUED)
    queued_at = models.DateTimeField()
    queued_by = staff_key()
    send_after = models.DateTimeField(help_text="A refused connection is tried again later")
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    try_count = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["queued_at", "id"]
        constraints = [
            models.UniqueConstraint(
                name="incident_message_once_per_customer_and_text",
                fields=["incident", "customer", "template"],
            ),
            models.CheckConstraint(
                name="incident_message_sent_says_when",
                condition=Q(state=MailState.SENT, sent_at__isnull=False)
                | ~Q(state=MailState.SENT) & Q(sent_at=None),
            ),
            models.CheckConstraint(
                name="incident_message_being_sent_is_claimed",
                condition=~Q(state__in=[MailState.SENDING, MailState.SENT, MailState.UNKNOWN])
                | Q(claimed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="incident_message_has_somebody_to_read_it", condition=~Q(to=[])
            ),
        ]
        indexes = [
            models.Index(
                name="incident_message_to_send",
                fields=["send_after", "id"],
                condition=Q(state=MailState.QUEUED),
            ),
            models.Index(
                name="incident_message_being_sent",
                fields=["claimed_at"],
                condition=Q(state=MailState.SENDING),
            ),
        ]

    def __str__(self) -> str:
        return self.subject
