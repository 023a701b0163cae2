"""Tax returns at the desk: what is due, what a return declares to the cent, and filing it once."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.models import Invoice
from tax.models import ExchangeRate, TaxReturn
from tests.desk import tax_world, world

JANUARY = date(2026, 1, 1)


@pytest.fixture
def german(catalog):
    """The seller's registration in Germany, filing each month by the 10th."""
    return tax_world.register(catalog.entity, filing_frequency="monthly", valid_from=JANUARY)


def issue(catalog, number, *taxes, total_tax=None, currency="EUR"):
    """A final invoice of 80.00 for a customer of its own, with these tax rows."""
    subscription = world.make_customer(catalog, number)
    entry = world.write_entry(catalog, subscription, added=1, at=world.START)
    draft = world.write_invoice(catalog, subscription, [entry], is_final=False)
    for place, (registration, given) in enumerate(taxes, start=1):
        tax_world.decide(draft, registration, number=place, **given)
    charged = sum(row.amount_minor for row in draft.taxes.all())
    catalog.series.last_number += 1
    catalog.series.save()
    Invoice.objects.filter(pk=draft.pk).update(
        state="finalized", number=f"IE-{number:06d}", sequence=catalog.series.last_number,
        series=catalog.series, issued_at=world.START + timedelta(days=1), due_date=date(2026, 3, 3),
        tax_minor=charged, total_minor=8000 + charged, amount_due_minor=8000 + charged,
        currency=currency, seller={"legal_name": "Seatworks Ltd"}, buyer={"legal_name": "Acme"},
    )  # fmt: skip
    return draft


def address(registration, first=JANUARY, *, kind="tax_return", name="desk:tax_return"):
    return reverse(name, args=[registration.pk, kind, first])


def figures(client, registration, first=JANUARY, **given):
    return client.get(address(registration, first, **given)).context_data["page"].figures


def file(client, registration, first=JANUARY, kind="tax_return", reference=""):
    place = address(registration, first, kind=kind, name="desk:tax_return_file")
    return client.post(place, {"reference": reference}, follow=True).content.decode()


def test_a_return_adds_up_by_rate_with_credits_taken_off(as_role, catalog, german):
    issue(catalog, 1, (german, {}))
    issue(catalog, 2, (german, {"base_minor": -1000, "amount_minor": -190}))
    issue(catalog, 3, (german, {"rate_percent": Decimal(7), "amount_minor": 560}))

    found = figures(as_role("support"), german)

    assert [(row.rate, row.base_minor, row.tax_minor, row.invoices) for row in found.rows] == [
        (7, 8000, 560, 1), (19, 7000, 1330, 2),
    ]  # fmt: skip
    assert (found.base_minor, found.tax_minor) == (15000, 1890)


def test_lines_that_bear_two_taxes_count_once_in_the_base(as_role, catalog):
    texas = tax_world.register(catalog.entity, "US-TX", valid_from=JANUARY)
    local = {"name": "Local sales tax", "rate_percent": 2, "amount_minor": 160}
    issue(
        catalog, 1, (texas, {"jurisdiction": "US-TX"}), (texas, {"jurisdiction": "US-TX", **local})
    )

    found = figures(as_role("support"), texas)

    assert (len(found.rows), found.base_minor, found.tax_minor) == (2, 8000, 1680)


def test_a_return_reconciles_with_its_invoices_to_the_cent(as_role, catalog, german):
    other = tax_world.register(catalog.entity, "FR")
    issue(catalog, 1, (german, {}), (other, {"jurisdiction": "FR", "amount_minor": 1600}))

    (proof,) = figures(as_role("support"), german).reconciled

    assert (proof.charged_minor, proof.here_minor, proof.elsewhere_minor) == (3120, 1520, 1600)
    assert proof.difference_minor == 0


def test_sales_of_another_period_or_registration_are_not_declared(as_role, catalog, german):
    other = tax_world.register(catalog.entity, "FR")
    issue(catalog, 1, (german, {"tax_point": date(2026, 2, 1)}))
    issue(catalog, 2, (other, {"jurisdiction": "FR"}))

    assert figures(as_role("support"), german).rows == ()


def test_untaxed_sales_are_declared_where_the_seller_is_registered_or_at_home(
    as_role, catalog, german
):
    home = tax_world.register(catalog.entity, "IE", filing_frequency="monthly", valid_from=JANUARY)
    reverse_charge = {"treatment": "reverse_charge", "category_code": "AE", "rate_percent": 0}
    issue(catalog, 1, (None, {**reverse_charge, "jurisdiction": "FR"}))
    issue(catalog, 2, (None, {**reverse_charge, "jurisdiction": "DE"}))
    client = as_role("support")

    at_home, there = (figures(client, one).rows for one in (home, german))

    assert [(row.jurisdiction, row.base_minor) for row in at_home] == [("FR", 8000)]
    assert [(row.jurisdiction, row.base_minor) for row in there] == [("DE", 8000)]


def test_a_sales_list_names_each_business_abroad(as_role, catalog):
    home = tax_world.register(catalog.entity, "IE", filing_frequency="monthly", valid_from=JANUARY)
    for number, buyer in ((1, "FR83404833048"), (2, "FR83404833048"), (3, "ATU12345675")):
        issue(
            catalog, number,
            (None, {
                "treatment": "reverse_charge", "category_code": "AE", "rate_percent": 0,
                "jurisdiction": buyer[:2], "inputs": {"buyer": {"tax_number": buyer}},
            }),
        )  # fmt: skip

    found = figures(as_role("support"), home, kind="sales_list")

    assert [(row.buyer_number, row.base_minor, row.invoices) for row in found.buyers] == [
        ("ATU12345675", 8000, 1), ("FR83404833048", 16000, 2),
    ]  # fmt: skip


def test_a_one_stop_shop_return_converts_at_the_last_day_of_its_period(as_role, catalog):
    shop = tax_world.register(
        catalog.entity, "EU", scheme="oss_union", valid_from=JANUARY, number="IE1"
    )
    ExchangeRate.objects.create(
        day=date(2026, 3, 31), quote="USD", rate=Decimal("1.25"), source="ECB",
        recorded_at=tax_world.HELD,
    )  # fmt: skip
    issue(catalog, 1, (shop, {"treatment": "eu_consumer"}), currency="USD")

    (row,) = figures(as_role("support"), shop).rows

    assert (row.base_minor, row.tax_minor) == (6400, 1216)


def test_an_amount_without_an_exchange_rate_keeps_the_return_from_being_filed(
    as_role, catalog, german
):
    issue(catalog, 1, (german, {}), currency="USD")
    client = as_role("approver")

    page = client.get(address(german)).content.decode()
    answer = file(client, german)

    assert "amounts in USD have no exchange rate into EUR on record" in page
    assert "Amounts in USD have no exchange rate" in answer
    assert TaxReturn.objects.count() == 0


def test_what_is_filed_never_changes_and_what_comes_late_corrects_it(as_role, catalog, german):
    issue(catalog, 1, (german, {}))
    client = as_role("approver")
    page = file(client, german, reference="ELSTER 4711")
    issue(catalog, 2, (german, {"base_minor": -1000, "amount_minor": -190}))

    filed, following = figures(client, german), figures(client, german, date(2026, 2, 1))

    assert "Filed: its figures are kept as they were" in page
    assert (filed.tax_minor, TaxReturn.objects.get().reference) == (1520, "ELSTER 4711")
    assert [(row.corrects, row.tax_minor) for row in following.rows] == [(JANUARY, -190)]
    assert (
        "1 tax row of this period came after it was filed"
        in client.get(address(german)).content.decode()
    )


def test_late_corrections_are_declared_in_one_return_only(as_role, catalog, german):
    client = as_role("approver")
    issue(catalog, 1, (german, {}))
    file(client, german)
    issue(catalog, 2, (german, {}))

    file(client, german, date(2026, 2, 1))

    assert figures(client, german, date(2026, 2, 1)).tax_minor == 1520
    assert figures(client, german, date(2026, 3, 1)).rows == ()


def test_a_period_is_filed_once(as_role, catalog, german):
    issue(catalog, 1, (german, {}))
    client = as_role("approver")
    file(client, german)

    assert "This period is filed already" in file(client, german)
    assert TaxReturn.objects.count() == 1


def test_tax_return_once_per_period_is_kept_by_the_database(as_role, catalog, german):
    issue(catalog, 1, (german, {}))
    file(as_role("approver"), german)
    again = TaxReturn.objects.get()
    again.pk = None

    with pytest.raises(IntegrityError, match="tax_return_once_per_period"), transaction.atomic():
        again.save(force_insert=True)


@pytest.mark.parametrize("role", ["support", "analyst"])
def test_only_who_holds_the_permission_files(as_role, catalog, german, role):
    issue(catalog, 1, (german, {}))
    client = as_role(role)

    page = client.get(address(german)).content.decode()
    answer = client.post(address(german, name="desk:tax_return_file"))

    assert "Approvers and administrators may file" in page
    assert (answer.status_code, TaxReturn.objects.count()) == (403, 0)


@pytest.mark.parametrize(
    "first", [date(2026, 1, 2), date(2020, 1, 1)], ids=["no first day", "before any sale"]
)
def test_a_period_the_registration_does_not_file_for_is_not_found(as_role, catalog, german, first):
    issue(catalog, 1, (german, {}))

    assert as_role("support").get(address(german, first)).status_code == 404


def test_registrations_show_the_next_return_and_the_calendar(as_role, catalog, german):
    issue(catalog, 1, (german, {}))

    answer = as_role("support").get(reverse("desk:tax_registrations"))

    ((_row, following),) = answer.context_data["rows"]
    assert (following.first, following.due, following.state) == (
        JANUARY, date(2026, 2, 10), "overdue",
    )  # fmt: skip
    assert len(answer.context_data["months"]) == 12
    assert sum(len(month.rows) for month in answer.context_data["months"]) in {11, 12, 13}


def test_the_list_of_returns_tells_what_is_overdue_and_what_was_filed(as_role, catalog, german):
    issue(catalog, 1, (german, {}))
    client = as_role("approver")
    file(client, german)

    answer = client.get(reverse("desk:tax_returns"))

    assert [row.first for row in answer.context_data["filed"]] == [JANUARY]
    assert answer.context_data["due"][0].first == date(2026, 2, 1)


def test_a_return_leads_to_the_taxes_it_charges_one_by_one(as_role, catalog, german):
    issue(catalog, 1, (german, {}))
    issue(catalog, 2, (german, {"tax_point": date(2026, 2, 1)}))
    client = as_role("support")
    page = client.get(address(german)).content.decode()
    link = unescape(page.split("admin/billing/invoicetax/?")[1].split('"')[0])

    listed = client.get(f"/admin/billing/invoicetax/?{link}")

    assert [row.invoice.number for row in listed.context_data["cl"].result_list] == ["IE-000001"]


def test_the_csv_of_a_return_has_plain_amounts(as_role, catalog, german):
    issue(catalog, 1, (german, {}))

    answer = as_role("support").get(address(german, name="desk:tax_return_csv"))

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["rate_percent"], row["base"], row["tax_amount"], row["currency"]) == (
        "19", "80.00", "15.20", "EUR",
    )  # fmt: skip


def test_a_return_asks_as_much_for_many_invoices_as_for_few(as_role, catalog, german):
    client = as_role("support")
    counts = []
    for number in (1, 2, 3):
        issue(catalog, number, (german, {}))
        with CaptureQueriesContext(connection) as captured:
            client.get(address(german))
        counts.append(len(captured))

    assert counts[1] == counts[2]
