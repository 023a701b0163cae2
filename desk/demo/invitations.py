"""Invitations of the first customer with people: open, accepted and expired ones, a rule and an offer."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from accounts.models import Customer, Group
from accounts.operations.person_with_address import person_with_address
from accounts.queries.portal_rights import rights_of
from billing.enums import InvitationRole
from billing.models import Invitation, SeatType, Subscription
from billing.operations.accept_invitation import accept_invitation
from billing.operations.expire_invitations import expire_invitations
from billing.operations.invite_people import GOOD_FOR, invite_people
from billing.operations.offer_seats import offer_seats
from billing.operations.plan_invitations import NewInvitation
from billing.operations.set_domain_rule import set_domain_rule
from desk.demo.portal_people import SIZES
from desk.demo.story import DoorClosed, Story

OVER = timedelta(days=5)


def invite_some(*, story: Story) -> None:
    """Called once the people of the portal are there. Open ones are mailed when the demo is run."""
    team = next((team for team in story.teams if team.held[team.main] in SIZES), None)
    if team is None:
        return
    customer = Customer.objects.get(external_id=team.company.key)
    owner = User.objects.get(billing_owners__customer=customer, billing_owners__is_primary=True)
    domain = owner.email.rpartition("@")[2]
    group = Group.objects.get(customer=customer, external_id="design")
    subscription = Subscription.objects.get(external_id=f"sub-{team.company.key}")
    seat_type = SeatType.objects.get(plan=subscription.plan, code=team.main)
    invited = asked(customer, owner, [
        NewInvitation(
            f"{name.lower().replace(' ', '.')}@{domain}", name, group_id=group.pk,
            subscription_id=subscription.pk, seat_type_id=seat_type.pk,
        )
        for name in ("Noah Lindqvist", "Lena Ortiz", "Aiko Tanaka", "Sofia Marchetti")
    ] + [NewInvitation(
        f"accounting@{domain}", "Accounting", role=InvitationRole.BILLING_ADMINISTRATOR
    )])  # fmt: skip
    joins, runs_out = invited[:2]
    now = timezone.now()
    user = person_with_address(email=joins.email, name=joins.name)
    accept_invitation(invitation_id=joins.pk, user=user, at=now)
    Invitation.objects.filter(pk=runs_out.pk).update(
        created_at=now - OVER - GOOD_FOR, expires_at=now - OVER
    )
    expire_invitations(keys=[runs_out.pk], at=now)
    offer_seats(
        customer_id=customer.pk, subscription_id=subscription.pk, seat_type_id=seat_type.pk,
        group_id=group.pk, domains=[domain], most_seats=3, by=owner, at=now,
    )  # fmt: skip
    set_domain_rule(customer_id=customer.pk, domains=[domain], is_enforced=False, by=owner, at=now)


def asked(customer: Customer, owner: User, people: list[NewInvitation]) -> list[Invitation]:
    rights = rights_of(user_id=owner.pk, customer_id=customer.pk)
    assert rights is not None, "the billing owner has rights"
    answers = invite_people(people=people, rights=rights, by=owner, at=timezone.now())
    invited = [one.invitation for one in answers if one.invitation]
    if len(invited) < len(people):
        raise DoorClosed(f"Not invited: {', '.join(one.message for one in answers)}")
    return invited
