"""The work list of tax holds: found, owned, and told in plain words wherever the draft is shown."""

import csv
import io

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.desk import tax_world, world


@pytest.fixture
def drafts(catalog):
    """Three drafts of three customers, each held for a reason of its own."""
    made = []
    codes = ("market_not_signed_off", "tax_id_unverified", "tax_rate_missing")
    for number, code in enumerate(codes, start=1):
        subscription = world.make_customer(catalog, number)
        entry = world.write_entry(catalog, subscription, added=2, at=world.START)
        draft = world.write_invoice(catalog, subscription, [entry], is_final=False)
        tax_world.hold(draft, code)
        made.append(draft)
    return made


def rows_of(client, **asked):
    return client.get(reverse("desk:tax_holds"), asked).context_data["page"].rows


@pytest.mark.parametrize(
    ("asked", "customers"),
    [
        ({}, ["Acme 1 GmbH", "Acme 2 GmbH", "Acme 3 GmbH"]),
        ({"code": "tax_id_unverified"}, ["Acme 2 GmbH"]),
        ({"search": "acme 3"}, ["Acme 3 GmbH"]),
        ({"entity": "IE", "owner": "nobody", "search": "acme-1"}, ["Acme 1 GmbH"]),
        ({"entity": "US"}, []),
        ({"owner": "me"}, []),
        ({"code": "nonsense", "owner": "nonsense"}, ["Acme 1 GmbH", "Acme 2 GmbH", "Acme 3 GmbH"]),
    ],
)
def test_holds_are_found_by_what_people_know(as_role, drafts, asked, customers):
    assert [row.customer_name for row in rows_of(as_role("support"), **asked)] == customers


def test_each_hold_leads_to_where_it_is_mended(as_role, catalog, drafts):
    rows = rows_of(as_role("support"))

    assert [row.way_out.address for row in rows] == [
        reverse("desk:tax_market_of", args=[catalog.entity.pk, drafts[0].customer_id]),
        reverse("desk:customer", args=[drafts[1].customer_id]) + "#tax",
        reverse("desk:tax_facts"),
    ]


def test_the_list_says_what_waits_and_how_old_it_is(as_role, drafts):
    answer = as_role("support").get(reverse("desk:tax_holds"))

    text = " ".join(answer.content.decode().split())
    assert "Waiting before tax: €240.00" in text
    assert "Tax id not confirmed yet" in text
    assert [one.count for one in answer.context_data["codes"]] == [1, 1, 1]


def test_a_released_hold_leaves_the_list(as_role, drafts):
    hold = drafts[0].tax_holds.get()
    hold.released_at = timezone.now()
    hold.save()

    assert len(rows_of(as_role("support"))) == 2


def test_who_takes_a_hold_owns_it(as_role, drafts):
    client = as_role("analyst")
    hold = drafts[0].tax_holds.get()
    back = reverse("desk:tax_holds") + "?code=market_not_signed_off"

    answer = client.post(reverse("desk:tax_hold_assign", args=[hold.pk]), {"me": "1", "back": back})

    hold.refresh_from_db()
    assert (answer.url, hold.owner.groups.get().name) == (back, "analyst")
    assert [row.customer_name for row in rows_of(client, owner="me")] == ["Acme 1 GmbH"]


def test_a_hold_is_given_to_a_colleague_and_back_to_everybody(as_role, drafts, django_user_model):
    django_user_model.objects.create_user("zoe", is_staff=True)
    client = as_role("analyst")
    hold = drafts[0].tax_holds.get()
    address = reverse("desk:tax_hold_assign", args=[hold.pk])

    client.post(address, {"owner": "zoe"})
    hold.refresh_from_db()
    given = hold.owner.username
    client.post(address, {"owner": ""})
    hold.refresh_from_db()

    assert (given, hold.owner) == ("zoe", None)


@pytest.mark.parametrize("back", ["https://example.com/", "//example.com", "javascript:alert(1)"])
def test_taking_a_hold_leads_back_to_our_own_pages_only(as_role, drafts, back):
    hold = drafts[0].tax_holds.get()

    answer = as_role("analyst").post(
        reverse("desk:tax_hold_assign", args=[hold.pk]), {"me": "1", "back": back}
    )

    assert answer.url == reverse("desk:tax_holds")


def test_somebody_who_does_not_work_here_cannot_own_a_hold(as_role, drafts):
    hold = drafts[0].tax_holds.get()

    page = as_role("analyst").post(
        reverse("desk:tax_hold_assign", args=[hold.pk]), {"owner": "ghost"}, follow=True
    )

    hold.refresh_from_db()
    assert hold.owner is None
    assert "Nobody with this name works here" in page.content.decode()


def test_a_released_hold_takes_no_owner(as_role, drafts):
    hold = drafts[0].tax_holds.get()
    hold.released_at = timezone.now()
    hold.save()

    page = as_role("analyst").post(
        reverse("desk:tax_hold_assign", args=[hold.pk]), {"me": "1"}, follow=True
    )

    hold.refresh_from_db()
    assert hold.owner is None
    assert "released already" in page.content.decode()


def test_support_looks_and_does_not_assign(as_role, drafts):
    client = as_role("support")
    hold = drafts[0].tax_holds.get()

    page = client.get(reverse("desk:tax_holds")).content.decode()
    answer = client.post(reverse("desk:tax_hold_assign", args=[hold.pk]), {"me": "1"})

    assert (answer.status_code, "Take it" in page) == (403, False)


def test_the_csv_follows_the_filters_and_keeps_plain_amounts(as_role, drafts):
    answer = as_role("support").get(reverse("desk:tax_holds_csv"), {"code": "tax_rate_missing"})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["customer"], row["currency"], row["amount_before_tax"]) == (
        "Acme 3 GmbH", "EUR", "80.00",
    )  # fmt: skip
    assert row["what_is_missing"].startswith("It waits: tax_rate_missing")


def test_the_board_tells_how_many_are_held_and_why(as_role, drafts):
    answer = as_role("support").get(reverse("desk:flow"))

    text = " ".join(answer.content.decode().split())
    assert [(one.code, one.count) for one in answer.context_data["tax_holds"]] == [
        ("market_not_signed_off", 1), ("tax_id_unverified", 1), ("tax_rate_missing", 1),
    ]  # fmt: skip
    assert "No rate on record: 1, oldest" in text


def test_the_draft_and_its_customer_show_the_hold(as_role, drafts):
    client = as_role("support")
    draft = drafts[1]

    invoice = client.get(reverse("desk:invoice", args=[draft.pk])).content.decode()
    customer = client.get(reverse("desk:customer", args=[draft.customer_id])).content.decode()

    assert "This draft is held" in invoice
    assert "Check its tax id" in invoice
    assert "It waits: tax_id_unverified" in customer
