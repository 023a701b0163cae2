"""A finalized invoice can be derived again from the ledger as it was known; a forgery is named."""

from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from billing.models import Invoice, InvoiceLine, RatedSpan
from billing.operations.publish_policy import publish_policy
from billing.operations.publish_price import publish_price
from billing.operations.recheck_invoices import (
    InvoiceUnknown,
    customers_to_recheck,
    recheck_invoices,
)
from billing.records.differences import Difference
from tests.seatworld import SeatWorld, day

POLICIES = [
    {},
    {"aggregation": "ratchet"},
    {"increase_invoicing": "immediate", "credit_application": "balance"},
    {"billing_timing": "in_arrears", "aggregation": "peak"},
    {"increase_invoicing": "true_up", "true_up_cadence": "quarter"},
    {"anchor": "reset_on_change"},
    {"increase_invoicing": "batched"},
    {"minimum_seats": 40},
    {"increase_grace_days": 3, "decrease_window_hours": 48},
]


def live(world: SeatWorld) -> None:
    """Months with late events, a correction of a correction, removals and regular runs between."""
    world.push(day(1, 15))
    world.send("grow", day(1, 25, 9), quantity=10)
    world.push(day(1, 25, 10))
    world.push(day(2, 18))
    world.send("late", day(2, 19), quantity=2, effective_at=day(1, 20))
    world.send(
        "less", day(2, 19, 5), kind="correction", seat_type="", corrects="grow", new_quantity=6
    )
    world.push(day(2, 19, 6))
    world.send("shrink", day(3, 2), kind="seat_removed", quantity=5)
    world.push(day(3, 15))
    world.send("none", day(3, 16), kind="correction", seat_type="", corrects="less", void=True)
    world.push(day(3, 19))
    for month in (4, 5):
        world.push(day(month, 15))
        world.push(day(month, 19))


def recheck(*numbers: str) -> list[Difference]:
    customer_ids = customers_to_recheck(numbers=numbers)
    chunks = recheck_invoices(customer_ids=customer_ids, numbers=numbers)
    return [one for chunk in chunks for one in chunk.differences]


@contextmanager
def triggers_off():
    """What only a superuser of the database can do."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin")


@pytest.mark.parametrize("settings", POLICIES, ids=str)
def test_every_invoice_is_derived_again_to_the_byte(db, settings):
    world = SeatWorld.make(settings)
    live(world)

    (chunk,) = recheck_invoices(customer_ids=customers_to_recheck())

    assert chunk.differences == ()
    assert chunk.invoices == Invoice.objects.exclude(number="").count() >= 2
    assert chunk.lines >= chunk.invoices


def test_what_was_published_later_does_not_count(world):
    live(world)
    member = world.plan.seat_types.get(code="member")
    publish_price(
        seat_type=member, currency="USD", interval_unit="month", interval_count=1,
        mode="per_unit", tiers=[{"up_to": None, "price_minor": 100}],
        effective_from=day(6, 1).date(), at=day(6, 1),
    )  # fmt: skip
    publish_policy(
        plan=world.plan, interval_unit="month", interval_count=1,
        settings={"minimum_seats": 500}, effective_from=day(6, 1).date(), at=day(6, 1),
    )  # fmt: skip
    world.send("later", day(6, 2), quantity=100, effective_at=day(2, 1))

    assert recheck() == []


def test_a_forged_line_is_named_with_its_field(world):
    live(world)
    line = InvoiceLine.objects.exclude(invoice__number="").order_by("invoice__number").first()
    with triggers_off():
        InvoiceLine.objects.filter(pk=line.pk).update(amount_minor=line.amount_minor - 1_00)

    number = line.invoice.number
    assert recheck() == [
        Difference(number, line.position, "amount_minor", str(line.amount_minor - 100), str(line.amount_minor))
    ]  # fmt: skip
    assert recheck(number) != []


def test_a_forgery_carried_through_span_line_and_sums_is_still_found(world):
    live(world)
    line = InvoiceLine.objects.exclude(invoice__number="").order_by("invoice__number").first()
    invoice, forged = line.invoice, line.amount_minor - 1_00
    total = invoice.total_minor - 1_00
    with triggers_off():
        InvoiceLine.objects.filter(pk=line.pk).update(amount_minor=forged)
        RatedSpan.objects.filter(pk=line.rated_span_id).update(amount_minor=forged)
        Invoice.objects.filter(pk=invoice.pk).update(
            subtotal_minor=total, total_minor=total, amount_due_minor=total
        )

    assert {(one.document, one.line, one.field) for one in recheck()} >= {
        (invoice.number, line.position, "amount_minor"),
        (invoice.number, line.position, "span amount_minor"),
        (invoice.number, 0, "subtotal_minor"),
        (invoice.number, 0, "total_minor"),
    }


def test_credit_that_was_never_held_is_found(world):
    live(world)
    invoice = Invoice.objects.filter(kind="invoice").exclude(number="").order_by("number").first()
    with triggers_off():
        Invoice.objects.filter(pk=invoice.pk).update(
            credit_applied_minor=5_00, amount_due_minor=invoice.total_minor - 5_00
        )

    assert recheck() == [Difference(invoice.number, 0, "credit_applied_minor", "500", "0")]


def test_a_line_taken_away_is_found(world):
    live(world)
    line = InvoiceLine.objects.exclude(invoice__number="").order_by("invoice__number").first()
    with triggers_off():
        line.slices.all().delete()
        line.delete()

    assert "invoice line" in {one.field for one in recheck()}
    assert "subtotal_minor" in {one.field for one in recheck(line.invoice.number)}


def test_a_forged_entry_of_the_ledger_shows_in_the_amounts(world):
    live(world)
    entry = world.subscription.ledger_entries.get(event__source_event_id="shrink")
    with triggers_off():
        type(entry).objects.filter(pk=entry.pk).update(quantity=20)

    assert "amount_minor" in {one.field for one in recheck()}


def test_the_command_says_so_and_exits_by_the_outcome(world, capsys):
    live(world)
    number = Invoice.objects.exclude(number="").order_by("number").first().number

    call_command("recheck", "--all")
    assert "are as the ledger says" in capsys.readouterr().out

    with triggers_off():
        InvoiceLine.objects.filter(invoice__number=number).update(quantity=1)
    with pytest.raises(CommandError) as differs:
        call_command("recheck", number)
    assert differs.value.returncode == 1
    assert f"{number} line 1: quantity is 1, the ledger says 25." in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--all", "SW-000001"], ["SW-999999"]])
def test_a_question_that_cannot_be_answered_exits_with_two(world, arguments):
    with pytest.raises(CommandError) as refused:
        call_command("recheck", *arguments)

    assert refused.value.returncode == 2


def test_an_unknown_number_is_refused_by_name(world):
    with pytest.raises(InvoiceUnknown, match="SW-999999"):
        customers_to_recheck(numbers=["SW-999999"])
