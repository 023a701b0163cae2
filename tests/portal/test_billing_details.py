"""Billing details: their effect on tax is seen before they are saved, and saving them is evidence."""

from dataclasses import asdict

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Customer
from billing.operations.change_billing_details import details_of
from billing.operations.foresee_details import foresee_details
from portal.views.billing_details import digest_of
from tax.models import LocationEvidence, TaxIdCheck
from tax.operations.record_evidence import declare_place, record_evidence
from tests.portal.billing_world import owner_of, page, text_of
from tests.seatworld import START, day
from tests.taxed import sell_from_ireland

GERMAN_ID = "DE136695976"


@pytest.fixture
def taxed(world):
    """A German company without a VAT id that an Irish seller charges German VAT."""
    sell_from_ireland(world)
    Customer.objects.filter(pk=world.customer.pk).update(
        address_line1="Hauptstr. 1", city="Berlin", postal_code="10115"
    )
    world.customer.refresh_from_db()
    record_evidence(customers=[world.customer], source="given", at=START)
    declare_place(customer=world.customer, country="DE", source="given", at=START)
    return world


def said(customer: Customer, **changes: object) -> dict[str, object]:
    known = details_of(Customer.objects.get(pk=customer.pk))
    values = {**asdict(known), "seen": digest_of(known), **changes}
    return {name: value for name, value in values.items() if value}


def post(client, world, **changes):
    return client.post(page("billing_details", world.customer), said(world.customer, **changes))


def test_a_vat_id_shows_tax_now_the_wait_for_the_register_and_reverse_charge_after(taxed):
    shown = post(owner_of(taxed.customer), taxed, tax_number=GERMAN_ID)

    ((before, after, confirmed),) = shown.context_data["effect"].rows
    assert before.tax_minor * 119 == before.total_minor * 19
    assert "The register has not confirmed your tax number yet." in after.waits
    assert confirmed.tax_minor == 0
    assert confirmed.words[0] == (
        "VAT in Germany: not charged, because you account for it yourself (reverse charge)."
    )
    assert "Nothing is saved yet." in text_of(shown)


def test_seeing_the_effect_writes_nothing(taxed):
    owner = owner_of(taxed.customer)
    counts = LocationEvidence.objects.count(), Customer.history.count()

    post(owner, taxed, tax_number=GERMAN_ID, legal_name="Acme SE")

    taxed.customer.refresh_from_db()
    assert taxed.customer.tax_number == ""
    assert (LocationEvidence.objects.count(), Customer.history.count()) == counts
    assert not TaxIdCheck.objects.exists()
    assert AuditEntry.objects.latest("sequence").action == "submitted"


def test_a_country_without_evidence_is_said_in_words_for_the_customer(taxed):
    shown = text_of(post(owner_of(taxed.customer), taxed, country="US", region="Nowhere"))

    assert "waits" in shown
    assert "customer's page" not in shown


def test_saving_writes_history_evidence_and_a_question_to_the_register_by_name(taxed):
    owner = owner_of(taxed.customer)

    answer = post(owner, taxed, tax_number=GERMAN_ID, save="1")

    assert answer.status_code == 302
    piece = LocationEvidence.objects.get(kind="tax_id")
    assert (piece.number, piece.source, piece.recorded_by.username) == (
        GERMAN_ID, "portal", "olga@acme.example",
    )  # fmt: skip
    assert TaxIdCheck.objects.get().state == "pending"
    assert Customer.history.latest("history_date").history_user.username == "olga@acme.example"
    changed = AuditEntry.objects.filter(action="changed").latest("sequence")
    assert (changed.subject_kind, changed.customer_id) == ("customer", taxed.customer.pk)
    assert "Tax number · by Olga" in text_of(owner.get(page("billing_details", taxed.customer)))


def test_a_number_that_cannot_be_one_is_refused_at_its_field(taxed):
    shown = text_of(post(owner_of(taxed.customer), taxed, tax_number="DE123", save="1"))

    assert "It cannot be a tax number of this country." in shown
    assert not TaxIdCheck.objects.exists()


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(taxed):
    owner = owner_of(taxed.customer)
    opened = said(taxed.customer, legal_name="Acme SE", save="1")
    post(owner, taxed, city="Potsdam", save="1")

    late = owner.post(page("billing_details", taxed.customer), opened)

    taxed.customer.refresh_from_db()
    assert (taxed.customer.legal_name, taxed.customer.city) == ("Acme GmbH", "Potsdam")
    assert "Somebody changed the billing details" in text_of(late)


def test_a_name_alone_leaves_tax_as_it_is(taxed):
    shown = post(owner_of(taxed.customer), taxed, legal_name="Acme SE")

    assert shown.context_data["effect"].is_same_tax
    assert shown.context_data["effect"].changes == (("Legal name", "Acme GmbH", "Acme SE"),)
    assert "It stays the same." in text_of(shown)


def test_an_order_number_stands_on_invoices_from_then_on(taxed):
    (before,) = taxed.push(day(1, 19))

    post(owner_of(taxed.customer), taxed, purchase_order="PO 77", save="1")
    (after,) = taxed.push(day(2, 19))

    before.refresh_from_db()
    assert (before.buyer["purchase_order"], after.buyer["purchase_order"]) == ("", "PO 77")


def test_the_foreseen_tax_is_that_of_the_invoice_once_saved(taxed):
    details = details_of(taxed.customer)

    found = foresee_details(customer_id=taxed.customer.pk, details=details, at=timezone.now())

    assert found.before == found.after
    assert found.confirmed == ()
