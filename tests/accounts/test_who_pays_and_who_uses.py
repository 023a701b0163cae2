"""Who pays is not who uses: a transfer moves the bill and leaves everybody's access alone."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import ApiClient, ApiReply, BillingOwner, Customer, Group, Membership
from accounts.operations.register_customer import (
    CustomerExists,
    TimeZoneUnknown,
    register_customer,
)
from accounts.operations.transfer_ownership import OwnerUnknown, transfer_ownership
from tests.seatworld import START, day, make_customer


def refuses(name: str, act) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        act()


def test_a_solo_user_is_a_customer_with_one_group_and_one_owner(db):
    customer = make_customer(None, "solo")

    assert [one.name for one in customer.groups.all()] == ["Everyone"]
    assert [one.is_primary for one in customer.billing_owners.all()] == [True]


def test_a_transfer_changes_who_pays_and_nobodys_access(world):
    world.send("a1", day(2, 4), grantee="anna")
    customer = world.customer
    before = list(Membership.objects.values_list("grantee__external_id", "state"))
    new = BillingOwner.objects.create(customer=customer, name="Nils", email="nils@acme.example")

    transfer_ownership(customer_id=customer.pk, to_owner_id=new.pk)

    assert BillingOwner.objects.get(customer=customer, is_primary=True) == new
    assert list(Membership.objects.values_list("grantee__external_id", "state")) == before
    assert world.seats() == 26
    assert BillingOwner.history.filter(id=new.pk).count() == 2


def test_nobody_of_another_customer_can_become_the_owner(world):
    stranger = make_customer(None, "other").billing_owners.get()

    with pytest.raises(OwnerUnknown):
        transfer_ownership(customer_id=world.customer.pk, to_owner_id=stranger.pk)


def test_a_person_may_belong_to_several_customers(world):
    anna = world.send("a1", day(2, 4), grantee="anna")
    grantee = world.customer.memberships.get().grantee
    other = make_customer(None, "other")
    Membership.objects.create(customer=other, group=other.groups.get(), grantee=grantee)

    assert anna.status == "accepted"
    assert grantee.memberships.count() == 2


def test_a_customer_registers_once_and_with_a_real_time_zone(db):
    make_customer(None, "acme")

    with pytest.raises(CustomerExists):
        make_customer(None, "acme")
    with pytest.raises(TimeZoneUnknown):
        register_customer(
            external_id="x", legal_name="X", country="DE", currency="EUR",
            time_zone="Mars/Olympus", at=START,
        )  # fmt: skip
    assert Customer.objects.count() == 1


def test_the_tables_of_people_refuse_what_their_constraints_say(world):
    customer = world.customer
    group = customer.groups.get()
    owner = customer.billing_owners.get()

    def owner_named(email: str, *, primary: bool) -> None:
        BillingOwner.objects.create(customer=customer, name="N", email=email, is_primary=primary)

    refuses(
        "billing_owner_one_primary_per_customer",
        lambda: owner_named("second@acme.example", primary=True),
    )
    refuses(
        "billing_owner_email_once_per_customer", lambda: owner_named(owner.email, primary=False)
    )
    refuses(
        "group_external_id_once_per_customer",
        lambda: Group.objects.create(customer=customer, external_id="everyone", name="x"),
    )
    refuses(
        "group_is_not_its_own_parent|its place in the tree does not fit",  # the trigger is first
        lambda: Group.objects.filter(pk=group.pk).update(parent=group.pk),
    )
    refuses("customer_country_is_two_capitals", lambda: Customer.objects.update(country="de"))
    refuses("customer_currency_is_three_capitals", lambda: Customer.objects.update(currency="usd"))
    refuses("customer_status_is_known", lambda: Customer.objects.update(status="asleep"))


def test_memberships_and_replies_are_unique(world):
    world.send("a1", day(2, 4), grantee="anna")
    member = world.customer.memberships.get()
    refuses(
        "membership_once_per_group_and_grantee",
        lambda: Membership.objects.create(
            customer=world.customer, group=member.group, grantee=member.grantee
        ),
    )
    refuses("membership_state_is_known", lambda: Membership.objects.update(state="gone"))

    def reply() -> None:
        ApiReply.objects.create(
            client=ApiClient.objects.get(), idempotency_key="k", request_digest="d", status=200,
            body={}, replied_at=START,
        )  # fmt: skip

    reply()
    refuses("api_reply_once_per_client_and_key", reply)
