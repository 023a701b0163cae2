"""Groups get their share of what a subscription includes for all; a child's lies within its parent's."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Group
from accounts.models.changes import EntitlementChange
from accounts.operations.shape_groups import DecidedAbove, GroupNotYours
from accounts.queries.portal_rights import Rights
from billing.calc.quotas import Overfull, above, first_overfull
from billing.models import QuotaAllocation
from billing.operations.allocate_quota import NothingToShare, QuotaTooLarge, allocate_quota
from billing.operations.record_usage import ReportedUsage, record_usage
from billing.queries.entitlements import Question, entitlement_facts
from tests.billing.entitlements.world import NOW

TREE = {"all": None, "sales": "all", "north": "sales", "dev": "all"}


def test_quotas_of_one_level_fit_into_what_is_above():
    fits = {"all": 100, "sales": 60, "dev": 40, "north": 60}

    assert first_overfull(parents=TREE, quotas=fits, limit=100) is None
    assert first_overfull(parents=TREE, quotas={**fits, "dev": 41}, limit=100) == Overfull(
        "all", 101, 100
    )
    assert first_overfull(parents=TREE, quotas=fits, limit=99) == Overfull(None, 100, 99)


def test_a_group_without_a_quota_passes_what_is_below_it_on():
    assert first_overfull(parents=TREE, quotas={"all": 10, "north": 11}, limit=50) == Overfull(
        "all", 11, 10
    )


@given(st.dictionaries(st.sampled_from(sorted(TREE)), st.integers(0, 50)), st.integers(0, 100))
def test_what_fits_never_exceeds_the_limit_anywhere(quotas, limit):
    if first_overfull(parents=TREE, quotas=quotas, limit=limit) is None:
        top = [n for g, n in quotas.items() if above(g, TREE, quotas) is None]
        assert sum(top) <= limit
        assert all(n <= limit for n in quotas.values())


@pytest.fixture
def groups(people):
    """Sales with North below it; Ada sits in North. The owner may shape all, Nora only North's parts."""
    customer = people.seats.customer
    north = Group.objects.create(
        customer=customer, external_id="north", name="North", parent=people.sales
    )
    people.give("nora", group="north")
    every = frozenset(Group.objects.filter(customer=customer).values_list("id", flat=True))
    owner = Rights(customer.pk, 1, is_owner=True, group_ids=every)
    return people, north, owner


def allot(groups, group, quantity, rights=None, feature="credits"):
    people, _, owner = groups
    return allocate_quota(
        rights=rights or owner, subscription_id=people.seats.subscription.pk, feature=feature,
        group_id=group.pk, quantity=quantity, at=NOW,
    )  # fmt: skip


def test_a_quota_binds_the_group_and_everything_below_it(groups):
    people, north, _ = groups
    allot(groups, people.sales, 50)
    allot(groups, north, 20)
    record_usage(
        reports=[ReportedUsage("product", "u-1", "acme", "credits", 18, "nora")],
        client=None,
        at=NOW,
    )

    (of_nora, of_ada) = entitlement_facts(
        [Question("nora", "acme", "credits"), Question("ada", "acme", "credits")], at=NOW
    )

    assert [(one.group, one.quantity, one.used) for one in of_nora.seats[0].features[0].quotas] == [
        ("north", 20, 18), ("sales", 50, 18),
    ]  # fmt: skip
    assert [(one.group, one.used) for one in of_ada.seats[0].features[0].quotas] == [("sales", 18)]


def test_quotas_beyond_the_limit_or_the_parent_are_refused(groups):
    people, north, _ = groups
    with pytest.raises(QuotaTooLarge, match="the plan includes 100"):
        allot(groups, people.sales, 101)
    allot(groups, people.sales, 50)

    with pytest.raises(QuotaTooLarge, match="Sales has 50"):
        allot(groups, north, 51)
    allot(groups, north, 40)
    with pytest.raises(QuotaTooLarge):
        allot(groups, people.sales, 39)

    assert sorted(QuotaAllocation.objects.values_list("quantity", flat=True)) == [40, 50]


def test_only_whoever_administers_above_decides(groups):
    people, north, _ = groups
    lead = Rights(people.seats.customer.pk, 2, group_ids=frozenset([people.sales.pk, north.pk]))

    assert allot(groups, north, 10, rights=lead).quantity == 10
    with pytest.raises(DecidedAbove):
        allot(groups, people.sales, 10, rights=lead)
    stranger = Rights(people.seats.customer.pk, 3, group_ids=frozenset([north.pk]))
    with pytest.raises(GroupNotYours):
        allot(groups, people.sales, 10, rights=stranger)


def test_what_is_each_persons_own_cannot_be_divided(groups):
    people, _, _ = groups
    with pytest.raises(NothingToShare):
        allot(groups, people.sales, 5, feature="exports")


def test_a_quota_is_changed_taken_away_and_told_to_followers(groups):
    people, _, _ = groups
    allot(groups, people.sales, 50)
    assert allot(groups, people.sales, 60).quantity == 60
    assert allot(groups, people.sales, None) is None

    assert not QuotaAllocation.objects.exists()
    told = EntitlementChange.objects.filter(kind="usage_quota_changed")
    assert set(told.values_list("subscription", flat=True)) == {"acme-team"}


def test_quota_once_per_group_and_feature(groups):
    people, _, _ = groups
    kept = allot(groups, people.sales, 1)
    with (
        pytest.raises(IntegrityError, match="quota_once_per_group_and_feature"),
        transaction.atomic(),
    ):
        QuotaAllocation.objects.create(
            subscription=kept.subscription, group=kept.group, feature=kept.feature, quantity=2
        )


def test_followers_hear_once_when_a_limit_is_reached(people):
    def use(number, feature, quantity):
        report = ReportedUsage("product", f"u-{number}", "acme", feature, quantity, "ada")
        record_usage(reports=[report], client=None, at=NOW)
        told = EntitlementChange.objects.filter(kind="usage_quota_reached").order_by("id")
        return list(told.values_list("grantee__external_id", "subscription"))

    assert use(1, "exports", 9) == []
    assert use(2, "exports", 1) == [("ada", "acme-team")]
    assert use(3, "exports", 5) == [("ada", "acme-team")]
    assert use(4, "credits", 100) == [("ada", "acme-team"), (None, "acme-team")]
