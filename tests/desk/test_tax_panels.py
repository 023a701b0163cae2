"""Tax on the page of an invoice and of a customer: decisions in words, evidence with its age and check."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.models import Invoice
from tax.models import ExemptionCertificate, LocationEvidence, TaxIdCheck
from tests.desk import tax_world, world


@pytest.fixture
def invoice(catalog, subscription):
    entry = world.write_entry(catalog, subscription, added=10, at=world.START)
    draft = world.write_invoice(catalog, subscription, [entry], is_final=False)
    tax_world.decide(draft, tax_world.register(catalog.entity))
    Invoice.objects.filter(pk=draft.pk).update(tax_minor=1520)
    return draft


def text_of(client, name, key):
    return " ".join(client.get(reverse(name, args=[key])).content.decode().split())


def customer_page(client, subscription):
    return text_of(client, "desk:customer", subscription.customer_id)


def test_an_invoice_tells_each_decision_in_words(as_role, invoice):
    text = text_of(as_role("support"), "desk:invoice", invoice.pk)

    assert "Seller and customer are in DE. VAT 19 % is charged." in text
    assert "VAT 19 %" in text
    assert "DE DE123456789, Local registration" in text
    assert "The law, § 12" in text
    assert '<th scope="row">buyer: tax number</th><td>DE129273398</td>' in text
    assert '<a href="#line-1">1</a>' in text


def test_tax_in_a_second_currency_shows_its_rate_and_source(as_role, catalog, subscription):
    draft = world.write_invoice(catalog, subscription, [], is_final=False)
    tax_world.decide(
        draft, tax_world.register(catalog.entity, "NO"), local_currency="NOK",
        local_amount_minor=17500, exchange_rate="11.51250000", exchange_source="ECB, 2026-01-30",
    )  # fmt: skip

    text = text_of(as_role("support"), "desk:invoice", draft.pk)

    assert "NOK" in text
    assert "at 11.5125, ECB, 2026-01-30" in text


def test_an_invoice_from_before_shows_its_note(as_role, catalog, subscription):
    entry = world.write_entry(catalog, subscription, added=1, at=world.START)
    final = world.write_invoice(catalog, subscription, [entry])

    assert "before taxes were recorded one by one" in text_of(
        as_role("support"), "desk:invoice", final.pk
    )


def test_a_customer_shows_its_evidence_newest_version_first(as_role, subscription):
    for version in (1, 2):
        tax_world.evidence(subscription.customer, version=version)

    text = customer_page(as_role("support"), subscription)

    assert text.index("version 2") < text.index("version 1, replaced")


def test_a_customer_shows_what_the_register_said(as_role, subscription):
    tax_world.ask(
        subscription.customer, state="valid", answered_at=tax_world.HELD,
        consultation_number="WAPIAAAAX1", name="Acme 1 GmbH",
    )  # fmt: skip

    text = customer_page(as_role("support"), subscription)

    assert "WAPIAAAAX1" in text
    assert '<span class="dk-chip dk-chip-ok">valid</span>' in text


def test_a_waiting_check_says_when_it_is_asked_again(as_role, subscription):
    tax_world.ask(
        subscription.customer, attempts=2, last_error="VIES did not answer in time",
        next_attempt_at=tax_world.HELD + timedelta(hours=2),
    )  # fmt: skip

    text = customer_page(as_role("support"), subscription)

    assert 'asked again <span class="dk-nowrap">2026-03-01 11:00 UTC</span>' in text
    assert "2 attempts, last: VIES did not answer in time" in text


def test_a_person_records_what_the_register_said(as_role, subscription):
    customer = subscription.customer
    customer.tax_number = "DE129273398"
    customer.save()
    waiting = tax_world.ask(customer)
    client = as_role("analyst")

    page = customer_page(client, subscription)
    client.post(
        reverse("desk:tax_answer", args=[customer.pk]),
        {"number": "DE 129273398", "answer": "valid", "consultation_number": "by phone"},
    )

    waiting.refresh_from_db()
    assert "Record an answer of the register" in page
    assert (waiting.state, waiting.register, waiting.consultation_number) == (
        "valid", "by_hand", "by phone",
    )  # fmt: skip
    assert waiting.answered_by.groups.get().name == "analyst"


def test_an_answer_without_a_number_is_not_recorded(as_role, subscription):
    page = as_role("analyst").post(
        reverse("desk:tax_answer", args=[subscription.customer_id]),
        {"answer": "valid"},
        follow=True,
    )

    assert "Not recorded. Tax id: This field is required." in page.content.decode()
    assert TaxIdCheck.objects.count() == 0


def test_a_person_records_a_declared_place(as_role, subscription):
    client = as_role("analyst")

    client.post(
        reverse("desk:tax_evidence", args=[subscription.customer_id]),
        {"kind": "declared_place", "country": "de", "source": "e-mail of 3 March"},
    )

    piece = LocationEvidence.objects.get()
    assert (piece.kind, piece.country, piece.source) == (
        "declared_place", "DE", "Desk: e-mail of 3 March",
    )  # fmt: skip
    assert "e-mail of 3 March" in customer_page(client, subscription)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"kind": "card_country", "country": "XX"}, "No country has this code"),
        ({"kind": "card_country"}, "Name the country"),
        ({"kind": "tax_id", "country": "DE"}, "Select a valid choice"),
    ],
)
def test_evidence_that_says_nothing_is_not_recorded(as_role, subscription, given, problem):
    page = as_role("analyst").post(
        reverse("desk:tax_evidence", args=[subscription.customer_id]),
        {"source": "a call", **given}, follow=True,
    )  # fmt: skip

    assert problem in page.content.decode()
    assert LocationEvidence.objects.count() == 0


def test_a_statement_that_it_is_registered_for_gst_needs_no_country(as_role, subscription):
    as_role("analyst").post(
        reverse("desk:tax_evidence", args=[subscription.customer_id]),
        {"kind": "gst_statement", "source": "signed form"},
    )

    assert LocationEvidence.objects.get().kind == "gst_statement"


@pytest.mark.parametrize("name", ["desk:tax_answer", "desk:tax_evidence"])
def test_support_records_nothing(as_role, subscription, name):
    address = reverse(name, args=[subscription.customer_id])

    assert as_role("support").post(address, {}).status_code == 403


@pytest.mark.parametrize(
    ("verified", "days", "state"),
    [(True, 30, "counts"), (False, 30, "not verified"), (True, -1, "expired")],
)
def test_a_certificate_says_whether_it_counts(as_role, subscription, verified, days, state):
    today = timezone.now().date()
    ExemptionCertificate.objects.create(
        customer=subscription.customer, jurisdiction="US-TX", kind="exemption", number="01-339",
        reason="Charity", valid_from=today - timedelta(days=400),
        valid_to=today + timedelta(days=days),
        verified_at=timezone.now() if verified else None,
    )  # fmt: skip

    assert f">{state}</span>" in customer_page(as_role("support"), subscription)


def test_the_customer_leads_to_the_checklist_of_its_market(as_role, catalog, subscription):
    checklist = tax_world.answer_market(catalog.entity)

    text = customer_page(as_role("support"), subscription)

    assert reverse("desk:tax_market", args=[checklist.pk]) in text
    assert "not signed off" in text
