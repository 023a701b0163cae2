"""Lists of the desk and the admin: search, filters, CSV, and the same number of queries for any size."""

import csv
import io

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Customer
from tests.desk import tax_world, world


def rows_of(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def fill(catalog, count, *, first=1, with_tax=True):
    """So many customers, each with entries, a final invoice, a draft and a refusal."""
    made = []
    for number in range(first, first + count):
        subscription = world.make_customer(catalog, number)
        entries = [
            world.write_entry(catalog, subscription, added=2, at=world.START) for _ in range(3)
        ]
        invoice = world.write_invoice(catalog, subscription, entries)
        draft = world.write_invoice(catalog, subscription, entries, is_final=False)
        if with_tax:
            add_tax(catalog, draft, number)
        world.refuse(subscription, run=world.make_run())
        made.append((subscription, invoice, entries))
    return made


def add_tax(catalog, draft, number):
    """Everything tax knows of a customer, and of a market of its own."""
    customer = draft.customer
    tax_world.hold(draft)
    tax_world.decide(draft, tax_world.register(catalog.entity, f"X{chr(64 + number)}"))
    tax_world.evidence(customer)
    tax_world.ask(customer)
    tax_world.answer_market(catalog.entity, f"Z{chr(64 + number)}")
    tax_world.rate(f"Y{chr(64 + number)}", "19")


def queries(client, address):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(address)
        if answer.streaming:
            list(answer.streaming_content)
    assert answer.status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    "page",
    [
        "desk:flow",
        "desk:runs",
        "desk:customers",
        "desk:invoices",
        "desk:customers_csv",
        "desk:invoices_csv",
        "desk:tax_holds",
        "desk:tax_holds_csv",
        "desk:tax_markets",
        "desk:tax_registrations",
        "desk:tax_facts",
        "desk:tax_thresholds",
        "desk:tax_returns",
    ],
)
def test_a_list_asks_as_much_of_the_database_for_many_as_for_few(as_role, catalog, page):
    client = as_role("administrator")
    fill(catalog, 1)
    few = queries(client, reverse(page))

    fill(catalog, 7, first=2)

    assert queries(client, reverse(page)) == few


def admin_lists():
    return sorted(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        for model in admin.site._registry
    )


@pytest.mark.parametrize("name", admin_lists())
def test_an_admin_list_asks_as_much_for_many_as_for_few(as_role, catalog, name):
    client = as_role("administrator")
    fill(catalog, 2)
    queries(client, reverse(name))
    few = queries(client, reverse(name))

    fill(catalog, 4, first=3)

    assert queries(client, reverse(name)) == few


def test_pages_of_one_thing_ask_as_much_for_long_as_for_short(as_role, catalog):
    client = as_role("administrator")
    ((subscription, invoice, entries),) = fill(catalog, 1, with_tax=False)
    world.finalize(catalog, subscription.customer.invoices.get(state="draft"), 24000)
    addresses = [
        reverse("desk:customer", args=[subscription.customer_id]),
        reverse("desk:event", args=[entries[0].event_id]),
    ]
    few = [queries(client, address) for address in addresses]
    more = [world.write_entry(catalog, subscription, added=1, at=world.START) for _ in range(12)]
    long = world.write_invoice(catalog, subscription, [*entries, *more])

    assert [queries(client, address) for address in addresses] == few
    assert queries(client, reverse("desk:invoice", args=[long.pk])) == queries(
        client, reverse("desk:invoice", args=[invoice.pk])
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"search": "acme 2"}, ["Acme 2 GmbH"]),
        ({"search": "acme-3"}, ["Acme 3 GmbH"]),
        ({"search": "olga1@"}, ["Acme 1 GmbH"]),
        ({"plan": "team", "sort": "-name", "search": "acme"}, ["Acme 3 GmbH", "Acme 2 GmbH", "Acme 1 GmbH"]),
        ({"country": "fr"}, []),
        ({"status": "closed"}, []),
    ],
)  # fmt: skip
def test_customers_are_found_by_what_people_know(as_role, catalog, asked, found):
    for number in (1, 2, 3):
        world.make_customer(catalog, number)

    answer = as_role("support").get(reverse("desk:customers"), asked)

    assert [row.legal_name for row in answer.context_data["page"].rows] == found


def test_a_customer_row_tells_seats_and_the_last_final_invoice(as_role, catalog):
    fill(catalog, 1)

    answer = as_role("support").get(reverse("desk:customers"))

    (row,) = answer.context_data["page"].rows
    assert (row.seats, row.plans, row.last_invoice.number) == (6, "Team", "IE-000001")


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"search": "IE-000002"}, 1),
        ({"search": "acme 1"}, 2),
        ({"state": "draft"}, 2),
        ({"state": "finalized", "currency": "EUR", "entity": "IE"}, 2),
        ({"first": "2026-02-01"}, 0),
        ({"kind": "credit_note"}, 0),
        ({"state": "nonsense"}, 4),
    ],
)
def test_invoices_are_found_by_what_people_know(as_role, catalog, asked, count):
    fill(catalog, 2)

    answer = as_role("support").get(reverse("desk:invoices"), asked)

    assert len(answer.context_data["page"].rows) == count


def test_a_narrowed_list_of_invoices_says_what_they_come_to(as_role, catalog):
    fill(catalog, 2)

    answer = as_role("support").get(reverse("desk:invoices"), {"search": "acme"})

    (total,) = answer.context_data["sums"]
    assert (total.count, total.final_minor, total.draft_minor) == (4, 48000, 48000)


def test_csv_of_customers_is_harmless_and_keeps_numbers(as_role, catalog):
    subscription = world.make_customer(catalog)
    Customer.objects.update(legal_name='=HYPERLINK("http://evil")')
    world.write_entry(catalog, subscription, added=10, at=world.START)

    header, row = rows_of(as_role("support").get(reverse("desk:customers_csv")))

    assert dict(zip(header, row, strict=True))["customer"] == '\'=HYPERLINK("http://evil")'
    assert dict(zip(header, row, strict=True))["seats"] == "10"


def test_csv_of_an_admin_list_has_its_columns_and_follows_its_filters(as_role, catalog):
    fill(catalog, 2)
    address = reverse("admin:billing_invoice_export")

    header, *rows = rows_of(as_role("support").get(address, {"state__exact": "finalized"}))

    assert header[:3] == ["Number", "Customer", "Billing entity"]
    assert [(row[0], row[4], row[9]) for row in rows] == [
        ("IE-000002", "Finalized", "240.00"),
        ("IE-000001", "Finalized", "240.00"),
    ]


def test_csv_is_denied_to_who_may_not_see_the_list(as_role, db):
    assert as_role("support").get(reverse("admin:accounts_apiclient_export")).status_code == 403
