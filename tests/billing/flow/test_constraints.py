"""The database speaks: each named constraint and trigger of billing refuses what it says."""

from copy import deepcopy

import pytest
from django.db import DatabaseError, connection, transaction

from billing.models import (
    CreditEntry,
    EntitlementEvent,
    Invoice,
    InvoiceLine,
    InvoiceRun,
    InvoiceTax,
    LedgerHead,
    NumberSeries,
    Price,
    RatedSpan,
    Rating,
    SeatLedgerEntry,
    SeatPolicy,
    StageRefusal,
    Subscription,
    TaxHold,
)
from tax.models import TaxRegistration
from tests.seatworld import START, SeatWorld, day

APPEND_ONLY = {
    "billing_entitlementevent": "entitlementevent_append_only",
    "billing_seatledgerentry": "seatledgerentry_append_only",
    "billing_rating": "rating_append_only",
    "billing_ratedspan": "ratedspan_append_only",
    "billing_price": "price_append_only",
    "billing_seatpolicy": "seatpolicy_append_only",
    "billing_creditentry": "creditentry_append_only",
}


@pytest.fixture(scope="module")
def made(module_transaction) -> SeatWorld:
    """A world with a row in every append-only table but documents."""
    world = SeatWorld.make({"credit_application": "balance"})
    world.push(START)
    world.send("r1", day(2, 4), kind="seat_removed", quantity=1)
    world.push(day(2, 4))
    run("SELECT 1")
    return world


@pytest.fixture
def billed(made, db) -> SeatWorld:
    return deepcopy(made)


def refuses(name: str, act) -> None:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        act()
    assert name in constraint_of(refusal.value)


def constraint_of(error: DatabaseError) -> str:
    diagnosis = error.__cause__.diag
    return f"{diagnosis.constraint_name} {diagnosis.message_primary}"


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize(("table", "trigger"), APPEND_ONLY.items())
def test_append_only_tables_refuse_update_delete_and_truncate(billed, table, trigger):
    refuses(trigger, lambda: run(f"UPDATE {table} SET id = id"))
    refuses(trigger, lambda: run(f"DELETE FROM {table}"))
    refuses(trigger, lambda: run(f"TRUNCATE {table} CASCADE"))


def test_a_finalized_invoice_and_its_lines_refuse_every_change(billed):
    refuses("invoice_finalized_is_final", lambda: run("UPDATE billing_invoice SET tax_note = 'x'"))
    refuses("invoice_finalized_is_final", lambda: run("DELETE FROM billing_invoice"))
    refuses("invoice_truncate_refused", lambda: run("TRUNCATE billing_invoice CASCADE"))
    name = "invoice_line_of_finalized_is_final"
    refuses(name, lambda: run("UPDATE billing_invoiceline SET quantity = 1"))
    refuses(name, lambda: run("DELETE FROM billing_invoiceline"))
    refuses("invoice_line_truncate_refused", lambda: run("TRUNCATE billing_invoiceline CASCADE"))


def draft_of(world: SeatWorld, **values) -> Invoice:
    return Invoice(
        customer=world.customer, billing_entity=world.entity, kind="invoice", currency="USD",
        cycle_date=START.date(), drafted_at=START, finalize_after=START, language="en",
        time_zone="UTC", paper="A4", **values,
    )  # fmt: skip


def finalize(invoice: Invoice, **values) -> None:
    series = NumberSeries.objects.get(kind="invoice")
    said = {
        "state": "finalized", "series": series, "sequence": 900, "number": "SW-900",
        "issued_at": START, "due_date": START.date(), "tax_minor": 0, "total_minor": 0,
        "amount_due_minor": 0, **values,
    }  # fmt: skip
    Invoice.objects.filter(pk=invoice.pk).update(**said)


def test_an_invoice_is_born_a_draft(billed):
    refuses("invoice_is_born_a_draft", draft_of(billed, state="finalized").save)


def test_lines_must_sum_to_the_subtotal_when_finalized(billed):
    draft = draft_of(billed, subtotal_minor=5_00)
    draft.save()

    refuses(
        "invoice_lines_sum_to_subtotal",
        lambda: finalize(draft, total_minor=5_00, amount_due_minor=5_00),
    )


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("invoice_finalized_is_complete", {"due_date": None}),
        ("invoice_total_is_subtotal_plus_tax", {"total_minor": 1, "amount_due_minor": 1}),
        ("invoice_due_is_total_less_credit", {"amount_due_minor": 1}),
        (
            "invoice_credit_applied_within_total",
            {"credit_applied_minor": 1, "amount_due_minor": -1},
        ),
        ("invoice_taxes_sum_to_tax", {"tax_minor": 1, "total_minor": 1, "amount_due_minor": 1}),
        ("invoice_sequence_once_per_series", {"sequence": 1}),
        ("invoice_number_once", {"number": "SW-000001"}),
    ],
)
def test_a_finalized_invoice_adds_up_and_is_complete(billed, name, values):
    draft = draft_of(billed)
    draft.save()

    refuses(name, lambda: finalize(draft, **values))


def test_a_negative_total_is_a_credit_note(billed):
    draft = draft_of(billed)
    draft.save()
    tax_of(draft, amount_minor=-1).save()

    refuses(
        "invoice_sign_follows_kind",
        lambda: finalize(draft, tax_minor=-1, total_minor=-1, amount_due_minor=-1),
    )


def test_a_held_draft_is_not_finalized(billed):
    draft = draft_of(billed)
    draft.save()
    hold = {"customer": billed.customer, "invoice": draft, "code": "x", "message": "x"}
    TaxHold(**hold, since=START, checked_at=START).save()

    refuses("invoice_held_is_not_finalized", lambda: finalize(draft))
    refuses("tax_hold_one_open_per_invoice", TaxHold(**hold, since=START, checked_at=START).save)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("invoice_tax_needs_a_registration", {"amount_minor": 1, "registration": None}),
        ("invoice_tax_names_its_lines", {"positions": []}),
        ("invoice_tax_local_amount_has_its_rate", {"local_currency": "SEK"}),
    ],
)
def test_a_tax_says_what_it_is_charged_by(billed, name, values):
    draft = draft_of(billed)
    draft.save()

    refuses(name, tax_of(draft, **values).save)


def test_the_taxes_of_a_finalized_invoice_are_final(billed):
    draft = draft_of(billed)
    draft.save()
    tax = tax_of(draft)
    tax.save()
    refuses("invoice_tax_number_once", tax_of(draft).save)
    finalize(draft)

    refuses("invoice_tax_of_finalized_is_final", tax.delete)
    refuses("invoice_tax_of_finalized_is_final", tax_of(draft, number=2).save)


def tax_of(draft, **values):
    """A row of tax on line 1 of a draft."""
    registration, _ = TaxRegistration.objects.get_or_create(
        billing_entity=draft.billing_entity, jurisdiction="IE", number="IE1", currency="EUR",
        valid_from=START.date(), filing_frequency="monthly",
    )  # fmt: skip
    said = {
        "number": 1, "name": "VAT", "jurisdiction": "IE", "treatment": "domestic",
        "category_code": "S", "rate_percent": 23, "base_minor": 0, "amount_minor": 0,
        "positions": [1], "tax_point": START.date(), "registration": registration, "rule": "x",
        "words": "x", "inputs": {}, **values,
    }  # fmt: skip
    return InvoiceTax(customer=draft.customer, invoice=draft, **said)


def test_a_customer_has_one_draft_of_a_kind_and_currency(billed):
    draft_of(billed).save()

    refuses("invoice_one_draft_per_customer_and_cycle", draft_of(billed).save)


def copy_of(row, **values):
    """The same row again under a new key."""
    fields = {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}
    return type(row)(**{**fields, "id": None or type(row)().pk, **values})


def test_a_rated_span_is_billed_once(billed):
    line = InvoiceLine.objects.first()
    draft = draft_of(billed)
    draft.save()
    again = copy_of(line, invoice_id=draft.pk)

    refuses("rated_span_id", lambda: again.save(force_insert=True))


@pytest.mark.parametrize(
    ("model", "name", "values"),
    [
        (EntitlementEvent, "event_source_id_once_per_customer", {}),
        (EntitlementEvent, "event_kind_is_known", {"kind": "seat_blessed", "source": "x"}),
        (
            EntitlementEvent,
            "event_correction_names_its_target",
            {"kind": "correction", "source": "x"},
        ),
        (SeatLedgerEntry, "ledger_entry_once_per_event_and_seat_type", {"position": 99}),
        (SeatLedgerEntry, "ledger_balance_is_not_negative", {"balance_after": -1}),
        (SeatLedgerEntry, "ledger_void_is_a_correction", {"voids": True}),
        (Rating, "rating_number_once_per_subscription", {}),
        (RatedSpan, "rated_span_once_per_period_and_basis", {}),
        (RatedSpan, "rated_span_names_its_entries", {"entry_ids": []}),
        (RatedSpan, "rated_span_period_is_not_empty", {"period_after": START.date()}),
        (Price, "price_version_once", {}),
        (Price, "price_version_is_positive", {"version": 0}),
        (Price, "price_mode_is_known", {"mode": "guess", "version": 7}),
        (Price, "price_ratio_names_both_parts", {"ratio_of": "member", "version": 7}),
        (SeatPolicy, "seat_policy_version_once", {}),
        (SeatPolicy, "seat_policy_version_is_positive", {"version": 0}),
        (CreditEntry, "credit_entry_once_per_invoice_and_reason", {}),
        (CreditEntry, "credit_entry_sign_follows_reason", {"amount_minor": -1}),
        (Subscription, "subscription_anchor_day_is_a_day", {"anchor_day": 32, "external_id": "x"}),
        (
            Subscription,
            "subscription_ends_after_it_starts",
            {"ends_on": START.date(), "external_id": "x"},
        ),
        (Subscription, "subscription_interval_is_positive", {"interval_count": 0}),
        (Subscription, "subscription_drafts_only_what_is_rated", {"drafted_count": 99}),
    ],
)
def test_constraints_refuse_what_their_names_say(billed, model, name, values):
    row = copy_of(model.objects.order_by("pk").first(), **values)

    refuses(name, lambda: row.save_base(force_insert=True))


def test_positions_of_a_chain_are_unique(billed):
    entry = SeatLedgerEntry.objects.filter(kind="seat_removed").get()
    other_event = EntitlementEvent.objects.get(kind="subscription_started")
    row = copy_of(entry, event_id=other_event.pk, seat_type_id=entry.seat_type_id)

    refuses("ledger_", lambda: row.save(force_insert=True))


def test_an_entry_is_corrected_once_at_a_time_and_never_by_itself(billed):
    billed.send("c1", day(2, 5), kind="correction", seat_type="", corrects="r1", void=True)
    correction = SeatLedgerEntry.objects.get(kind="correction")
    event = copy_of(correction.event, source_event_id="c2")
    event.save(force_insert=True)
    twin = copy_of(correction, event_id=event.pk, position=98)
    itself = copy_of(correction, event_id=event.pk, position=98)
    itself.corrects_id = itself.pk

    refuses("ledger_entry_corrected_once_at_a_time", lambda: twin.save(force_insert=True))
    refuses("ledger_entry_does_not_correct_itself", lambda: itself.save(force_insert=True))


def test_the_terms_of_a_subscription_are_fixed(billed):
    refuses(
        "subscription_terms_are_fixed",
        lambda: Subscription.objects.update(starts_on=day(1, 1).date()),
    )


def test_a_finished_run_has_its_time(db):
    row = InvoiceRun(as_of=START, trigger="command", state="finished", started_at=START)

    refuses("invoice_run_finished_has_its_time", row.save)


def test_a_subject_has_one_open_refusal_at_a_stage(billed):
    def open_refusal() -> None:
        StageRefusal.objects.create(
            stage="rate", subject_id=billed.subscription.pk, subject_label="x", code="x",
            message="x", first_at=START, last_at=START,
        )  # fmt: skip

    open_refusal()

    refuses("stage_refusal_one_open_per_subject", open_refusal)


def test_an_entity_has_one_series_of_a_kind_and_it_counts_upwards(billed):
    series = NumberSeries.objects.get(kind="invoice")
    twin = NumberSeries(billing_entity=series.billing_entity, kind="invoice", prefix="X-")

    refuses("number_series_once_per_entity_and_kind", twin.save)
    refuses("number_series_is_not_negative", lambda: NumberSeries.objects.update(last_number=-1))


def test_a_chain_has_one_head(billed):
    refuses("pkey", lambda: LedgerHead(customer=billed.customer).save(force_insert=True))
