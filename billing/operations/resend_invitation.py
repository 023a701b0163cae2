"""Send an open invitation again, with a new link; the old one leads to a page that says so."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.queries.portal_rights import Rights
from billing.documents.invitation_link import invitation_token, token_digest
from billing.enums import InvitationMailKind
from billing.models import Invitation
from billing.operations.invitation_refusals import NotPending, SentJustNow
from billing.operations.invite_people import GOOD_FOR
from billing.operations.queue_invitation_mail import queue_invitation_mail
from billing.operations.revoke_invitation import locked_pending

PAUSE = timedelta(minutes=5)


@transaction.atomic
def resend_invitation(*, invitation_id: UUID, rights: Rights, at: datetime) -> Invitation:
    """
    The new link is good for seven days from now; what is reserved stays so.

    :raises InvitationUnknown: if it is none the person manages
    :raises NotPending: if it has ended, or its time is over
    :raises SentJustNow: within five minutes of the last one
    """
    invitation = locked_pending(invitation_id, rights)
    if invitation.expires_at <= at:
        raise NotPending(invitation)
    newest = invitation.mails.filter(kind=InvitationMailKind.INVITE).order_by("number").last()
    if newest is not None and newest.queued_at > at - PAUSE:
        raise SentJustNow(invitation)
    invitation.resent_count += 1
    invitation.expires_at = at + GOOD_FOR
    invitation.token_digest = token_digest(invitation_token(invitation.pk, invitation.resent_count))
    invitation.save(update_fields=["resent_count", "expires_at", "token_digest"])
    queue_invitation_mail(invitation=invitation, at=at)
    return invitation
