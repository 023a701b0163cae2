"""Invoices in the portal: found, explained line by line, with what is open and what settled it."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Grantee, Group, Membership
from billing.models import Invoice
from tests.portal.billing_world import owner_of, page, person, text_of
from tests.seatworld import day


def listed(client, money, **asked):
    answer = client.get(page("billing_invoices", money.customer), asked)
    return [row.number for row in answer.context_data["page"].rows]


def test_invoices_are_found_by_number_year_and_state(money):
    money.pay(200_00, reference=money.first.invoice.number)
    owner = owner_of(money.customer)
    first, second = money.first.invoice.number, money.second.invoice.number

    assert listed(owner, money) == [second, first]
    assert listed(owner, money, number=first[-3:]) == [first]
    assert listed(owner, money, year="2026") == [second, first]
    assert listed(owner, money, year="2025") == []
    assert listed(owner, money, state="settled") == [first]
    assert listed(owner, money, state="open") == [second]
    assert listed(owner, money, state="overdue") == [second]
    assert listed(owner, money, kind="credit_note") == []


def test_the_csv_holds_what_was_asked_for(money):
    answer = owner_of(money.customer).get(
        page("billing_invoices_csv", money.customer), {"number": money.second.invoice.number}
    )

    (row,) = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    assert (row["number"], row["total"], row["open"], row["state"]) == (
        money.second.invoice.number, "200.00", "200.00", "overdue",
    )  # fmt: skip


def test_an_invoice_says_what_is_open_and_what_settled_the_rest(money):
    money.pay(150_00, reference="transfer 7")
    owner = owner_of(money.customer)

    shown = text_of(owner.get(page("billing_invoice", money.customer, money.first.pk)))

    assert "US$50.00" in shown
    assert "Payment by bank transfer (transfer 7): US$150.00" in shown
    assert "Pay US$50.00" in shown


def test_a_line_names_its_events_with_person_group_time_and_who_did_it(world):
    team = Group.objects.create(customer=world.customer, external_id="design", name="Design")
    ben = Grantee.objects.create(external_id="ben", name="Ben Baker")
    Membership.objects.create(customer=world.customer, group=team, grantee=ben)
    world.push(day(1, 15))
    world.send("one-more", day(1, 25), grantee="ben", group="design", actor="anna@acme.example")
    world.push(day(2, 15))
    invoice = Invoice.objects.get(cycle_date=day(2, 15).date())
    position = invoice.lines.get(kind="proration").position
    line = page("billing_line", world.customer, invoice.pk, position)

    owner = owner_of(world.customer)
    shown = text_of(owner.get(line))
    part = text_of(owner.get(line, headers={"HX-Request": "true"}))

    assert "1 Member seat added for Ben Baker in Design" in shown
    assert "2026-01-25 00:00 UTC" in shown
    assert "by anna@acme.example" in shown
    assert "21/31" in shown
    assert "<nav" not in part
    assert "for Ben Baker" in part


def test_a_billing_administrator_sees_money_and_no_people(world):
    world.push(day(1, 15))
    world.send("named", day(1, 25), grantee="ben", actor="anna@acme.example")
    world.push(day(2, 15))
    world.send("later", day(2, 16), grantee="bea", actor="anna@acme.example")
    invoice = Invoice.objects.order_by("cycle_date").last()
    position = invoice.lines.get(kind="proration").position
    administrator = person(world.customer, "bill", manages_billing=True)

    pages = [
        page("billing_line", world.customer, invoice.pk, position),
        page("billing_next", world.customer),
    ]
    shown = " ".join(text_of(administrator.get(one)) for one in pages)

    assert shown.count("1 Member seat added") == 2
    assert "ben" not in shown
    assert "bea" not in shown
    assert "anna@" not in shown


@pytest.mark.parametrize(
    "name", ["billing_invoices", "billing", "billing_pay", "billing_statement"]
)
def test_a_page_asks_the_same_few_queries_for_two_invoices_as_for_six(money, name):
    owner = owner_of(money.customer)
    owner.get(page(name, money.customer))

    counts = [queries_of(owner, page(name, money.customer))]
    for month in (3, 4, 5, 6):
        money.seats.push(day(month, 15))
    counts.append(queries_of(owner, page(name, money.customer)))

    assert counts[0] == counts[1]
    assert counts[0] < 30


def queries_of(client, address: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)
