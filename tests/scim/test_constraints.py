"""What the database itself refuses to believe of directories."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import (
    DirectoryGroup,
    DirectoryMember,
    DirectoryMembership,
    DirectoryToken,
    DirectoryUser,
    Grantee,
)
from billing.models import DirectoryMapping, DirectorySeat
from tests.seatworld import START, SeatWorld


class Directory:
    """Acme's directory with Ada in one group."""

    def __init__(self) -> None:
        self.world = SeatWorld.make()
        self.customer, self.subscription = self.world.customer, self.world.subscription
        self.seat_type = self.world.plan.seat_types.first()
        self.ours = self.customer.groups.get()
        self.ada = self.user("ada", Grantee.objects.create(external_id="ada"))
        self.group = DirectoryGroup.objects.create(
            customer=self.customer, display_name="Team", created_at=START, changed_at=START
        )

    def user(self, name: str, grantee: Grantee) -> DirectoryUser:
        return DirectoryUser.objects.create(
            customer=self.customer, grantee=grantee, user_name=name, user_name_key=name,
            attributes={}, created_at=START, changed_at=START,
        )  # fmt: skip

    def mapping(self, **said) -> DirectoryMapping:
        seat = {"subscription": self.subscription, "seat_type": self.seat_type}
        return DirectoryMapping.objects.create(**{"customer": self.customer, **seat, **said})

    def seat(self, **said) -> DirectorySeat:
        return DirectorySeat.objects.create(user=self.ada, subscription=self.subscription, **said)

    def token(self, **said) -> DirectoryToken:
        return DirectoryToken.objects.create(customer=self.customer, created_at=START, **said)


def twice(act):
    def acting(one):
        act(one)
        act(one)

    return acting


@pytest.mark.parametrize(
    ("constraint", "act"),
    [
        (
            "directory_token_expires_after_it_is_made",
            lambda one: one.token(expires_at=START - timedelta(days=1)),
        ),
        (
            "directory_user_name_once_per_customer",
            lambda one: one.user("ada", Grantee.objects.create(external_id="other")),
        ),
        (
            "directory_user_grantee_once_per_customer",
            lambda one: one.user("ada.lovelace", one.ada.grantee),
        ),
        (
            "directory_member_once_per_group",
            twice(lambda one: DirectoryMember.objects.create(group=one.group, user=one.ada)),
        ),
        (
            "directory_membership_once_per_group",
            twice(lambda one: DirectoryMembership.objects.create(group=one.ours, user=one.ada)),
        ),
        ("directory_mapping_once_per_group", twice(lambda one: one.mapping())),
        ("directory_mapping_seat_names_both_parts", lambda one: one.mapping(seat_type=None)),
        (
            "directory_mapping_gives_something",
            lambda one: one.mapping(subscription=None, seat_type=None),
        ),
        ("directory_mapping_when_gone_is_known", lambda one: one.mapping(when_gone="burn")),
        ("directory_seat_once_per_subscription", twice(lambda one: one.seat())),
        ("directory_seat_when_gone_is_known", lambda one: one.seat(when_gone="burn")),
    ],
)
def test_the_database_refuses(db, constraint, act):
    directory = Directory()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        act(directory)
