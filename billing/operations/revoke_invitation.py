"""Take an invitation back before somebody accepts it."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from accounts.queries.portal_rights import Rights
from billing.enums import InvitationState
from billing.models import Invitation
from billing.operations.free_invited_seats import free_invited_seats
from billing.operations.invitation_refusals import InvitationUnknown, NotPending
from billing.operations.invite_people import SeatRefused
from billing.queries.invitations import managed_invitations


@transaction.atomic
def revoke_invitation(*, invitation_id: UUID, rights: Rights, by: User, at: datetime) -> Invitation:
    """
    Its link leads to a page that says so, its seat is free again.

    :raises InvitationUnknown: if it is none the person manages
    :raises NotPending: if it has ended or was accepted
    :raises SeatRefused: if the ledger does not give the seat back
    """
    invitation = locked_pending(invitation_id, rights)
    invitation.state, invitation.ended_at, invitation.ended_by = InvitationState.REVOKED, at, by
    invitation.save(update_fields=["state", "ended_at", "ended_by"])
    refused = free_invited_seats(invitations=[invitation], actor=by.get_username(), at=at)
    for answer in refused.values():
        raise SeatRefused(answer.code, answer.message)
    return invitation


def locked_pending(invitation_id: UUID, rights: Rights) -> Invitation:
    """
    :raises InvitationUnknown: if it is none the person manages
    :raises NotPending: if it has ended or was accepted
    """
    invitation = (
        managed_invitations(rights).select_for_update(of=("self",)).filter(pk=invitation_id).first()
    )
    if invitation is None:
        raise InvitationUnknown
    if invitation.state != InvitationState.PENDING:
        raise NotPending(invitation)
    return invitation
