"""Credit notes by people: as estimated, taxed as the original, never above what is left."""

from datetime import date

import pytest
from django.contrib.auth.models import User

from billing.enums import CreditNoteReason, CreditScope, Settlement
from billing.models import CreditEntry, CreditNote, Invoice, NumberSeries, Receivable
from billing.operations.credit_invoice import NothingOpen, ReasonNotForPeople, RefundNeedsPayment
from billing.operations.estimate_credit import NotCreditable, estimate_credit
from kernel.refusal import Refusal
from tax.models import BillingEntity, ExchangeRate, TaxRate
from tests.billing.credits.world import (
    FULL,
    credit,
    first_invoice,
    of_amount,
    of_lines,
    taxed_world,
)
from tests.seatworld import START, day

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


def on_paper(note):
    return (
        [(line.position, line.formula, line.amount_minor) for line in note.lines.all()],
        [(tax.number, tax.base_minor, tax.amount_minor) for tax in note.taxes.all()],
        (note.subtotal_minor, note.tax_minor, note.total_minor),
    )


def estimated(shown):
    return (
        [(line.position, line.formula, line.amount_minor) for line in shown.lines],
        [(tax.number, tax.base_minor, tax.amount_minor) for tax in shown.taxes],
        (shown.subtotal_minor, shown.tax_minor, shown.total_minor),
    )


@pytest.mark.parametrize("ask", [FULL, of_lines(line_1=12_34), of_amount(50_00), of_amount(3)])
def test_the_estimate_is_the_credit_note(invoice, staff, ask):
    shown = estimate_credit(invoice_id=invoice.pk, ask=ask)

    note = credit(invoice, staff, ask)

    assert estimated(shown) == on_paper(note)
    assert shown.left_minor == invoice.total_minor + note.total_minor


def test_a_full_credit_mirrors_the_invoice_with_its_tax(invoice, staff):
    note = credit(invoice, staff)

    assert (note.subtotal_minor, note.tax_minor, note.total_minor) == (-200_00, -38_00, -238_00)
    was, now = invoice.taxes.get(), note.taxes.get()
    for name in (
        "name", "jurisdiction", "treatment", "category_code", "rate_percent", "share_percent",
        "registration_id", "rule", "note", "rate_source", "tax_point",
    ):  # fmt: skip
        assert getattr(was, name) == getattr(now, name)
    assert now.words.startswith(f"As on {invoice.number}, which it credits.")


def test_credit_notes_have_numbers_of_their_own_without_gaps(invoice, staff):
    numbers = [credit(invoice, staff, of_amount(10_00)).number for _ in range(3)]

    assert numbers == ["SW-CN-000001", "SW-CN-000002", "SW-CN-000003"]
    assert NumberSeries.objects.get(kind="credit_note").last_number == 3
    assert NumberSeries.objects.get(kind="invoice").last_number == 1


def test_a_refused_credit_takes_no_number(invoice, staff):
    with pytest.raises(Refusal):
        credit(invoice, staff, of_amount(238_01))
    with pytest.raises(Refusal):
        credit(
            invoice, staff, of_amount(10_00), settlement=Settlement.REFUND, payment_id=invoice.pk
        )

    assert not NumberSeries.objects.filter(kind="credit_note", last_number__gt=0).exists()


def test_credits_come_out_to_zero_with_their_tax(invoice, staff):
    for ask in (of_lines(line_1=33_33), of_amount(77_77), FULL):
        credit(invoice, staff, ask)

    notes = Invoice.objects.filter(credits=invoice)
    assert sum(note.total_minor for note in notes) == -invoice.total_minor
    assert sum(note.tax_minor for note in notes) == -invoice.tax_minor
    with pytest.raises(Refusal, match="Nothing is left to credit"):
        credit(invoice, staff)


def test_a_credit_as_balance_is_there_for_the_next_invoice(world, invoice, staff):
    credit(invoice, staff, of_amount(38_00))
    (following,) = world.push(day(2, 19))

    assert following.credit_applied_minor == 38_00


def test_a_credit_settles_its_invoice_and_the_rest_becomes_balance(invoice, staff):
    credit(invoice, staff, of_amount(200_00), settlement=Settlement.INVOICE)

    assert Receivable.objects.get(pk=invoice.pk).open_minor == 38_00

    credit(invoice, staff, settlement=Settlement.INVOICE)

    assert Receivable.objects.get(pk=invoice.pk).open_minor == 0
    assert sum(CreditEntry.objects.values_list("amount_minor", flat=True)) == 0
    with pytest.raises(NothingOpen):
        credit(invoice, staff, settlement=Settlement.INVOICE)


def test_a_refund_names_its_payment(invoice, staff):
    with pytest.raises(RefundNeedsPayment):
        credit(invoice, staff, settlement=Settlement.REFUND)


def test_who_and_why_are_kept(invoice, staff):
    note = credit(invoice, staff, of_amount(5_00), text="Sorry for Monday.")

    kept = CreditNote.objects.get(pk=note.pk)
    assert (kept.scope, kept.asked_minor, kept.reason, kept.text, kept.by) == (
        CreditScope.AMOUNT, 5_00, CreditNoteReason.GOODWILL, "Sorry for Monday.", staff,
    )  # fmt: skip


def test_drafts_and_credit_notes_are_not_credited(world, invoice, staff):
    draft = Invoice.objects.create(
        customer=world.customer, billing_entity=world.entity, kind="invoice", currency="USD",
        cycle_date=day(1, 15).date(), drafted_at=day(1, 15), finalize_after=day(1, 15),
        language="en", time_zone="UTC", paper="A4",
    )  # fmt: skip
    note = credit(invoice, staff)

    for neither in (draft, note):
        with pytest.raises(NotCreditable):
            credit(neither, staff)


def test_the_reason_of_a_void_is_not_for_other_credits(invoice, staff):
    with pytest.raises(ReasonNotForPeople):
        credit(invoice, staff, reason=CreditNoteReason.VOID)


def test_what_the_ledger_gave_back_is_not_given_back_again(world, invoice, staff):
    world.send("less", day(2, 1), kind="seat_removed", quantity=10, effective_at=day(1, 15))
    world.push(day(2, 15))

    left = estimate_credit(invoice_id=invoice.pk, ask=FULL)

    assert left.subtotal_minor == -120_00  # 15 of 25 seats are still billed


def test_tax_in_the_local_currency_goes_back_at_the_rate_of_the_invoice(staff):
    """Irish tax in dollars is shown in euros; later rates do not matter, and nothing is left."""
    world = taxed_world()
    BillingEntity.objects.filter(pk=world.entity.pk).update(shows_tax_in_local_currency=True)
    ExchangeRate.objects.create(
        day=date(2026, 1, 14), quote="USD", rate="1.25", source="ECB", recorded_at=START
    )
    invoice = first_invoice(world)
    ExchangeRate.objects.create(
        day=date(2026, 2, 17), quote="USD", rate="1.10", source="ECB", recorded_at=START
    )

    notes = [credit(invoice, staff, ask) for ask in (of_lines(line_1=33_33), of_amount(7), FULL)]

    (original,) = invoice.taxes.all()
    taxes = [note.taxes.get() for note in notes]
    assert original.local_amount_minor == 30_40
    assert sum(tax.local_amount_minor for tax in taxes) == -30_40
    assert {tax.exchange_rate for tax in taxes} == {original.exchange_rate}


def test_an_old_rate_is_credited_at_the_old_rate(world, invoice, staff):
    """The rate changes in February; what was charged in January goes back as it was charged."""
    TaxRate.objects.filter(jurisdiction="DE", valid_to=None).update(valid_to=date(2026, 1, 31))

    note = credit(invoice, staff, of_lines(line_1=100_00))

    assert (note.tax_minor, note.taxes.get().rate_percent) == (-19_00, 19)
