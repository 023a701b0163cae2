"""The page of quotas: who administers above a group gives it its share."""

import pytest

from billing.models import QuotaAllocation
from billing.operations.add_plan import EntitledFeature, entitle
from tests.portal.people_world import PeopleWorld

CREDITS = EntitledFeature("credits", "Credits", "credits", 100, "subscription")


@pytest.fixture
def people(db) -> PeopleWorld:
    world = PeopleWorld.make()
    entitle(world.seats.plan.seat_types.get(code="member"), [CREDITS])
    return world


def page(people):
    return f"/portal/c/{people.seats.customer.pk}/people/quotas/"


def save(people, client, group, quantity):
    body = {
        "subscription": people.seats.subscription.pk, "feature": "credits", "group": group.pk,
        "quantity": quantity,
    }  # fmt: skip
    return client.post(page(people), body, follow=True)


def test_the_owner_divides_and_sees_why_not(people, client):
    client.force_login(people.owner)

    assert b"Credits of Team" in client.get(page(people)).content
    assert b"It counts from now on" in save(people, client, people.engineering, 60).content
    refused = save(people, client, people.sales, 41)

    assert b"the plan includes 100" in refused.content
    assert list(QuotaAllocation.objects.values_list("group__name", "quantity")) == [
        ("Engineering", 60)
    ]
    save(people, client, people.engineering, "")
    assert not QuotaAllocation.objects.exists()


def test_a_lead_divides_below_and_not_for_the_own_group(people, client):
    client.force_login(people.lead)

    shown = client.get(page(people)).content.decode()
    save(people, client, people.platform, 10)
    own = save(people, client, people.engineering, 10)

    assert "decided above you" in shown
    assert "Sales" not in shown
    assert b"decided above you" in own.content
    assert QuotaAllocation.objects.get().group == people.platform


def test_the_page_takes_the_same_queries_for_any_number_of_groups(
    people, client, django_assert_max_num_queries
):
    client.force_login(people.owner)
    with django_assert_max_num_queries(30):
        assert client.get(page(people)).status_code == 200


def test_where_nothing_is_shared_it_says_so(client, db):
    people = PeopleWorld.make()
    client.force_login(people.owner)

    assert b"Nothing to divide" in client.get(page(people)).content
