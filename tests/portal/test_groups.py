"""The tree of groups: who may shape which part of it, and what the database refuses whoever asks."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Group, Membership
from accounts.operations.shape_groups import (
    BelowItself,
    BudgetTooLarge,
    DecidedAbove,
    GroupNotYours,
    GroupTerms,
    NameTaken,
    NotAMember,
    NotEmpty,
    PoolTooLarge,
    change_group,
    close_group,
    create_group,
    set_administrator,
)
from billing.calc.seat_changes import SeatChange
from billing.models import ClaimOffer, DirectoryMapping
from billing.operations.change_seats import change_seats
from billing.operations.invite_people import invite_people
from billing.operations.offer_seats import close_offer
from billing.operations.plan_invitations import NewInvitation
from billing.operations.remove_group import remove_group
from billing.operations.revoke_invitation import revoke_invitation
from tests.portal.people_world import NOW, PeopleWorld
from tests.seatworld import make_customer


@pytest.fixture
def people(db) -> PeopleWorld:
    return PeopleWorld.make()


def terms_of(group: Group, **changes: object) -> GroupTerms:
    said = {
        "name": group.name,
        "parent_id": group.parent_id,
        "seat_pool": group.seat_pool,
        "budget_minor": group.budget_minor,
        "cost_center": group.cost_center,
    }
    return GroupTerms(**{**said, **changes})


def refuses(name: str, **changes: object) -> None:
    group = changes.pop("group")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Group.objects.filter(pk=group.pk).update(**changes)
    assert refused.value.__cause__.diag.constraint_name == name


def test_an_administrator_makes_and_shapes_groups_below_their_own(people):
    rights = people.rights(people.lead)

    made = create_group(
        rights=rights,
        terms=GroupTerms("Research", parent_id=people.platform.pk, seat_pool=2, cost_center="R1"),
    )
    change_group(
        rights=people.rights(people.lead),
        group_id=made.pk,
        terms=GroupTerms("Lab", parent_id=people.engineering.pk, seat_pool=9),
    )

    made.refresh_from_db()
    assert (made.name, made.parent, made.seat_pool) == ("Lab", people.engineering, 9)
    assert made.pk in people.rights(people.lead).group_ids
    assert made.history.count() == 2


def test_ones_own_topmost_group_is_decided_above(people):
    rights = people.rights(people.lead)
    top = people.engineering

    change_group(rights=rights, group_id=top.pk, terms=terms_of(top, name="Builders"))
    for change in ({"seat_pool": 11}, {"budget_minor": None}, {"parent_id": people.platform.pk}):
        with pytest.raises(DecidedAbove):
            change_group(rights=rights, group_id=top.pk, terms=terms_of(top, **change))
    with pytest.raises(DecidedAbove):
        create_group(rights=rights, terms=GroupTerms("Mine"))
    with pytest.raises(DecidedAbove):
        close_group(rights=rights, group_id=top.pk, at=NOW)

    top.refresh_from_db()
    assert (top.name, top.seat_pool, top.parent) == ("Builders", 10, None)


def test_groups_outside_ones_part_of_the_tree_cannot_be_touched(people):
    rights = people.rights(people.lead)
    stranger = make_customer(None, "other").groups.get()

    for group in (people.sales, people.everyone, stranger):
        with pytest.raises(GroupNotYours):
            change_group(rights=rights, group_id=group.pk, terms=terms_of(group, name="X"))
        with pytest.raises(GroupNotYours):
            create_group(rights=rights, terms=GroupTerms("X", parent_id=group.pk))
    platform = terms_of(people.platform, parent_id=people.sales.pk)
    with pytest.raises(GroupNotYours):
        change_group(rights=rights, group_id=people.platform.pk, terms=platform)


def test_a_pool_and_a_budget_fit_into_those_above_and_hold_those_below(people):
    rights = people.rights(people.owner)
    platform, engineering = people.platform, people.engineering

    with pytest.raises(PoolTooLarge):
        change_group(rights=rights, group_id=platform.pk, terms=terms_of(platform, seat_pool=11))
    terms = terms_of(engineering, seat_pool=3)
    with pytest.raises(PoolTooLarge):
        change_group(rights=rights, group_id=engineering.pk, terms=terms)
    terms = terms_of(platform, budget_minor=100_01)
    with pytest.raises(BudgetTooLarge):
        change_group(rights=rights, group_id=platform.pk, terms=terms)
    change_group(rights=rights, group_id=platform.pk, terms=terms_of(platform, seat_pool=10))

    refuses("group_pool_fits_above", group=platform, seat_pool=11)
    refuses("group_pool_fits_above", group=engineering, seat_pool=9)
    refuses("group_budget_fits_above", group=platform, budget_minor=100_01)


def test_no_group_lies_below_itself_or_below_anothers(people):
    rights = people.rights(people.owner)
    stranger = make_customer(None, "other").groups.get()

    terms = terms_of(people.engineering, parent_id=people.platform.pk)
    with pytest.raises(BelowItself):
        change_group(rights=rights, group_id=people.engineering.pk, terms=terms)

    refuses("group_tree_has_no_cycle", group=people.engineering, parent=people.platform)
    refuses("group_tree_is_of_one_customer", group=people.sales, parent=stranger)


def test_siblings_have_different_names(people):
    with pytest.raises(NameTaken):
        create_group(rights=people.rights(people.owner), terms=GroupTerms("SALES"))


def test_only_an_empty_group_is_removed_and_it_stays_readable(people):
    rights = people.rights(people.owner)
    made = create_group(rights=rights, terms=GroupTerms("Passing"))
    rights = people.rights(people.owner)

    with pytest.raises(NotEmpty):
        close_group(rights=rights, group_id=people.engineering.pk, at=NOW)
    with pytest.raises(NotEmpty):
        close_group(rights=rights, group_id=people.sales.pk, at=NOW)
    with pytest.raises(NotEmpty):
        close_group(rights=rights, group_id=people.everyone.pk, at=NOW)
    close_group(rights=rights, group_id=made.pk, at=NOW)

    assert Group.objects.get(pk=made.pk).closed_at == NOW
    with pytest.raises(GroupNotYours):
        change_group(rights=rights, group_id=made.pk, terms=GroupTerms("Again"))


def test_administrators_are_named_from_above_and_among_ones_own_people(people):
    rights = people.rights(people.lead)
    paul = Membership.objects.get(grantee__external_id="paul")
    sam = Membership.objects.get(grantee__external_id="sam")

    set_administrator(
        rights=rights, group_id=people.platform.pk, grantee_id=paul.grantee_id,
        is_administrator=True,
    )  # fmt: skip
    with pytest.raises(NotAMember):
        set_administrator(
            rights=rights, group_id=people.platform.pk, grantee_id=sam.grantee_id,
            is_administrator=True,
        )  # fmt: skip
    with pytest.raises(DecidedAbove):
        set_administrator(
            rights=rights, group_id=people.engineering.pk, grantee_id=paul.grantee_id,
            is_administrator=True,
        )  # fmt: skip

    paul.refresh_from_db()
    assert paul.role == "group_administrator"
    set_administrator(
        rights=rights, group_id=people.platform.pk, grantee_id=paul.grantee_id,
        is_administrator=False,
    )  # fmt: skip
    paul.refresh_from_db()
    assert paul.role == "member"


def ask(people: PeopleWorld, kind: str, person: str, **more: object) -> str:
    said = {"subscription": "acme-team", "seat_type": "member", "grantee": person, **more}
    (answer,) = change_seats(
        customer_id=people.seats.customer.pk, changes=[SeatChange(kind=kind, **said)],
        source="portal", request_id=f"{kind}-{person}", actor="Olga", at=NOW,
    )  # fmt: skip
    return answer.code or answer.status


def test_a_budget_refuses_the_seat_that_costs_too_much_and_counts_everything_below(people):
    people.engineering.budget_minor = 24_00  # three members at 8.00, of which two are held
    people.engineering.save()

    answers = [
        ask(people, "assign", "ada", group="platform"),
        ask(people, "assign", "bob", group="platform"),
        ask(people, "assign", "cleo", group="sales"),
        ask(people, "regroup", "cleo", group="engineering"),
        ask(people, "release", "ada"),
        ask(people, "assign", "dan", group="engineering"),
    ]

    over = "group_budget_exceeded"
    assert answers == ["accepted", over, "accepted", over, "accepted", "accepted"]


def test_a_closed_group_takes_nobody(people):
    made = create_group(rights=people.rights(people.owner), terms=GroupTerms("Passing"))
    remove_group(rights=people.rights(people.owner), group_id=made.pk, at=NOW)

    assert ask(people, "assign", "ada", group=made.external_id) == "group_closed"


def test_a_group_somebody_holds_a_seat_in_is_not_removed(people):
    Membership.objects.filter(group=people.sales).update(state="removed")

    with pytest.raises(NotEmpty, match="Seats"):
        remove_group(rights=people.rights(people.owner), group_id=people.sales.pk, at=NOW)


def test_a_group_into_which_somebody_is_on_the_way_is_not_removed(people):
    made = create_group(rights=people.rights(people.owner), terms=GroupTerms("Passing"))
    rights = people.rights(people.owner)
    seat = {
        "customer": people.seats.customer, "group": made, "subscription": people.seats.subscription,
        "seat_type": people.seats.plan.seat_types.get(code="member"),
    }  # fmt: skip
    directory = DirectoryMapping.objects.create(**seat)
    offer = ClaimOffer.objects.create(
        **seat, domains=["acme.example"], opened_by=people.owner, opened_at=NOW
    )
    (invited,) = invite_people(
        people=[NewInvitation("ada@acme.example", group_id=made.pk)],
        rights=rights, by=people.owner, at=NOW,
    )  # fmt: skip

    with pytest.raises(NotEmpty, match="Invitations"):
        remove_group(rights=rights, group_id=made.pk, at=NOW)
    revoke_invitation(invitation_id=invited.invitation.pk, rights=rights, by=people.owner, at=NOW)
    with pytest.raises(NotEmpty, match="on offer"):
        remove_group(rights=rights, group_id=made.pk, at=NOW)
    close_offer(customer_id=people.seats.customer.pk, offer_id=offer.pk)
    with pytest.raises(NotEmpty, match="directory"):
        remove_group(rights=rights, group_id=made.pk, at=NOW)
    directory.delete()
    remove_group(rights=rights, group_id=made.pk, at=NOW)

    made.refresh_from_db()
    assert made.closed_at == NOW
