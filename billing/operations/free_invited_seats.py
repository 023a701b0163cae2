"""Give back what invitations reserved that nobody accepts any more."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.enums import MembershipState
from accounts.models import Membership
from billing.calc.seat_changes import SeatAnswer, SeatNotHeld
from billing.enums import InvitationReserves
from billing.models import Invitation
from billing.operations.change_seats import change_seats
from billing.operations.invite_people import SOURCE, seat_change


def locked_invitations(**which: Any) -> list[Invitation]:
    """Those that are to end, held until the transaction ends, with what their seats are of."""
    rows = Invitation.objects.select_for_update(of=("self",)).filter(**which)
    named = rows.select_related("customer", "group", "subscription", "seat_type", "grantee")
    return list(named.order_by("pk"))


def free_invited_seats(
    *, invitations: Sequence[Invitation], actor: str, at: datetime
) -> dict[UUID, SeatAnswer]:
    """
    Release the invited seats by ordinary events; the answers that refuse, by invitation. A seat
    that somebody released before is free already.

    A free bought seat needs nothing: it counts as reserved only while its invitation is open.
    """
    by_customer: dict[UUID, list[Invitation]] = defaultdict(list)
    for one in invitations:
        if one.reserves == InvitationReserves.INVITED_SEAT:
            by_customer[one.customer_id].append(one)
    refused: dict[UUID, SeatAnswer] = {}
    for customer_id, waiting in sorted(by_customer.items()):
        answers = change_seats(
            customer_id=customer_id,
            changes=[seat_change("release", one) for one in waiting],
            source=SOURCE,
            request_id=f"end-{waiting[0].pk}",
            actor=actor,
            at=at,
        )
        for one, answer in zip(waiting, answers, strict=True):
            if answer.status == "refused" and answer.code != SeatNotHeld.code:
                refused[one.pk] = answer
    people = [one.grantee_id for one in invitations if one.grantee_id and one.pk not in refused]
    Membership.objects.filter(grantee__in=people, grantee__user=None).update(
        state=MembershipState.REMOVED
    )
    return refused
