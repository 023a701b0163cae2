"""An analyst asks for a discount, an approver decides on a phone, and the held invoice issues with it."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import expect

from accounts.models import ExceptionRequest
from billing.models import Invoice
from billing.operations.ask_exception import ask_exception
from tests.seatworld import SeatWorld, day

PHONE = {"width": 390, "height": 844}
NOW = day(2, 15, 6)


@pytest.fixture
def seats(db, settings):
    """February's draft of 200.00 USD is in its grace period."""
    settings.DRAFT_GRACE_HOURS = 24
    seats = SeatWorld.make()
    seats.push(day(1, 15))
    seats.push(day(1, 17))
    seats.push(day(2, 15))
    return seats


@pytest.fixture
def in_february(seats):
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def phone(in_february, browser, address):
    """A phone in the hand of a signed-in approver."""
    alma = User.objects.create_user("alma", is_staff=True)
    alma.groups.add(StaffRoleGroup.objects.get(name="approver"))
    client = Client()
    client.force_login(alma)
    context = browser.new_context(base_url=address, viewport=PHONE)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}]
    )
    yield context.new_page()
    context.close()


def ask_for_a_discount(page) -> None:
    """From the list to the stored request, looking at the effect before asking."""
    page.goto("/desk/approvals/")
    page.get_by_role("link", name="Ask for an exception").click()
    page.get_by_role("link", name="Discount", exact=True).click()
    page.get_by_label("Subscription: number, id or the customer's name").fill("acme")
    page.get_by_role("link", name="Team, acme-team").click()
    for label, said in [
        ("Percent off", "20"), ("From", "2026-02-15"), ("Until, first day without it", "2026-08-15"),
        ("Expected gross margin in percent", "61"), ("Why, for who decides", "Renewal for two years"),
        ("In the customer's words", "20 % off for half a year"),
        ("Team that wants it", "Sales EMEA"),
    ]:  # fmt: skip
        page.get_by_label(label).first.fill(said)
    page.get_by_label("Support burden").select_option("usual")
    expect(page.locator("#foreseen").get_by_text("US$160.00").first).to_be_visible()
    assert not ExceptionRequest.objects.exists()
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("the customer's drafts wait for the decision")).to_be_visible()


def test_asked_by_one_decided_by_another_on_a_phone_and_the_held_invoice_issues(page, phone, seats):
    ask_for_a_discount(page)
    asked = ExceptionRequest.objects.get()
    draft = Invoice.objects.get(state="draft")
    page.goto(f"/desk/invoices/{draft.pk}/")
    expect(page.get_by_role("link", name=asked.number)).to_be_visible()

    phone.on("dialog", lambda dialog: dialog.accept())
    phone.goto("/desk/approvals/")
    phone.get_by_role("link", name=asked.number).click()
    width = phone.evaluate("document.documentElement.scrollWidth")
    phone.get_by_role("link", name="Decide").click()
    phone.get_by_role("textbox", name="Why").fill("Two years are worth it")
    approve = phone.get_by_role("button", name="Approve")
    size = approve.bounding_box()
    approve.click()
    expect(phone.get_by_text(f"You approved {asked.number}.")).to_be_visible()
    (issued,) = seats.push(NOW + timedelta(hours=20))

    assert (width, size["height"] >= 44) == (PHONE["width"], True)
    page.goto(f"/desk/approvals/{asked.number}/")
    expect(page.get_by_text("Price event of 2026-02-15")).to_be_visible()
    page.goto(f"/desk/invoices/{issued.number}/")
    expect(page.get_by_text("US$160.00").first).to_be_visible()
    assert (issued.pk, issued.total_minor) == (draft.pk, 160_00)


@pytest.mark.parametrize(
    "place", ["", "?whose=all", "new/", "new/discount/?subject=acme-team", "authority/",
              "authority/discount/change/", "signals/", "dossier"],
)  # fmt: skip
def test_a_page_of_approvals_fits_a_phone(phone, seats, place):
    asked = ask(seats, User.objects.get(username="alma"))
    phone.goto(f"/desk/approvals/{asked.number if place == 'dossier' else place}")

    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def ask(seats, by) -> ExceptionRequest:
    return ask_exception(
        kind="discount", subject=seats.subscription.external_id,
        terms={"seat_type": "member", "percent": 20}, reason="Renewal " * 20, by=by, at=NOW,
        customer_text="20 % off", team="Sales EMEA", starts_on=NOW.date(),
        ends_on=NOW.date() + timedelta(days=180), margin_percent=61, support_burden="usual",
    )  # fmt: skip
