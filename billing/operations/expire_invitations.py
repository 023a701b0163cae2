"""Expire: invitations nobody accepted in time end, and the seats they took are free again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.enums import InvitationState, StageName
from billing.models import Invitation
from billing.operations.free_invited_seats import free_invited_seats, locked_invitations
from billing.operations.refuse import Refused, record_refusals
from kernel.stage import StageOutcome

ACTOR = "expiry"


@transaction.atomic
def expire_invitations(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """
    End them. One whose seat the ledger does not give back waits for a person; nobody can accept it.
    """
    over = locked_invitations(pk__in=keys, state=InvitationState.PENDING, expires_at__lte=at)
    refused = free_invited_seats(invitations=over, actor=ACTOR, at=at)
    passed = [one.pk for one in over if one.pk not in refused]
    Invitation.objects.filter(pk__in=passed).update(state=InvitationState.EXPIRED, ended_at=at)
    record_refusals(
        stage=StageName.EXPIRE,
        refused=[
            Refused(one.pk, one.email, refused[one.pk].code, refused[one.pk].message)
            for one in over
            if one.pk in refused
        ],
        at=at,
    )
    return StageOutcome(passed=len(passed), refused=len(refused))
