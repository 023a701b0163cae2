"""The database refuses what no operation writes: each constraint and trigger by its name."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from billing.models import CreditNote, Invoice, InvoiceLine, InvoiceVoid, NumberSeries, VoidedSpans
from billing.operations.push_flow import push_flow
from billing.operations.void_invoice import VoidOrder, void_invoice
from kernel.refusal import Refusal
from tests.billing.credits.world import (
    credit,
    first_invoice,
    of_amount,
    of_lines,
    recheck,
    taxed_world,
)
from tests.seatworld import PAPERLESS, day


@pytest.fixture
def staff(db):
    return User.objects.create_user("ana", is_staff=True)


@pytest.fixture
def invoice(db):
    return first_invoice(taxed_world())


def refuses(name, write):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        write()
    assert name in str(refused.value) or name == refused.value.__cause__.diag.constraint_name


def draft_note(invoice, **values):
    said = {
        "customer": invoice.customer, "billing_entity": invoice.billing_entity,
        "kind": "credit_note", "credits": invoice, "currency": "USD",
        "cycle_date": day(2, 1).date(), "drafted_at": day(2, 1), "finalize_after": day(2, 1),
        "language": "en", "time_zone": "UTC", "paper": "A4", **values,
    }  # fmt: skip
    return Invoice.objects.create(**said)


def credit_line(note, line, minor, **values):
    copied = {
        name: getattr(line, name)
        for name in (
            "seat_type_code", "seat_type_name", "plan_name", "description", "quantity", "seat_days",
            "unit_price_minor", "span_first", "span_after", "formula",
        )
    }  # fmt: skip
    said = {"credited_line": line, "kind": "given_back", "position": 1, **copied, **values}
    return InvoiceLine.objects.create(
        customer=note.customer, invoice=note, amount_minor=minor, **said
    )


def test_no_line_is_credited_beyond_what_is_left_of_it(invoice, staff):
    credit(invoice, staff, of_lines(line_1=150_00))
    line, note = invoice.lines.get(), draft_note(invoice)

    refuses("credit_within_what_is_left_of_the_line", lambda: credit_line(note, line, -50_01))
    for minor in (1, 0, 60_00):
        refuses("credit_line_opposes_the_line", lambda by=minor: credit_line(note, line, by))
    written = credit_line(note, line, -50_00)
    refuses(
        "credit_within_what_is_left_of_the_line",
        lambda: InvoiceLine.objects.filter(pk=written.pk).update(amount_minor=-50_01),
    )


def test_a_credit_line_is_of_the_invoice_its_note_credits(invoice, staff):
    line = invoice.lines.get()
    other = draft_note(invoice, credits=None)
    note = draft_note(invoice)
    own = credit_line(note, line, -1_00)

    refuses("credit_line_is_of_the_credited_invoice", lambda: credit_line(other, line, -1_00))
    refuses("credit_line_is_of_the_credited_invoice", lambda: credit_line(note, own, 1, position=2))


def test_a_line_has_one_origin(invoice):
    line, note = invoice.lines.get(), draft_note(invoice)

    refuses(
        "invoice_line_has_one_origin",
        lambda: credit_line(note, line, -1_00, rated_span=line.rated_span),
    )
    refuses(
        "invoice_line_has_one_origin", lambda: credit_line(note, line, -1_00, credited_line=None)
    )


def test_only_a_credit_note_credits(invoice):
    refuses("invoice_credits_only_as_a_credit_note", lambda: draft_note(invoice, kind="invoice"))


def test_a_credit_note_by_a_person_stands_beside_the_draft_of_its_cycle(invoice):
    draft_note(invoice, credits=None)
    draft_note(invoice)
    draft_note(invoice)

    refuses("invoice_one_draft_per_customer_and_cycle", lambda: draft_note(invoice, credits=None))


def test_an_order_names_its_amount_and_who_gave_it(invoice, staff):
    note = draft_note(invoice)
    said = {"invoice": note, "scope": "full", "reason": "goodwill", "at": day(2, 1), "by": staff}

    for wrong in ({"scope": "amount"}, {"scope": "amount", "asked_minor": 0}, {"asked_minor": 5}):
        refuses(
            "credit_note_of_an_amount_names_it",
            lambda more=wrong: CreditNote.objects.create(**said | more),
        )
    refuses(
        "credit_note_names_who_issued_it", lambda: CreditNote.objects.create(**said | {"by": None})
    )


def test_a_void_takes_back_the_whole_invoice_with_a_reason(invoice, staff):
    note = credit(invoice, staff, of_lines(line_1=1_00))
    void = {"invoice": invoice, "credit_note": note, "by": staff, "at": day(2, 1), "reason": "x"}

    refuses("invoice_void_takes_back_the_whole", lambda: InvoiceVoid.objects.create(**void))
    credit(invoice, staff)
    refuses(
        "invoice_void_has_its_reason", lambda: InvoiceVoid.objects.create(**void | {"reason": ""})
    )
    refuses(
        "invoice_void_takes_back_the_whole",
        lambda: InvoiceVoid.objects.create(**void | {"credit_note": invoice}),
    )


def test_voids_and_orders_never_change(invoice, staff):
    order = VoidOrder(reason="x", by=staff)
    void = void_invoice(invoice_id=invoice.pk, order=order, at=day(1, 20))
    execute("SET CONSTRAINTS ALL IMMEDIATE")

    for name, rows in (
        ("creditnote_append_only", CreditNote.objects.all()),
        ("invoicevoid_append_only", InvoiceVoid.objects.all()),
        ("voidedspans_append_only", VoidedSpans.objects.all()),
    ):
        field = {"after_rating": 9} if rows.model is VoidedSpans else {"at": day(3, 1)}
        refuses(name, lambda rows=rows, field=field: rows.update(**field))
        refuses(name, lambda rows=rows: rows._raw_delete("default"))
        table = rows.model._meta.db_table
        refuses(f"{name}_truncate", lambda table=table: execute(f"TRUNCATE {table} CASCADE"))
    spans = VoidedSpans.objects.get(void=void)
    refuses(
        "voided_spans_once_per_subscription",
        lambda: VoidedSpans.objects.create(
            void=void, subscription=spans.subscription, after_rating=5,
            period_first=spans.period_first,
        ),
    )  # fmt: skip


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db(transaction=True)
def test_ten_people_at_once_never_give_back_more_than_there_is(staff):
    """Each wants 60 of 238 at the same moment: three get it, and no number is lost."""
    invoice = first_invoice(taxed_world())
    barrier = Barrier(10)

    def ask(_):
        barrier.wait()
        try:
            return credit(invoice, staff, of_amount(60_00)).number
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as people:
        answers = sorted(people.map(ask, range(10)))

    assert answers == [
        "SW-CN-000001", "SW-CN-000002", "SW-CN-000003", *["credit_above_what_is_left"] * 7,
    ]  # fmt: skip
    assert NumberSeries.objects.get(kind="credit_note").last_number == 3


@pytest.mark.django_db(transaction=True)
def test_a_void_among_pushes_and_other_voids_happens_once(staff):
    """Three people void, three hands push: one void, the time billed anew once, recheck clean."""
    world = taxed_world()
    invoice = first_invoice(world)
    world.send("fewer", day(1, 19), kind="seat_removed", quantity=5, effective_at=day(1, 15))
    barrier = Barrier(6)

    def void(_):
        order = VoidOrder(reason="Wrong", by=staff)
        try:
            return str(void_invoice(invoice_id=invoice.pk, order=order, at=day(1, 20)).invoice_id)
        except Refusal as refusal:
            return refusal.code

    def push(_):
        push_flow(stages=PAPERLESS, at=day(1, 20))
        return "pushed"

    def act(number):
        barrier.wait()
        try:
            return (void if number % 2 else push)(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as hands:
        answers = sorted(hands.map(act, range(6)))
    push_flow(stages=PAPERLESS, at=day(1, 20))

    assert answers == sorted([str(invoice.pk), *["void_already"] * 2, *["pushed"] * 3])
    (again,) = Invoice.objects.filter(kind="invoice").exclude(pk=invoice.pk)
    assert again.subtotal_minor == 160_00
    assert recheck() == []
