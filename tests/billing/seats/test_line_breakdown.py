"""Invoice lines by group and cost center, as the ledger knew it when they were rated."""

from accounts.models import Group
from billing.documents.build_sheet import build_sheet
from billing.models import Invoice
from billing.queries.invoice_sources import source_of_issued
from billing.queries.line_breakdown import by_group, line_breakdowns
from tests.billing.seats.test_change_seats import ask, wish
from tests.seatworld import day


def departments(world):
    for name, cost_center in (("Sales", "4100"), ("Support", "")):
        Group.objects.create(
            customer=world.customer, external_id=name.lower(), name=name, cost_center=cost_center
        )
    ask(
        world,
        wish("assign", "ada", group="sales"),
        wish("assign", "bob", group="sales"),
        wish("assign", "cy", group="support"),
        at=day(1, 20),
    )


def shares_of(invoice: Invoice):
    found = line_breakdowns([invoice.pk])
    return [
        (line.kind, line.amount_minor, {one.group: one.amount_minor for one in found[line.pk]})
        for line in invoice.lines.order_by("position")
    ]


def test_every_line_is_shared_by_the_seats_behind_it_and_adds_up(world):
    departments(world)
    world.push(day(1, 20))
    world.send("e1", day(2, 1), group="support", quantity=4)
    (invoice,) = world.push(day(2, 15))
    lines = shares_of(invoice)
    # 29 seats at 8.00: two of Sales and one of Support hold the whole cycle; 4 more are only Support's by name
    assert lines == [
        ("proration", 1445, {"Support": 1445}),
        ("recurring", 23200, {"Sales": 1600, "Support": 800, "": 20800}),
    ]
    assert all(amount == sum(shares.values()) for _, amount, shares in lines)
    sums = by_group(list(line_breakdowns([invoice.pk]).values()))
    assert [(one.group, one.cost_center, one.amount_minor) for one in sums] == [
        ("", "", 20800), ("Support", "", 2245), ("Sales", "4100", 1600),
    ]  # fmt: skip


def test_what_happens_later_does_not_change_the_past(world):
    departments(world)
    world.push(day(1, 20))
    (invoice,) = world.push(day(2, 15))
    before = shares_of(invoice)
    ask(world, wish("regroup", "ada", group="support"), request_id="r2", at=day(2, 20))
    world.send("e9", day(2, 20), kind="seat_removed", grantee="cy", effective_at=day(1, 21))
    assert shares_of(invoice) == before


def test_the_printed_invoice_names_departments_where_the_customer_asks(world):
    world.customer.itemizes_groups = True
    world.customer.save()
    departments(world)
    world.push(day(1, 20))
    (invoice,) = world.push(day(2, 15))
    sheet = build_sheet(source_of_issued(pk=invoice.pk))
    assert sheet.groups[0].lines[0].shares == (
        "Sales, 4100: 16.00 · Support: 8.00 · Nobody’s seats: 176.00"
    )


def test_the_api_answers_with_lines_and_sums(world, client):
    departments(world)
    world.push(day(1, 20))
    (invoice,) = world.push(day(2, 15))
    answer = client.get(
        f"/api/v1/invoices/{invoice.number}/breakdown",
        headers={"Authorization": f"Bearer {world.key}"},
    )
    body = answer.json()
    assert sum(one["amount_minor"] for one in body["groups"]) == invoice.subtotal_minor
    assert body["lines"][0]["shares"][0]["cost_center"] == "4100"
