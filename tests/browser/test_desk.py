"""The desk in a real browser: sign in, look something up, unfold it, try again, take it away as CSV."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.desk import world

DAY = timedelta(days=1)
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def invoice(catalog, subscription):
    entries = [
        world.write_entry(catalog, subscription, added=10, at=world.START),
        world.write_entry(catalog, subscription, added=2, at=world.START + 9 * DAY),
    ]
    return world.write_invoice(catalog, subscription, entries)


def test_signing_in_leads_home(browser, address, analyst, subscription):
    context = browser.new_context(base_url=address)
    page = context.new_page()

    page.goto("/")
    page.get_by_label("User name").fill(analyst.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_role("heading", name="What waits for you")).to_be_visible()
    expect(page.get_by_role("heading", name="Next run")).to_be_visible()
    context.close()


def test_a_line_unfolds_to_the_events_behind_it(page, invoice):
    page.goto(f"/desk/invoices/{invoice.number}/")
    page.locator("details.dk-line summary").nth(1).click()

    trail = page.locator("details.dk-line").nth(1)
    expect(trail.get_by_text("2 seats: active")).to_be_visible()
    trail.get_by_role("link", name="event-2").click()

    expect(page.get_by_role("heading", name="Invoice lines it explains")).to_be_visible()
    expect(page.get_by_role("link", name=f"{invoice.number} line 2")).to_be_visible()


def test_a_customer_page_draws_seats_as_steps(page, invoice, subscription):
    page.goto(f"/desk/customers/{subscription.customer_id}/")

    expect(page.locator("canvas[data-drawn='2']")).to_be_visible()
    expect(page.get_by_role("link", name=invoice.number, exact=True)).to_be_visible()


def test_the_f_key_leads_to_the_search_of_a_list(page, catalog):
    world.make_customer(catalog, 7)
    page.goto("/desk/customers/")

    page.keyboard.press("f")
    page.keyboard.type("acme-7")
    page.keyboard.press("Enter")

    expect(page.get_by_role("link", name="Acme 7 GmbH")).to_be_visible()


def test_a_refused_subject_is_tried_again_with_one_press(page, subscription):
    world.refuse(subscription)
    page.goto("/desk/flow/")

    page.get_by_role("button", name="Try again: sub-1").click()

    expect(page.get_by_text("1 let go")).to_be_visible()
    expect(page.locator(".dk-refusal")).to_have_count(0)


def test_starting_a_run_asks_first(page, subscription):
    page.goto("/desk/runs/start/")
    questions = []

    def refuse(dialog):
        questions.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    page.get_by_role("button", name="Start the run").click()

    assert questions == ["Start the run? Invoices it finalizes cannot be changed afterwards."]
    expect(page.get_by_role("heading", name="Everything due by")).to_have_count(0)


def test_the_list_of_invoices_is_taken_away_as_csv(page, invoice):
    page.goto("/desk/invoices/?search=acme")

    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()

    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(text.splitlines())
    assert (row["number"], row["total"], row["currency"]) == (invoice.number, "160.00", "EUR")


@pytest.mark.parametrize(
    "place",
    [
        "/desk/flow/", "/desk/runs/", "/desk/customers/", "/desk/invoices/", "customer", "invoice",
        "/desk/tax/holds/", "/desk/tax/markets/", "/desk/tax/registrations/", "/desk/tax/facts/",
        "/desk/tax/thresholds/",
        "/desk/tax/returns/",
    ],
)  # fmt: skip
def test_a_page_fits_a_phone(page, invoice, subscription, place):
    world.refuse(subscription, run=world.make_run())
    page.set_viewport_size(PHONE)
    addresses = {
        "customer": f"/desk/customers/{subscription.customer_id}/",
        "invoice": f"/desk/invoices/{invoice.number}/",
    }

    page.goto(addresses.get(place, place))

    too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert too_wide <= 0


def test_a_change_is_previewed_before_anybody_makes_it(page, world):
    page.goto("/desk/preview/")
    page.get_by_label("Subscription").fill(world.subscription.external_id)
    page.get_by_role("button", name="Choose").click()
    page.get_by_label("Seats", exact=True).fill("2")
    page.get_by_role("button", name="Preview").click()

    expect(page.get_by_role("heading", name="The invoice this change would make")).to_be_visible()
    expect(page.get_by_text("Amount due")).to_be_visible()
