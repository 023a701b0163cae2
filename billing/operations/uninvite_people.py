"""Take back open invitations to people who left: no older link brings them in again."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from billing.calc.seat_changes import SeatAnswer
from billing.enums import InvitationState
from billing.models import Invitation
from billing.operations.free_invited_seats import free_invited_seats, locked_invitations


def uninvite_people(
    *, customer_id: UUID, addresses: Collection[str], actor: str, at: datetime
) -> list[SeatAnswer]:
    """
    End what is open for these addresses (in lower case), and free its seats. Call it in a transaction.

    The answers of seats that the ledger does not give back.
    """
    waiting = locked_invitations(
        customer=customer_id, email__in=addresses, state=InvitationState.PENDING
    )
    Invitation.objects.filter(pk__in=[one.pk for one in waiting]).update(
        state=InvitationState.REVOKED, ended_at=at
    )
    return list(free_invited_seats(invitations=waiting, actor=actor, at=at).values())
