"""A credit note by a person is evidence like any other: rechecked, traced, valid as data, on paper."""

from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.db import connection

from billing.documents.build_sheet import build_sheet
from billing.documents.e_invoice.write import write_cii, write_ubl
from billing.enums import CreditNoteReason, Settlement
from billing.models import EntitlementEvent, InvoiceLine, InvoiceTax
from billing.queries.invoice_sources import source_of_issued
from billing.queries.trace import trace_event, trace_lines
from tests.billing.credits.world import (
    FULL,
    credit,
    first_invoice,
    of_amount,
    of_lines,
    recheck,
    taxed_world,
)
from tests.seatworld import SeatWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return taxed_world()


@pytest.fixture
def staff():
    return User.objects.create_user("ana", is_staff=True)


@pytest.fixture
def invoice(world):
    return first_invoice(world)


@contextmanager
def triggers_off():
    """Forge what triggers refuse."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = DEFAULT")


def test_recheck_issues_credit_notes_again_and_finds_nothing(invoice, staff):
    for ask in (of_lines(line_1=33_33), of_amount(77_77), of_amount(3), FULL):
        credit(invoice, staff, ask)

    assert recheck() == []


@pytest.mark.parametrize(
    ("model", "forged", "field"),
    [
        (InvoiceTax, {"amount_minor": -7_61}, "tax 1 (VAT) amount_minor is -761"),
        (InvoiceTax, {"rate_percent": 7}, "tax 1 (VAT) rate_percent is 7.0000"),
        (InvoiceLine, {"quantity": 3}, "quantity is 3"),
        (InvoiceLine, {"amount_minor": -41_00}, "subtotal_minor is -4000"),
    ],
)
def test_a_forged_credit_note_is_named(invoice, staff, model, forged, field):
    note = credit(invoice, staff, of_lines(line_1=40_00))
    with triggers_off():
        model.objects.filter(invoice=note).update(**forged)

    assert any(f"{note.number}" in one and field in one for one in recheck())


def test_a_credit_line_leads_to_the_line_it_credits_and_to_its_events(invoice, staff):
    note = credit(invoice, staff, of_lines(line_1=40_00))

    (of_note,), (of_invoice,) = trace_lines(note.pk), trace_lines(invoice.pk)
    start = EntitlementEvent.objects.get(kind="subscription_started")
    reached = trace_event(start.pk).lines

    assert of_note.corrects == (of_invoice.line,)
    assert of_invoice.corrected_by == (of_note.line,)
    assert of_note.entries == of_invoice.entries
    assert of_note.span == of_invoice.span
    assert [one.line_id for one in reached] == [of_invoice.line.line_id, of_note.line.line_id]


def test_data_and_paper_name_the_invoice_and_the_reason(invoice, staff):
    note = credit(
        invoice, staff, of_amount(50_00), reason=CreditNoteReason.BILLING_ERROR, text="A & B <c>."
    )
    source = source_of_issued(number=note.number)

    cii, ubl, sheet = write_cii(source).xml, write_ubl(source).xml, build_sheet(source)

    facts = {fact.label: fact.value for fact in sheet.facts}
    assert invoice.number.encode() in cii
    assert invoice.number.encode() in ubl
    assert b"Billing error. A &amp; B &lt;c&gt;." in cii
    assert facts["Reason"] == "Billing error. A & B <c>."
    assert invoice.number in facts.values()


@pytest.mark.parametrize("settlement", [Settlement.BALANCE, Settlement.INVOICE])
def test_every_settlement_is_said_on_paper(invoice, staff, settlement):
    note = credit(invoice, staff, settlement=settlement)

    sentence = build_sheet(source_of_issued(number=note.number)).payment.sentence

    assert "balance" in sentence
    assert ("set off" in sentence) == (settlement == Settlement.INVOICE)


def test_a_seller_without_taxes_credits_without_them(staff):
    world = SeatWorld.make({})
    invoice = first_invoice(world)

    note = credit(invoice, staff, of_amount(50_00))

    assert (note.subtotal_minor, note.tax_minor, note.tax_note) == (-50_00, 0, invoice.tax_note)
    assert recheck() == []
