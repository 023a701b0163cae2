"""Ownership passes to somebody who accepts it, and nobody loses a right or a seat."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from accounts.enums import TransferState
from accounts.models import BillingOwner, OwnershipTransfer, PortalMail
from accounts.operations.name_billing_administrator import (
    AdministersAlready,
    AdministersNoMore,
    end_billing_administration,
    name_billing_administrator,
)
from accounts.operations.offer_ownership import (
    NotTheOwner,
    OfferedToOneself,
    OfferForAnother,
    OfferOver,
    OfferPending,
    accept_ownership,
    decline_ownership,
    expire_offers,
    offer_ownership,
    withdraw_ownership,
)
from accounts.operations.person_with_address import AddressOfStaff, person_with_address
from accounts.operations.register_customer import register_customer
from accounts.queries.people_with_rights import offers_to, people_with_rights
from accounts.queries.portal_rights import rights_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def acme():
    return register_customer(
        external_id="acme", legal_name="Acme Ltd", country="IE", currency="EUR",
        billing_owner_name="Olga Ober", billing_owner_email="olga@acme.example", at=NOW,
    )  # fmt: skip


@pytest.fixture
def olga(acme) -> User:
    person = person_with_address(email="olga@acme.example", name="Olga Ober")
    acme.billing_owners.update(user=person)
    return person


@pytest.fixture
def nina() -> User:
    return person_with_address(email="Nina@acme.example", name="Nina Neu")


def offered(acme, olga, to="nina@acme.example", at=NOW) -> OwnershipTransfer:
    return offer_ownership(customer_id=acme.pk, to_email=to, to_name="Nina Neu", by=olga, at=at)


def test_the_new_owner_owns_and_the_old_one_administers_billing(acme, olga, nina):
    offer = offered(acme, olga)

    accept_ownership(transfer_id=offer.pk, by=nina, at=NOW)

    new, old = (rights_of(user_id=one.pk, customer_id=acme.pk) for one in (nina, olga))
    assert (new.is_owner, new.manages_billing) == (True, True)
    assert (old.is_owner, old.manages_billing) == (False, True)
    assert [one.kind for one in PortalMail.objects.order_by("queued_at", "id")] == [
        "ownership_offered", "ownership_accepted",
    ]  # fmt: skip


def test_a_recipient_of_invoices_can_become_owner_and_goes_on_receiving(acme, olga, nina):
    BillingOwner.objects.create(
        customer=acme, name="Nina", email="Nina@acme.example", manages_billing=False
    )

    accept_ownership(transfer_id=offered(acme, olga).pk, by=nina, at=NOW)

    owner = BillingOwner.objects.get(customer=acme, is_primary=True)
    assert (owner.user, owner.receives_invoices, owner.manages_billing) == (nina, True, True)
    assert BillingOwner.objects.filter(customer=acme).count() == 2


def test_nothing_changes_before_it_is_accepted(acme, olga, nina):
    offered(acme, olga)

    assert rights_of(user_id=olga.pk, customer_id=acme.pk).is_owner
    assert rights_of(user_id=nina.pk, customer_id=acme.pk) is None
    assert [name for _, name in offers_to(addresses={"Nina@acme.example"}, at=NOW)] == ["Acme Ltd"]


def test_declining_changes_nothing_and_tells_the_owner(acme, olga, nina):
    offer = offered(acme, olga)

    decline_ownership(transfer_id=offer.pk, by=nina, at=NOW)

    assert rights_of(user_id=olga.pk, customer_id=acme.pk).is_owner
    assert PortalMail.objects.filter(kind="ownership_declined", to=["olga@acme.example"]).exists()
    with pytest.raises(OfferOver):
        accept_ownership(transfer_id=offer.pk, by=nina, at=NOW)


def test_an_offer_withdrawn_cannot_be_accepted(acme, olga, nina):
    offer = offered(acme, olga)
    withdraw_ownership(customer_id=acme.pk, by=olga, at=NOW)

    with pytest.raises(OfferOver):
        accept_ownership(transfer_id=offer.pk, by=nina, at=NOW)


def test_an_offer_is_over_after_fourteen_days_and_another_can_be_made(acme, olga, nina):
    offer = offered(acme, olga)
    later = NOW + timedelta(days=14)

    with pytest.raises(OfferOver):
        accept_ownership(transfer_id=offer.pk, by=nina, at=later)
    offered(acme, olga, to="udo@acme.example", at=later)

    offer.refresh_from_db()
    assert offer.state == TransferState.EXPIRED
    assert expire_offers(at=later + timedelta(days=14)) == 1


def test_one_offer_waits_at_a_time(acme, olga):
    offered(acme, olga)

    with pytest.raises(OfferPending):
        offered(acme, olga, to="udo@acme.example")


def test_only_the_owner_offers_and_not_to_oneself_or_our_staff(acme, olga, nina):
    User.objects.create_user("ana", "ana@example.com", is_staff=True)

    with pytest.raises(NotTheOwner):
        offered(acme, nina)
    with pytest.raises(OfferedToOneself):
        offered(acme, olga, to="Olga@acme.example")
    with pytest.raises(AddressOfStaff):
        offered(acme, olga, to="ana@example.com")


def test_somebody_else_cannot_answer(acme, olga, nina):
    offer = offered(acme, olga, to="udo@acme.example")

    with pytest.raises(OfferForAnother):
        accept_ownership(transfer_id=offer.pk, by=nina, at=NOW)


def test_an_offer_of_who_owns_no_more_is_void(acme, olga, nina):
    offer = offered(acme, olga)
    acme.billing_owners.update(is_primary=False)

    with pytest.raises(OfferOver):
        accept_ownership(transfer_id=offer.pk, by=nina, at=NOW)


def test_a_billing_administrator_sees_billing_and_no_people(acme, olga, nina):
    named = name_billing_administrator(
        customer_id=acme.pk, email="nina@acme.example", name="Nina Neu", at=NOW
    )

    rights = rights_of(user_id=nina.pk, customer_id=acme.pk)
    assert (rights.manages_billing, rights.may_manage_people) == (True, False)
    assert named.receives_invoices is False
    with pytest.raises(AdministersAlready):
        name_billing_administrator(customer_id=acme.pk, email=named.email, name="", at=NOW)


def test_ending_it_takes_the_right_and_leaves_the_invoices(acme, olga, nina):
    named = name_billing_administrator(
        customer_id=acme.pk, email="nina@acme.example", name="Nina", at=NOW
    )
    BillingOwner.objects.filter(pk=named.pk).update(receives_invoices=True)

    end_billing_administration(customer_id=acme.pk, owner_id=named.pk)

    assert rights_of(user_id=nina.pk, customer_id=acme.pk) is None
    people = people_with_rights(customer_id=acme.pk, at=NOW)
    assert [one.email for one in people.recipients] == ["nina@acme.example"]
    with pytest.raises(AdministersNoMore):
        end_billing_administration(customer_id=acme.pk, owner_id=named.pk)


def test_the_owner_cannot_be_ended(acme, olga):
    with pytest.raises(AdministersNoMore):
        end_billing_administration(customer_id=acme.pk, owner_id=acme.billing_owners.get().pk)


@pytest.mark.parametrize(
    ("constraint", "changed"),
    [
        ("ownership_transfer_one_pending_per_customer", {"token_digest": "b"}),
        ("ownership_transfer_token_is_unique", {"state": "expired", "answered_at": NOW}),
        ("ownership_transfer_state_is_known", {"token_digest": "b", "state": "sold", "answered_at": NOW, "answered_by_id": 1}),
        ("ownership_transfer_address_is_lower_case", {"token_digest": "b", "to_email": "A@x.example"}),
        ("ownership_transfer_answered_says_when", {"token_digest": "b", "state": "expired"}),
        ("ownership_transfer_answered_says_by_whom", {"token_digest": "b", "state": "declined", "answered_at": NOW}),
    ],
)  # fmt: skip
def test_the_database_refuses_offers_that_make_no_sense(acme, olga, constraint, changed):
    values = {
        "customer": acme, "from_owner": acme.billing_owners.get(), "to_email": "x@acme.example",
        "token_digest": "a", "proposed_at": NOW, "proposed_by": olga,
        "expires_at": NOW + timedelta(days=14),
    }  # fmt: skip
    OwnershipTransfer.objects.create(**values)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        OwnershipTransfer.objects.create(**{**values, **changed})
