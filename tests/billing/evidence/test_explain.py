"""`manage.py explain` answers to every name a thing has, in words a person can read."""

from copy import deepcopy

import pytest
from django.core.management import CommandError, call_command

from billing.models import EntitlementEvent, Invoice, InvoiceLine, SeatLedgerEntry
from tests.seatworld import SeatWorld, day


@pytest.fixture(scope="module")
def module_billed(module_world) -> SeatWorld:
    module_world.push(day(1, 15))
    module_world.send("grow", day(1, 25, 9), quantity=10, actor="mia", grantee="")
    module_world.push(day(2, 15))
    module_world.push(day(2, 22))
    return module_world


@pytest.fixture
def billed(module_billed, db) -> SeatWorld:
    return deepcopy(module_billed)


def explained(capsys, name) -> str:
    call_command("explain", str(name))
    return capsys.readouterr().out


def test_an_invoice_is_explained_line_by_line(billed, capsys):
    invoice = Invoice.objects.order_by("issued_at").last()

    words = explained(capsys, invoice.number)

    for line in invoice.lines.all():
        assert f"{invoice.number}/{line.position} {line.description}" in words
        assert line.formula in words
    assert "grow from product by mia: seat_added" in words
    assert "policy version 1, price version 1" in words


def test_a_line_is_found_by_its_id_and_by_its_place(billed, capsys):
    line = InvoiceLine.objects.filter(kind="proration").get()

    by_id = explained(capsys, line.pk)

    assert by_id == explained(capsys, f"{line.invoice.number}/{line.position}")
    assert "10 member: none to active" in by_id
    assert "acme-team-start" not in by_id


def test_an_event_leads_to_its_lines_by_every_name(billed, capsys):
    event = EntitlementEvent.objects.get(source_event_id="grow")
    entry = SeatLedgerEntry.objects.get(event=event)

    words = explained(capsys, "grow")

    assert words == explained(capsys, event.pk) == explained(capsys, entry.pk)
    assert words.count("SW-000002/") == 2
    assert f"hash {entry.digest[:12]}" in words


def test_an_event_before_its_invoice_says_so(billed, capsys):
    billed.send("fresh", day(2, 23))

    assert "On no invoice yet" in explained(capsys, "fresh")


@pytest.mark.parametrize(
    "name", ["SW-999999", "SW-000001/99", "nonsense", "0199c0de-0000-7000-8000-000000000000", "/", "1/²"]
)  # fmt: skip
def test_an_unknown_name_is_told_in_plain_words(billed, name):
    with pytest.raises(CommandError, match="Nothing is known as") as refused:
        call_command("explain", name)

    assert refused.value.returncode == 2
