"""People and groups in the portal: everybody sees their own part of the tree, and nothing beyond it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Grantee
from billing.calc.seat_changes import SeatChange
from billing.operations.change_seats import change_seats
from tests.portal.people_world import NOW, PeopleWorld
from tests.seatworld import make_customer


@pytest.fixture
def people(db) -> PeopleWorld:
    return PeopleWorld.make()


def page(people: PeopleWorld, name: str, *args: object, **query: object) -> str:
    return reverse(f"portal:{name}", args=[people.seats.customer.pk, *args], query=query)


def test_an_administrator_sees_the_people_of_their_part_of_the_tree_alone(people):
    shown = people.client(people.lead).get(page(people, "people")).content.decode()

    assert "Anna" in shown
    assert "Paul" in shown
    assert "Sam" not in shown


def test_the_owner_sees_everybody_and_finds_by_name_address_and_id(people):
    client = people.client(people.owner)

    everybody = client.get(page(people, "people")).content.decode()
    found = client.get(page(people, "people", search="PAUL@acme")).content.decode()

    assert all(name in everybody for name in ("Anna", "Paul", "Sam", "Tina"))
    assert "Paul" in found
    assert "Anna" not in found


def test_people_and_groups_outside_ones_part_are_not_found(people):
    client = people.client(people.lead)
    sam = Grantee.objects.get(external_id="sam")

    for place in (
        page(people, "person", sam.pk),
        page(people, "group", people.sales.pk),
    ):
        assert client.get(place).status_code == 404
    for name in ("group_remove", "group_administrator"):
        assert client.post(page(people, name, people.sales.pk), {"add": sam.pk}).status_code == 404
    answer = client.post(page(people, "group_administrator", people.platform.pk), {"add": sam.pk})
    assert answer.status_code == 404


def test_what_a_person_of_ones_part_has_elsewhere_names_no_group_and_nobody(people):
    # given Anna of Engineering, who handed a seat over to Sam in Sales and has another one there
    for number, wish in enumerate(("assign", "reassign", "assign")):
        change = SeatChange(
            wish, "acme-team", "viewer", "anna", to_grantee="sam" if wish == "reassign" else "",
            group="sales",
        )  # fmt: skip
        (answer,) = change_seats(
            customer_id=people.seats.customer.pk, changes=[change], source="portal",
            request_id=str(number), actor="Olga Owner", at=NOW,
        )  # fmt: skip
        assert answer.status == "accepted", answer
    anna = page(people, "person", Grantee.objects.get(external_id="anna").pk)

    lead, owner = (people.client(one) for one in (people.lead, people.owner))
    seen, known = (one.get(anna).content.decode() for one in (lead, owner))
    rows = b"".join(lead.get(page(people, "people_csv")).streaming_content).decode()

    assert "over to Sam" in known
    assert "over to somebody in another group" in seen
    assert [name for name in ("Sam", "Sales") if name in seen + rows] == []


def test_another_companys_people_are_not_found_even_by_its_owner(people):
    other = make_customer(None, "other")
    anna = Grantee.objects.get(external_id="anna")
    other.billing_owners.update(user=people.lead)
    client = people.client(people.lead)

    answer = client.get(reverse("portal:person", args=[other.pk, anna.pk]))
    groups = client.get(reverse("portal:group", args=[other.pk, people.engineering.pk]))

    assert (answer.status_code, groups.status_code) == (404, 404)
    assert client.get(reverse("portal:people", args=[other.pk])).status_code == 200


def test_a_member_without_a_group_to_administer_is_refused(people):
    anna = Grantee.objects.get(external_id="anna")
    anna.user = user = type(people.owner).objects.create_user("anna@acme.example")
    anna.save()

    answer = people.client(user).get(page(people, "people"))

    assert answer.status_code == 403


def test_a_group_is_made_changed_and_removed_on_its_pages(people):
    client = people.client(people.owner)
    said = {"name": "Research", "parent": str(people.engineering.pk), "seat_pool": "2"}

    client.post(page(people, "group_new"), {**said, "budget": "24.50"})
    made = people.seats.customer.groups.get(name="Research")
    client.post(page(people, "group", made.pk), {**said, "name": "Lab", "cost_center": "L7"})
    made.refresh_from_db()
    shown = client.get(page(people, "groups")).content.decode()
    client.post(page(people, "group_remove", made.pk))

    assert (made.name, made.cost_center, made.seat_pool, made.budget_minor) == (
        "Lab",
        "L7",
        2,
        None,
    )
    assert ">Lab<" in shown
    assert ">Lab<" not in client.get(page(people, "groups")).content.decode()


def test_a_pool_over_the_parents_is_refused_in_words_and_what_was_said_stays(people):
    said = {"name": "Platform", "parent": str(people.engineering.pk), "seat_pool": "11"}

    answer = people.client(people.lead).post(page(people, "group", people.platform.pk), said)

    assert answer.status_code == 200
    assert "does not fit" in answer.content.decode()
    assert 'value="11"' in answer.content.decode()


def count_of(client: Client, place: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(place).status_code == 200
    return len(captured)


def test_the_list_and_the_tree_ask_the_database_equally_often_whatever_their_size(people):
    client = people.client(people.owner)
    client.get(page(people, "people"))
    small = [count_of(client, page(people, name)) for name in ("people", "groups")]
    for number in range(5):
        people.person(f"new-{number}", people.platform, hours=1)

    assert [count_of(client, page(people, name)) for name in ("people", "groups")] == small


def test_the_csv_holds_the_subtree_and_no_formula(people):
    Grantee.objects.filter(external_id="paul").update(name="=2+2")

    answer = people.client(people.lead).get(page(people, "people_csv"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    assert "'=2+2" in text
    assert "anna@acme.example" in text
    assert "sam@acme.example" not in text
