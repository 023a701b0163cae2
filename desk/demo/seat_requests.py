"""Whoever leads a department of the demo asks the billing owner for seats."""

from datetime import datetime

from accounts.enums import MembershipRole
from accounts.models import Group, Membership
from accounts.queries.portal_rights import rights_of
from billing.models import SeatType, Subscription
from billing.operations.ask_seats import WantedSeats, ask_seats
from billing.queries.seat_room import seat_room

REASON = "Two designers start on the first of the month."


def ask_for_seats(*, at: datetime) -> None:
    """One open request, for the lower of the two departments; none where there are no departments."""
    leads = Membership.objects.filter(
        group__external_id="product", role=MembershipRole.GROUP_ADMINISTRATOR
    ).select_related("grantee__user")
    for lead in leads:
        by = lead.grantee.user
        rights = rights_of(user_id=by.pk, customer_id=lead.customer_id) if by else None
        rooms = seat_room(customer_id=lead.customer_id, at=at)
        if by is None or rights is None or not rooms:
            continue
        wanted = WantedSeats(
            subscription=Subscription.objects.get(pk=rooms[0].subscription_id),
            seat_type=SeatType.objects.get(pk=rooms[0].seat_type_id),
            group=Group.objects.get(customer=lead.customer_id, external_id="design"),
            quantity=2,
            reason=REASON,
        )
        ask_seats(rights=rights, wanted=wanted, by=by, at=at)
