"""Home and the search of everything in a real browser: by keyboard and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.desk import world

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def invoice(catalog, subscription):
    entry = world.write_entry(catalog, subscription, added=10, at=world.START)
    return world.write_invoice(catalog, subscription, [entry])


def test_slash_and_a_number_open_the_invoice(page, invoice):
    page.goto("/desk/flow/")

    page.keyboard.press("/")
    page.keyboard.type(invoice.number)
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(f"/desk/invoices/{invoice.number}/$"))


def test_what_is_found_while_typing_is_chosen_with_the_arrows(page, catalog, subscription):
    world.make_customer(catalog, 2)
    page.goto("/desk/customers/")

    page.keyboard.press("/")
    page.keyboard.type("acme 2")
    found = page.locator("#dk-suggestions")
    expect(found.get_by_role("link", name="Acme 2 GmbH")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Acme 2 GmbH").first).to_be_visible()


def test_the_question_mark_shows_the_keys_and_g_goes(page, subscription):
    page.goto("/desk/customers/")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("i")

    expect(page).to_have_url(re.compile("/desk/invoices/$"))


def test_home_leads_to_what_waits(page, subscription):
    world.refuse(subscription)
    page.goto("/desk/")

    expect(page.get_by_role("heading", name="Overdue")).to_be_visible()
    page.get_by_role("link", name="Refused by a stage of the flow").click()

    expect(page).to_have_url(re.compile("/desk/flow/$"))


@pytest.mark.parametrize("place", ["/desk/", "/desk/search/?q=acme", "/desk/release/"])
def test_pages_fit_a_phone(page, invoice, place):
    page.set_viewport_size(PHONE)
    page.goto(place)
    page.wait_for_load_state("networkidle")

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.get_by_role("link", name="Search everything")).to_be_visible()
