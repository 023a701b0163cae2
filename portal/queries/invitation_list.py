"""Invitations as a list: search, filter and pages."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.queries.paging import Page
from accounts.queries.portal_rights import Rights
from billing.enums import InvitationReserves, InvitationRole, InvitationState
from billing.models import Invitation
from billing.queries.invitations import managed_invitations
from portal.queries.person_name import name_of

A_PAGE = 50
STATES = {
    "pending": "Open",
    "accepted": "Accepted",
    "expired": "Expired",
    "revoked": "Taken back",
}
TONES = {"pending": "info", "accepted": "ok", "expired": "wait", "revoked": ""}
ROLES = {
    InvitationRole.MEMBER: "",
    InvitationRole.GROUP_ADMINISTRATOR: "Group administrator",
    InvitationRole.BILLING_ADMINISTRATOR: "Billing administrator",
}


@dataclass(frozen=True, slots=True)
class InvitationFilter:
    search: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """One invitation; `state` counts an open one whose time is over as expired."""

    id: UUID
    email: str
    name: str
    group: str
    role: str
    seat_type: str
    is_reserved: bool
    state: str
    invited_by: str
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    accepted_as: str
    ended_at: datetime | None
    resent_count: int

    @property
    def state_words(self) -> str:
        return STATES[self.state]

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def is_open(self) -> bool:
        return self.state == InvitationState.PENDING


def found_invitations(
    rights: Rights, asked: InvitationFilter, *, at: datetime
) -> QuerySet[Invitation]:
    rows = managed_invitations(rights)
    for word in asked.search.split():
        rows = rows.filter(Q(email__icontains=word) | Q(name__icontains=word))
    over = Q(state=InvitationState.EXPIRED) | Q(state=InvitationState.PENDING, expires_at__lte=at)
    if asked.state == InvitationState.EXPIRED:
        return rows.filter(over)
    if asked.state == InvitationState.PENDING:
        return rows.filter(state=InvitationState.PENDING, expires_at__gt=at)
    return rows.filter(state=asked.state) if asked.state else rows


def invitation_page(
    rights: Rights, asked: InvitationFilter, *, number: int, at: datetime
) -> Page[InvitationRow]:
    """One query, whatever the number of invitations."""
    number = max(1, number)
    first = (number - 1) * A_PAGE
    found = list(found_invitations(rights, asked, at=at)[first : first + A_PAGE + 1])
    return Page(
        rows=tuple(invitation_row(one, at=at) for one in found[:A_PAGE]),
        number=number,
        has_next=len(found) > A_PAGE,
    )


def invitation_row(one: Invitation, *, at: datetime) -> InvitationRow:
    is_over = one.state == InvitationState.PENDING and one.expires_at <= at
    return InvitationRow(
        id=one.pk,
        email=one.email,
        name=one.name,
        group=one.group.name if one.group else "",
        role=ROLES[InvitationRole(one.role)],
        seat_type=one.seat_type.name if one.seat_type else "",
        is_reserved=one.reserves != InvitationReserves.NONE,
        state=InvitationState.EXPIRED.value if is_over else one.state,
        invited_by=name_of(one.invited_by),
        created_at=one.created_at,
        expires_at=one.expires_at,
        accepted_at=one.accepted_at,
        accepted_as=one.accepted_by.email if one.accepted_by else "",
        ended_at=one.ended_at,
        resent_count=one.resent_count,
    )


def count_by_state(rights: Rights, *, at: datetime) -> dict[str, int]:
    """How many are open, accepted, expired and taken back. One query."""
    is_over = Q(state=InvitationState.PENDING, expires_at__lte=at)
    rows = managed_invitations(rights).select_related(None).order_by()
    counted = rows.values("state").annotate(all=Count("pk"), over=Count("pk", filter=is_over))
    found = dict.fromkeys(STATES, 0)
    for row in counted:
        found[row["state"]] += row["all"] - row["over"]
        found[InvitationState.EXPIRED.value] += row["over"]
    return found
