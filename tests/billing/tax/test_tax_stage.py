"""The tax stage on the real database: taxes, holds that release themselves, corrections, thresholds."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer
from billing.models import Invoice, InvoiceTax, TaxHold
from billing.operations.determine_tax import determine_tax
from billing.operations.measure_thresholds import measure_thresholds
from billing.operations.preview_invoice import preview_invoice
from billing.operations.recheck_invoices import customers_to_recheck, recheck_invoices
from tax.models import (
    BillingEntity,
    ExchangeRate,
    LocationEvidence,
    MarketChecklist,
    RegistrationThreshold,
    TaxRate,
    TaxRegistration,
    ThresholdPosition,
)
from tax.operations.record_evidence import declare_place
from tax.operations.record_tax_id_answer import record_tax_id_answer
from tests.seatworld import START, SeatWorld, day
from tests.taxed import consumer, sell_from_ireland, sign

NUMBER = "DE136695976"


@pytest.fixture
def taxed(world) -> SeatWorld:
    """Irish seller with One Stop Shop, German customer that gave its VAT id; 25 seats at 8.00 USD."""
    sell_from_ireland(world)
    Customer.objects.filter(pk=world.customer.pk).update(tax_number=NUMBER)
    world.customer.refresh_from_db()
    return world


def answer(world, is_valid, at=START):
    record_tax_id_answer(customer=world.customer, number=NUMBER, is_valid=is_valid, by=None, at=at)


def taxes_of(invoice):
    rows = invoice.taxes.values_list("category_code", "rate_percent", "base_minor", "amount_minor")
    return [(code, float(rate), base, amount) for code, rate, base, amount in rows]


def test_a_confirmed_business_gets_a_reverse_charge_with_the_words(taxed):
    answer(taxed, True)

    (invoice,) = taxed.push(START)

    assert taxes_of(invoice) == [("AE", 0.0, 200_00, 0)]
    assert (invoice.tax_minor, invoice.total_minor) == (0, 200_00)
    assert "Steuerschuldnerschaft des Leistungsempfängers" in invoice.tax_note
    (tax,) = invoice.taxes.all()
    assert tax.inputs["buyer"]["tax_number"] == NUMBER
    evidence = LocationEvidence.objects.filter(customer=taxed.customer)
    assert set(tax.inputs["buyer"]["evidence"]) == {str(one.pk) for one in evidence}


def test_a_number_that_waits_for_its_register_holds_the_draft_until_the_answer_arrives(taxed):
    assert taxed.push(START) == []
    (hold,) = TaxHold.objects.filter(released_at=None)
    assert (hold.code, hold.since) == ("tax_id_unverified", START)
    later = START + timedelta(days=3)
    assert taxed.push(later) == []
    hold.refresh_from_db()
    assert (hold.since, hold.checked_at) == (START, later)

    answer(taxed, True, at=later + timedelta(hours=1))
    (invoice,) = taxed.push(later + timedelta(hours=2))

    hold.refresh_from_db()
    assert hold.released_at == later + timedelta(hours=2)
    assert (invoice.cycle_date, taxes_of(invoice)[0][0]) == (START.date(), "AE")


def test_the_next_cycle_of_a_held_customer_is_an_invoice_of_its_own(taxed):
    taxed.push(START)
    taxed.push(day(2, 15))

    drafts = Invoice.objects.filter(state="draft").order_by("cycle_date")
    assert [one.cycle_date for one in drafts] == [START.date(), date(2026, 2, 15)]
    answer(taxed, True, at=day(2, 16))
    issued = taxed.push(day(2, 16))
    assert len(issued) == 2
    assert TaxHold.objects.filter(released_at=None).count() == 0


def test_an_invalid_number_is_charged_once_two_pieces_agree(taxed):
    answer(taxed, False)

    assert taxed.push(START) == []
    assert TaxHold.objects.get().code == "location_evidence_missing"
    declare_place(customer=taxed.customer, country="DE", source="portal", at=START)
    (invoice,) = taxed.push(START + timedelta(minutes=1))

    assert taxes_of(invoice) == [("S", 19.0, 200_00, 38_00)]
    assert (invoice.tax_minor, invoice.total_minor) == (38_00, 238_00)


def test_a_credit_keeps_the_rate_of_its_charge_though_the_rate_rose(taxed):
    consumer(taxed)
    (charged,) = taxed.push(START)
    rise(date(2026, 2, 1), 25)

    taxed.send("r1", day(2, 4), kind="seat_removed", quantity=5)
    (renewed,) = taxed.push(day(2, 15))

    credit = renewed.lines.get(amount_minor__lt=0)
    by_line = {tuple(tax.positions): float(tax.rate_percent) for tax in renewed.taxes.all()}
    assert taxes_of(charged)[0][1] == 19.0
    assert by_line[(credit.position,)] == 19.0
    assert sorted(by_line.values()) == [19.0, 25.0]
    recheck = list(recheck_invoices(customer_ids=customers_to_recheck()))
    assert [one.differences for one in recheck] == [()]


def test_a_late_event_is_taxed_as_the_period_it_corrects(taxed):
    consumer(taxed)
    taxed.push(START)
    taxed.push(day(2, 15))
    rise(date(2026, 3, 1), 25)

    taxed.send("late", day(3, 3), quantity=2, effective_at=day(2, 1))
    (renewed,) = taxed.push(day(3, 15))

    late = renewed.lines.get(kind="adjustment", span_first__lt=date(2026, 2, 15))
    (tax,) = [one for one in renewed.taxes.all() if late.position in one.positions]
    assert float(tax.rate_percent) == 19.0
    assert "As on SW-000002, which it corrects." in tax.words


def rise(since, percent):
    """Germany taxes at another rate from a day on."""
    TaxRate.objects.filter(jurisdiction="DE", valid_to=None).update(
        valid_to=since - timedelta(days=1)
    )
    TaxRate.objects.create(
        jurisdiction="DE", tax="VAT", percent=percent, valid_from=since, source="x", grade="A"
    )


def test_a_preview_shows_the_same_taxes_or_the_hold(taxed):
    preview = preview_invoice(subscription_id=taxed.subscription.pk, at=START)
    assert (preview.taxes, preview.totals.tax_minor) == ((), 0)
    assert "The register has not confirmed" in preview.held

    consumer(taxed)
    preview = preview_invoice(subscription_id=taxed.subscription.pk, at=START)
    (invoice,) = taxed.push(START)

    assert [one.amount_minor for one in preview.taxes] == [invoice.tax_minor] == [38_00]
    assert preview.totals.total_minor == invoice.total_minor
    assert LocationEvidence.objects.filter(kind="declared_place").count() == 1


def test_an_unsigned_market_holds_its_drafts_until_somebody_signs(taxed):
    MarketChecklist.objects.update(signed_off_at=None)
    answer(taxed, True)

    assert taxed.push(START) == []
    assert TaxHold.objects.get().code == "market_not_signed_off"

    MarketChecklist.objects.update(signed_off_at=START)
    assert len(taxed.push(START + timedelta(minutes=1))) == 1


def test_tax_is_shown_in_the_countrys_currency_or_held_without_a_rate(taxed):
    BillingEntity.objects.update(shows_tax_in_local_currency=True)
    consumer(taxed)
    assert taxed.push(START) == []
    assert TaxHold.objects.get().code == "exchange_rate_missing"

    ExchangeRate.objects.create(
        day=date(2026, 1, 14), quote="USD", rate="1.25", source="ECB", recorded_at=START
    )
    (invoice,) = taxed.push(START + timedelta(minutes=1))

    (tax,) = invoice.taxes.all()
    assert (tax.local_currency, tax.local_amount_minor) == ("EUR", 30_40)  # 38.00 / 1.25
    assert (float(tax.exchange_rate), tax.exchange_source) == (0.8, "ECB, 2026-01-14")


def test_a_late_event_taxes_an_open_draft_again(taxed, settings):
    settings.DRAFT_GRACE_HOURS = 24
    consumer(taxed)
    taxed.push(START)
    assert InvoiceTax.objects.get().base_minor == 200_00

    taxed.send("e1", START + timedelta(hours=2), quantity=1, effective_at=START)
    (invoice,) = taxed.push(START + timedelta(hours=24))

    assert taxes_of(invoice) == [("S", 19.0, 208_00, 39_52)]


def test_a_crossed_threshold_ends_no_obligation(taxed):
    """The sales of the first cycle cross a threshold of 100.00; the second cycle is held."""
    Customer.objects.filter(pk=taxed.customer.pk).update(
        country="US", region="UT", tax_number="", is_business=False
    )
    sign(taxed, "US", tax_due="below_threshold")
    RegistrationThreshold.objects.filter(jurisdiction="US-UT").update(amount_minor=100_00)

    (invoice,) = taxed.push(START)
    measure_thresholds(at=START)
    taxed.push(day(2, 15))

    assert taxes_of(invoice) == [("O", 0.0, 200_00, 0)]
    position = ThresholdPosition.objects.get(threshold__jurisdiction="US-UT")
    assert (position.sales_minor, position.state) == (200_00, "crossed")
    assert TaxHold.objects.get(released_at=None).code == "tax_registration_missing"


def test_measuring_again_updates_the_positions_with_the_same_queries(
    taxed, django_assert_max_num_queries
):
    answer(taxed, True)
    taxed.push(START)
    first = measure_thresholds(at=START)

    with django_assert_max_num_queries(10):
        again = measure_thresholds(at=START + timedelta(days=1))

    assert again == first == ThresholdPosition.objects.count()


def test_a_chunk_of_drafts_takes_as_many_queries_as_one(taxed):
    answer(taxed, True)

    def queries(drafts):
        Invoice.objects.filter(pk__in=drafts).update(tax_minor=None)
        with CaptureQueriesContext(connection) as captured:
            determine_tax(keys=drafts, at=START)
        return len(captured)

    TaxRegistration.objects.all().delete()
    for month in (1, 2, 3):
        taxed.push(day(month, 15))
        taxed.push(day(month, 16))
    record_tax_id_answer(
        customer=taxed.customer, number=NUMBER, is_valid=False, by=None, at=day(3, 17)
    )
    drafts = list(Invoice.objects.filter(state="draft").values_list("pk", flat=True))

    assert queries(drafts) == queries(drafts[:1])
