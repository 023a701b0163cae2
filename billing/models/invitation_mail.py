"""What is written about an invitation. The link is never kept: it is filled in when mail is sent."""

from django.db import models
from django.db.models import Q

from accounts.models.mail import QueuedMail, box_constraints, box_indexes
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
            *box_constraints("invitation_mail"),
        ]
        indexes = box_indexes("invitation_mail")

    def moot_because(self) -> str:
        """An invitation that has an answer, or a newer link, is not sent any more."""
        if self.kind != InvitationMailKind.INVITE:
            return ""
        if self.invitation.state != InvitationState.PENDING:
            return "The invitation is no longer open"
        if self.number <= self.invitation.resent_count:
            return "A newer link was sent"
        return ""
