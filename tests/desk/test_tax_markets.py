"""Market checklists at the desk: what is open, who signs with which consequences, and revoking."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from tax.models import MarketChecklist
from tests.desk import tax_world, world


@pytest.fixture
def checklist(catalog):
    return tax_world.answer_market(catalog.entity)


@pytest.fixture
def draft(catalog, subscription):
    entry = world.write_entry(catalog, subscription, added=10, at=world.START)
    return world.write_invoice(catalog, subscription, [entry], is_final=False)


def sign(client, checklist):
    return client.post(reverse("desk:tax_market_sign", args=[checklist.pk]), follow=True)


def revoke(client, checklist, reason):
    address = reverse("desk:tax_market_revoke", args=[checklist.pk])
    return client.post(address, {"reason": reason}, follow=True)


def test_a_market_with_customers_and_no_checklist_is_listed_first(as_role, catalog, subscription):
    tax_world.answer_market(catalog.entity, "AT")

    answer = as_role("analyst").get(reverse("desk:tax_markets"))

    rows = [
        (row.market, row.customers, row.checklist_id is None) for row in answer.context_data["rows"]
    ]
    assert rows == [("DE", 1, True), ("AT", 0, False)]
    assert f"?billing_entity={catalog.entity.pk}&amp;market=DE" in answer.content.decode()


def test_a_state_with_its_own_checklist_is_not_counted_for_the_country(as_role, catalog):
    for number, region in enumerate(["TX", "tx", "NY"], start=1):
        customer = world.make_customer(catalog, number).customer
        customer.country, customer.region = "US", region
        customer.save()
    tax_world.answer_market(catalog.entity, "US-TX")

    rows = as_role("support").get(reverse("desk:tax_markets")).context_data["rows"]

    assert {row.market: row.customers for row in rows} == {"US": 1, "US-TX": 2}


def test_the_page_tells_what_signing_releases(as_role, catalog, checklist, draft):
    tax_world.register(catalog.entity)
    tax_world.hold(draft)

    page = as_role("approver").get(reverse("desk:tax_market", args=[checklist.pk]))

    text = " ".join(page.content.decode().split())
    assert "1 held draft for customers in DE is released and taxed at once" in text
    assert "Sign off this market" in text


def test_signing_keeps_who_and_when_and_history(as_role, catalog, checklist):
    tax_world.register(catalog.entity)

    page = sign(as_role("approver"), checklist).content.decode()

    checklist.refresh_from_db()
    assert checklist.signed_off_by.groups.get().name == "approver"
    assert checklist.history.first().history_change_reason == "Signed off"
    assert "is signed off: what waited for it is tried again now" in page


@pytest.mark.parametrize("role", ["support", "analyst"])
def test_only_who_holds_the_permission_signs(as_role, catalog, checklist, role):
    tax_world.register(catalog.entity)
    client = as_role(role)

    page = client.get(reverse("desk:tax_market", args=[checklist.pk])).content.decode()
    answer = client.post(reverse("desk:tax_market_sign", args=[checklist.pk]))

    checklist.refresh_from_db()
    assert (answer.status_code, checklist.signed_off_at) == (403, None)
    assert "Sign off this market" not in page


def test_a_market_without_all_answers_is_not_signed(as_role, catalog):
    checklist = tax_world.answer_market(catalog.entity, rate_checked=False, billed_where="")

    page = sign(as_role("approver"), checklist).content.decode()

    checklist.refresh_from_db()
    assert checklist.signed_off_at is None
    assert "where customers there are billed; the rate on record compared" in page


def test_a_market_where_tax_is_due_needs_a_registration_there(as_role, catalog, checklist):
    page = sign(as_role("approver"), checklist).content.decode()

    checklist.refresh_from_db()
    assert checklist.signed_off_at is None
    assert "a registration that is valid there" in page


@pytest.mark.parametrize(
    ("market", "jurisdiction", "scheme"),
    [("DE", "EU", "oss_union"), ("US", "US-TX", "local"), ("CA-ON", "CA", "local")],
)
def test_a_registration_covers_the_markets_it_is_for(
    as_role, catalog, market, jurisdiction, scheme
):
    checklist = tax_world.answer_market(catalog.entity, market)
    tax_world.register(catalog.entity, jurisdiction, scheme=scheme)

    sign(as_role("approver"), checklist)

    checklist.refresh_from_db()
    assert checklist.signed_off_at is not None


def test_an_ended_registration_does_not_cover_a_market(as_role, catalog, checklist):
    tax_world.register(catalog.entity, valid_to=tax_world.SINCE)

    sign(as_role("approver"), checklist)

    checklist.refresh_from_db()
    assert checklist.signed_off_at is None


def test_market_checklist_signed_when_answered_is_kept_by_the_database(catalog):
    checklist = tax_world.answer_market(catalog.entity, text_checked=False)

    with (
        pytest.raises(IntegrityError, match="market_checklist_signed_when_answered"),
        transaction.atomic(),
    ):
        MarketChecklist.objects.filter(pk=checklist.pk).update(signed_off_at=tax_world.HELD)


def test_revoking_asks_why_and_keeps_it(as_role, catalog, checklist):
    tax_world.register(catalog.entity)
    client = as_role("approver")
    sign(client, checklist)

    refused = revoke(client, checklist, "  ").content.decode()
    page = revoke(client, checklist, "The rate changes in April").content.decode()

    checklist.refresh_from_db()
    assert "Say why" in refused
    assert (checklist.signed_off_at, checklist.signed_off_by) == (None, None)
    assert "“The rate changes in April”" in page
    assert page.index("Signature revoked") < page.index("Signed off by")


def test_revoking_twice_is_refused(as_role, catalog, checklist):
    page = revoke(as_role("approver"), checklist, "Again").content.decode()

    assert "is not signed off; there is nothing to revoke" in page


def test_answers_are_locked_while_signed(as_role, catalog, checklist):
    tax_world.register(catalog.entity)
    client = as_role("approver")
    sign(client, checklist)

    client.post(
        reverse("admin:tax_marketchecklist_change", args=[checklist.pk]),
        {"billed_where": "Elsewhere", "tax_due": "not_due"},
    )

    checklist.refresh_from_db()
    assert (checklist.billed_where, checklist.tax_due) == ("Dublin, by card or transfer", "due")


def test_a_hold_leads_to_the_checklist_it_waits_for(as_role, catalog, checklist):
    german = world.make_customer(catalog, 1).customer
    french = world.make_customer(catalog, 2).customer
    french.country = "FR"
    french.save()
    client = as_role("support")

    there, nowhere = (
        client.get(reverse("desk:tax_market_of", args=[catalog.entity.pk, one.pk])).url
        for one in (german, french)
    )

    assert there == reverse("desk:tax_market", args=[checklist.pk])
    assert nowhere == reverse("desk:tax_markets")


def test_a_draft_of_a_state_waits_for_the_states_own_checklist(as_role, catalog, draft):
    customer = draft.customer
    customer.country, customer.region = "US", "tx"
    customer.save()
    texas = tax_world.answer_market(catalog.entity, "US-TX")
    tax_world.hold(draft, market="US")

    page = as_role("support").get(reverse("desk:tax_market", args=[texas.pk])).context_data["page"]

    assert (page.held, page.row.customers) == (1, 1)
