"""An e-mail that waits to be sent: the shape every box of mail shares."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from accounts.enums import MailState

SENT_SAYS_WHEN = Q(state=MailState.SENT, sent_at__isnull=False) | (
    ~Q(state=MailState.SENT) & Q(sent_at=None)
)
BEING_SENT_IS_CLAIMED = ~Q(state__in=[MailState.SENDING, MailState.SENT, MailState.UNKNOWN]) | Q(
    claimed_at__isnull=False
)
HAS_A_READER = ~Q(to=[])
WAITS = Q(state=MailState.QUEUED)
UNDER_WAY = Q(state=MailState.SENDING)


def box_constraints(box: str) -> list[models.BaseConstraint]:
    """What a row of any box must hold, named for the box, such as invoice_delivery."""
    return [
        models.CheckConstraint(name=f"{box}_sent_says_when", condition=SENT_SAYS_WHEN),
        models.CheckConstraint(
            name=f"{box}_being_sent_is_claimed", condition=BEING_SENT_IS_CLAIMED
        ),
        models.CheckConstraint(name=f"{box}_has_somebody_to_read_it", condition=HAS_A_READER),
    ]


def box_indexes(box: str) -> list[models.Index]:
    """The sender's two work lists in a box: what waits, and what is under way."""
    return [
        models.Index(name=f"{box}_to_send", fields=["send_after", "id"], condition=WAITS),
        models.Index(name=f"{box}_being_sent", fields=["claimed_at"], condition=UNDER_WAY),
    ]


class QueuedMail(models.Model):
    """
    Written in the transaction of what it tells, claimed before it is handed to the mail server.

    One that was claimed and never confirmed is “perhaps sent” and is not sent again by itself.
    Boxes take the constraints and indexes above under a name of their own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    language = models.CharField(max_length=5)
    to = models.JSONField(help_text="Addresses")
    reply_to = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    message_id = models.CharField(max_length=200, unique=True, help_text="Of the e-mail's header")
    state = models.CharField(max_length=8, choices=MailState.choices, default=MailState.QUEUED)
    queued_at = models.DateTimeField()
    send_after = models.DateTimeField(help_text="A refused connection is tried again later")
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    try_count = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.subject

    def held_because(self) -> str:
        """Looked at when it is about to be sent: empty, or why it waits on."""
        return ""

    def moot_because(self) -> str:
        """Looked at when it is about to be sent: empty, or why nobody needs it any more."""
        return ""

    def answered(self, at: datetime) -> None:
        """Called when the mail server's answer, or its loss, is written down."""
