"""What goes wrong on purpose: a span billed again, members counted by the product."""

from copy import copy
from datetime import datetime

from django.contrib.auth.models import User
from uuid6 import uuid7

from billing.models import Invoice, RatedSpan, Rating
from billing.operations.record_members import CountedMembers, record_members
from desk.calc.findings import Found
from desk.models import Incident
from desk.operations.open_incident import add_affected, open_incident
from tests.seatworld import SeatWorld

OPENED = datetime.fromisoformat("2026-02-20T09:00:00+00:00")


def bill_again(span: RatedSpan, *, at: datetime) -> Invoice:
    """The span once more, as a later rating on a draft of its own: what must never be."""
    subscription, line = span.subscription, span.invoice_line
    rating = Rating.objects.create(
        customer=span.customer, subscription=subscription,
        number=subscription.ratings.count() + 1, as_of=at, rated_at=at, known_position=1,
    )  # fmt: skip
    again = copied(span, rating=rating)
    invoice = copied(
        line.invoice, state="draft", series=None, sequence=None, number="", issued_at=None,
        due_date=None, tax_minor=None, total_minor=None, amount_due_minor=None,
        cycle_date=at.date(), drafted_at=at, finalize_after=at,
    )  # fmt: skip
    copied(line, invoice=invoice, rated_span=again)
    return invoice


def copied(row, **given):
    twin = copy(row)
    twin._state = copy(row._state)
    twin._state.adding = True
    for name, value in {"pk": uuid7(), **given}.items():
        setattr(twin, name, value)
    twin.save()
    return twin


def report_members(world: SeatWorld, count: int, *, at: datetime) -> None:
    report = CountedMembers(world.subscription.external_id, at, {"member": count})
    (answer,) = record_members(reports=[report], client=None, at=at)
    assert answer.status == "recorded"


def an_incident(
    world: SeatWorld,
    *,
    playbook: str = "duplicate_charge",
    by: User | None = None,
    **row: object,
) -> Incident:
    """An incident about the world's customer, with one row found beside the customer's own."""
    incident = open_incident(
        playbook=playbook, title="Billed twice", customer_ids=[world.customer.pk],
        found="Acme wrote to us.", at=OPENED, by=by,
    )  # fmt: skip
    if row:
        found = Found(subject="row", customer_id=world.customer.pk, words="A row.", **row)
        add_affected(incident=incident, found=[found], at=OPENED)
    return incident
