"""Acme with departments: Engineering with Platform below it, and Sales; Tina leads Engineering."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.test import Client

from accounts.enums import MembershipRole
from accounts.models import Grantee, Group, Membership
from accounts.queries.portal_rights import Rights, rights_of
from tests.seatworld import SeatWorld, day

NOW = day(2, 4)


@dataclass
class PeopleWorld:
    """Three named people hold seats: Anna in Engineering, Paul in Platform, Sam in Sales."""

    seats: SeatWorld
    everyone: Group
    engineering: Group
    platform: Group
    sales: Group
    owner: User
    lead: User

    @classmethod
    def make(cls, *, names_seats: bool = False, **terms: object) -> "PeopleWorld":
        """With `names_seats` the three take seats that are bought already."""
        seats = SeatWorld.make(**terms)
        customer = seats.customer
        everyone = customer.groups.get()
        engineering = group_of(seats, "Engineering", seat_pool=10, budget_minor=100_00)
        platform = group_of(seats, "Platform", parent=engineering, seat_pool=4)
        sales = group_of(seats, "Sales")
        world = cls(seats, everyone, engineering, platform, sales, user_of("olga"), user_of("tina"))
        customer.billing_owners.update(user=world.owner)
        world.administrator("tina", engineering)
        for name, group in (("anna", engineering), ("paul", platform), ("sam", sales)):
            given = {"kind": "seat_reassigned", "to_grantee": name} if names_seats else {}
            world.person(name, group, **given)
        return world

    def administrator(self, name: str, group: Group) -> Grantee:
        user, _ = User.objects.get_or_create(username=f"{name}@acme.example")
        grantee = Grantee.objects.create(
            external_id=name, name=name.title(), email=f"{name}@acme.example", user=user
        )
        Membership.objects.create(
            customer=self.seats.customer, group=group, grantee=grantee,
            role=MembershipRole.GROUP_ADMINISTRATOR,
        )  # fmt: skip
        return grantee

    def person(self, name: str, group: Group, *, hours: int = 0, **event: object) -> Grantee:
        """Somebody who gets a seat of their own in the group, beside the bought ones."""
        Grantee.objects.create(external_id=name, name=name.title(), email=f"{name}@acme.example")
        who = {} if "to_grantee" in event else {"grantee": name}
        answer = self.seats.send(
            f"add-{name}", NOW - timedelta(days=1) + timedelta(hours=hours),
            group=group.external_id, **who, **event,
        )  # fmt: skip
        assert answer.status == "accepted", answer
        return Grantee.objects.get(external_id=name)

    def seat(self, code: str = "member") -> str:
        """A kind of seat as forms name it."""
        return f"{self.seats.subscription.pk}/{self.seats.plan.seat_types.get(code=code).pk}"

    def rights(self, user: User) -> Rights:
        rights = rights_of(user_id=user.pk, customer_id=self.seats.customer.pk)
        assert rights is not None
        return rights

    def client(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client


def group_of(seats: SeatWorld, name: str, **terms: object) -> Group:
    return Group.objects.create(
        customer=seats.customer, external_id=name.lower(), name=name, **terms
    )


def user_of(name: str) -> User:
    return User.objects.create_user(f"{name}@acme.example", email=f"{name}@acme.example")
