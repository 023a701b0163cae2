"""What is written about an invitation. The link is never kept: it is filled in when mail is sent."""

from django.db import models
from django.db.models import Q

from accounts.models.mail import (
    BEING_SENT_IS_CLAIMED,
    HAS_A_READER,
    SENT_SAYS_WHEN,
    UNDER_WAY,
    WAITS,
    QueuedMail,
)
from billing.enums import InvitationMailKind, InvitationState
from billing.models.invitations import Invitation

LINK_PLACE = "%link%"


class InvitationMail(QueuedMail):
    """The invitation itself, or a note to who invited: somebody needs a new link, or a seat."""

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="mails")
    kind = models.CharField(max_length=9, choices=InvitationMailKind.choices)
    number = models.PositiveSmallIntegerField(default=1, help_text="Of its kind")

    class Meta:
        ordering = ["queued_at", "id"]
        constraints = [
            models.UniqueConstraint(
                name="invitation_mail_once_per_number", fields=["invitation", "kind", "number"]
            ),
            models.CheckConstraint(
                name="invitation_mail_kind_is_known",
                condition=Q(kind__in=InvitationMailKind.values),
            ),
            models.CheckConstraint(name="invitation_mail_sent_says_when", condition=SENT_SAYS_WHEN),
            models.CheckConstraint(
                name="invitation_mail_being_sent_is_claimed", condition=BEING_SENT_IS_CLAIMED
            ),
            models.CheckConstraint(
                name="invitation_mail_has_somebody_to_read_it", condition=HAS_A_READER
            ),
        ]
        indexes = [
            models.Index(
                name="invitation_mail_to_send", fields=["send_after", "id"], condition=WAITS
            ),
            models.Index(
                name="invitation_mail_being_sent", fields=["claimed_at"], condition=UNDER_WAY
            ),
        ]

    def moot_because(self) -> str:
        """An invitation that has an answer, or a newer link, is not sent any more."""
        if self.kind != InvitationMailKind.INVITE:
            return ""
        if self.invitation.state != InvitationState.PENDING:
            return "The invitation is no longer open"
        if self.number <= self.invitation.resent_count:
            return "A newer link was sent"
        return ""
