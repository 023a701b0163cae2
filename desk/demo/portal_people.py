"""People of two customers who sign in to the portal: one for each role, and a bookkeeper of both."""

import secrets

from django.contrib.auth.models import User
from django.utils import timezone

from accounts.enums import MembershipRole
from accounts.models import BillingOwner, Customer, Grantee, Group, Membership
from accounts.operations.person_with_address import person_with_address
from billing.calc.seat_changes import SeatChange
from billing.operations.change_seats import change_seats
from desk.demo.story import DoorClosed, Story
from desk.demo.team import Team

SIZES = range(14, 80)
BOOKKEEPER = "Paula Novak", "paula.novak@ledgerline.example"


def let_people_in(*, story: Story) -> str:
    """Give people of the first two middling customers rights and passwords; what to print."""
    teams = [team for team in story.teams if team.held[team.main] in SIZES][:2]
    lines = ["Customers sign in at /portal/sign-in/password/ as:"]
    known: dict[str, str] = {}
    for number, team in enumerate(teams):
        customer = Customer.objects.get(external_id=team.company.key)
        people = [owner_of(customer), bookkeeper_of(customer)]
        if number == 0:
            people += seated_people(customer, team)
        for user, role in people:
            if user.get_username() not in known:
                known[user.get_username()] = password_of(user)
            said = f"{known[user.get_username()]}   ({role} of {customer.legal_name})"
            lines.append(f"  {user.get_username():<42} {said}")
    return "\n".join(lines)


def password_of(user: User) -> str:
    password = secrets.token_urlsafe(9)
    user.set_password(password)
    user.save(update_fields=["password"])
    return password


def owner_of(customer: Customer) -> tuple[User, str]:
    owner = BillingOwner.objects.get(customer=customer, is_primary=True)
    owner.user = person_with_address(email=owner.email, name=owner.name)
    owner.save(update_fields=["user"])
    return owner.user, "billing owner"


def bookkeeper_of(customer: Customer) -> tuple[User, str]:
    name, email = BOOKKEEPER
    user = person_with_address(email=email, name=name)
    BillingOwner.objects.create(
        customer=customer, user=user, name=name, email=email, receives_invoices=False
    )
    return user, "billing administrator"


def seated_people(customer: Customer, team: Team) -> list[tuple[User, str]]:
    """Two departments, one below the other; who leads the upper one, and somebody in the lower."""
    domain = team.company.owner_email.rpartition("@")[2]
    product = Group.objects.create(customer=customer, external_id="product", name="Product")
    design = Group.objects.create(
        customer=customer, external_id="design", name="Design", parent=product, seat_pool=6,
        cost_center="4711",
    )  # fmt: skip
    lead = seated(team, product, "Theo Brandt", f"theo.brandt@{domain}")
    Membership.objects.filter(grantee__user=lead).update(role=MembershipRole.GROUP_ADMINISTRATOR)
    member = seated(team, design, "Mila Sato", f"mila.sato@{domain}")
    return [(lead, "group administrator"), (member, "member")]


def seated(team: Team, group: Group, name: str, email: str) -> User:
    """A person of the group who takes one of the seats that were bought without a name."""
    user = person_with_address(email=email, name=name)
    grantee = Grantee.objects.create(external_id=email, name=name, email=email, user=user)
    Membership.objects.create(customer=group.customer, group=group, grantee=grantee)
    change = SeatChange(
        kind="assign", subscription=f"sub-{team.company.key}", seat_type=team.main,
        grantee=grantee.external_id, group=group.external_id,
    )  # fmt: skip
    (answer,) = change_seats(
        customer_id=group.customer_id, changes=[change], source="portal", request_id=email,
        actor=team.company.owner_name, at=timezone.now(),
    )  # fmt: skip
    if answer.status == "refused":
        raise DoorClosed(f"No seat for {name}: {answer.message}")
    return user
