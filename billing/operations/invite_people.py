"""Invite people: write the invitations, take the seats the policy wants taken, queue the mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from uuid6 import uuid7

from accounts.enums import CustomerStatus
from accounts.models import Customer, Grantee
from accounts.queries.portal_rights import Rights
from billing.calc.seat_changes import ChangeVerb, SeatChange
from billing.documents.invitation_link import invitation_token, token_digest
from billing.enums import InvitationReserves, InvitationState
from billing.models import Invitation
from billing.operations.change_seats import change_seats
from billing.operations.invitation_refusals import NotYours
from billing.operations.plan_invitations import (
    NewInvitation,
    PlannedInvitation,
    plan_invitations,
)
from billing.operations.queue_invitation_mail import queue_invitation_mail
from billing.records.ledger_batch import lock_heads
from kernel.refusal import Refusal

GOOD_FOR = timedelta(days=7)
SOURCE = "invitation"


class SeatRefused(Refusal):
    """The seat of an invitation was refused; code and sentence are those of the seat's refusal."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class InviteAnswer:
    """Invited, or refused with a code and a sentence."""

    email: str
    invitation: Invitation | None = None
    code: str = ""
    message: str = ""

    @property
    def is_invited(self) -> bool:
        return self.invitation is not None


@transaction.atomic
def invite_people(
    *, people: Sequence[NewInvitation], rights: Rights, by: User, at: datetime
) -> list[InviteAnswer]:
    """
    Invite each who can be; the others are answered with why not. Links are good for seven days.

    :raises NotYours: if the customer is closed, or these are too many at once
    """
    customer = Customer.objects.get(pk=rights.customer_id)
    if customer.status != CustomerStatus.ACTIVE:
        raise NotYours("The account is closed, nobody can be invited.")
    lock_heads([customer.pk])
    drafts = [
        (one, None if one.refusal else draft(one, customer, by, at))
        for one in plan_invitations(people=people, rights=rights, at=at)
    ]
    refused = take_seats([one for _, one in drafts if one], customer_id=customer.pk, by=by, at=at)
    answers = []
    for planned, invitation in drafts:
        refusal = planned.refusal or (refused.get(invitation.pk) if invitation else None)
        if invitation is None or refusal is not None:
            code, message = (refusal.code, str(refusal)) if refusal else ("", "")
            answers.append(InviteAnswer(planned.email, None, code, message))
            continue
        invitation.save(force_insert=True)
        queue_invitation_mail(invitation=invitation, at=at)
        answers.append(InviteAnswer(planned.email, invitation))
    return answers


def draft(planned: PlannedInvitation, customer: Customer, by: User, at: datetime) -> Invitation:
    """The row as it will be, not written yet; a seat of its own needs a person to hold it."""
    key = uuid7()
    grantee = None
    if planned.reserves == InvitationReserves.INVITED_SEAT:
        grantee = Grantee.objects.create(
            external_id=f"invited-{key}", name=planned.wish.name, email=planned.email
        )
    return Invitation(
        id=key, customer=customer, email=planned.email, name=planned.wish.name,
        role=planned.wish.role, group=planned.group, subscription=planned.subscription,
        seat_type=planned.seat_type, grantee=grantee, reserves=planned.reserves,
        token_digest=token_digest(invitation_token(key, 0)), state=InvitationState.PENDING,
        created_at=at, expires_at=at + GOOD_FOR, invited_by=by,
    )  # fmt: skip


def take_seats(
    invitations: Sequence[Invitation], *, customer_id: UUID, by: User, at: datetime
) -> dict[UUID, Refusal]:
    """Seats in state invited for those who reserve one of their own; the refusals by invitation."""
    holders = [one for one in invitations if one.reserves == InvitationReserves.INVITED_SEAT]
    if not holders:
        return {}
    answers = change_seats(
        customer_id=customer_id,
        changes=[seat_change("invite", one) for one in holders],
        source=SOURCE,
        request_id=f"invite-{holders[0].pk}",
        actor=by.get_username(),
        at=at,
    )
    refused: dict[UUID, Refusal] = {
        one.pk: SeatRefused(answer.code, answer.message)
        for one, answer in zip(holders, answers, strict=True)
        if answer.status == "refused"
    }
    strangers = [one.grantee_id for one in holders if one.pk in refused and one.grantee_id]
    Grantee.objects.filter(pk__in=strangers).delete()
    return refused


def seat_change(
    kind: ChangeVerb, invitation: Invitation, grantee: Grantee | None = None
) -> SeatChange:
    """A change of the seat an invitation names, for its person or another."""
    person = grantee or invitation.grantee
    assert invitation.subscription, "only what names a seat changes one"
    assert invitation.seat_type, "a seat has its type"
    return SeatChange(
        kind=kind,
        subscription=invitation.subscription.external_id,
        seat_type=invitation.seat_type.code,
        grantee=person.external_id if person else "",
        group=invitation.group.external_id if invitation.group else "",
    )
