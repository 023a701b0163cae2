"""Carry out changes of people's seats that somebody asked for in the portal."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.enums import MembershipRole, MembershipState
from accounts.models import Membership
from accounts.queries.portal_rights import Rights
from billing.calc.seat_changes import SeatAnswer, SeatChange
from billing.operations.change_seats import change_seats
from portal.queries.people_seats import held_at

SOURCE = "portal"


@transaction.atomic
def carry_out(
    *,
    rights: Rights,
    changes: Sequence[SeatChange],
    request_id: str,
    actor: str,
    at: datetime,
    left: Mapping[str, UUID] | None = None,
) -> list[SeatAnswer]:
    """
    Change the seats; the same `request_id` again answers duplicate.

    `left`: the group each moved person's seat was in, by the person's external id. They leave it,
    unless they administer it or hold another seat there.
    """
    answers = change_seats(
        customer_id=rights.customer_id, changes=changes, source=SOURCE, request_id=request_id,
        actor=actor, at=at,
    )  # fmt: skip
    for answer in answers:
        if answer.status == "accepted" and answer.change.kind == "regroup" and left:
            group_id = left.get(answer.change.grantee)
            if group_id:
                leave_group(rights, person=answer.change.grantee, group_id=group_id, at=at)
    return answers


def leave_group(rights: Rights, *, person: str, group_id: UUID, at: datetime) -> None:
    stays = held_at(customer_id=rights.customer_id, at=at).filter(
        grantee__external_id=person, group=group_id
    )
    if stays.exists():
        return
    membership = Membership.objects.filter(
        customer=rights.customer_id,
        group=group_id,
        grantee__external_id=person,
        role=MembershipRole.MEMBER,
        state=MembershipState.ACTIVE,
    ).first()
    if membership:
        membership.state = MembershipState.REMOVED
        membership.save(update_fields=["state"])
