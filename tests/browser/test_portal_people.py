"""People and seats in the portal: at the limit, when somebody leaves, and a hundred at once."""

from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from billing.models import Invitation, SeatHolding, SeatImport
from portal.operations.push_import import push_import
from tests.portal.people_world import NOW, PeopleWorld
from tests.seatworld import START, day

LEAVES_AT = day(2, 4)


@pytest.fixture
def clock(monkeypatch):
    """The pages live in the time of the story; a list of one instant that a test may move."""
    instant = [NOW]
    monkeypatch.setattr("django.utils.timezone.now", lambda: instant[0])
    return instant


def signed_in(page: Page, address: str, user) -> Page:
    client = Client()
    client.force_login(user)
    page.context.clear_cookies()
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}]
    )
    return page


def test_a_team_lead_at_the_limit_buys_three_seats_and_invites(clock, page: Page, address):
    acme = PeopleWorld.make(settings={"seat_limit": "block"}, seats={"member": 3}, names_seats=True)
    customer = acme.seats.customer
    customer.group_administrators_buy = True
    customer.save()
    signed_in(page, address, acme.lead)

    page.goto(f"{address}/portal/c/{customer.pk}/people/")
    page.get_by_label("Name, e-mail or id").fill("tina")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Tina").click()
    page.get_by_role("link", name="Assign a seat").click()
    page.get_by_role("button", name="See what it costs").click()
    expect(page.get_by_text("The limit is 3 member seats")).to_be_visible()
    page.get_by_role("link", name="Buy a seat").click()
    page.get_by_label("How many more").fill("3")
    page.get_by_role("button", name="See what it costs").click()
    expect(page.get_by_text("US$24.00")).to_be_visible()  # each cycle from the renewal
    page.get_by_role("button", name="Buy 3 seats").click()
    page.get_by_role("button", name="Assign the seat").click()
    expect(page.get_by_text("Tina has a Member seat.")).to_be_visible()

    page.get_by_role("link", name="Invitations").click()
    page.get_by_role("link", name="Invite people").first.click()
    page.get_by_label("Who", exact=True).fill("ada@acme.example\nbob@acme.example")
    page.get_by_role("button", name="See what it costs").click()
    page.get_by_role("button", name="Invite 2 people").click()

    assert acme.seats.seats() == 6
    assert sorted(Invitation.objects.values_list("email", "reserves")) == [
        ("ada@acme.example", "free_seat"),
        ("bob@acme.example", "free_seat"),
    ]


def test_an_employee_leaves_and_the_next_invoice_shows_why(clock, page: Page, address):
    clock[0] = START
    acme = PeopleWorld.make()
    customer = acme.seats.customer
    acme.seats.push(day(1, 19))
    clock[0] = LEAVES_AT
    signed_in(page, address, acme.owner)

    page.goto(f"{address}/portal/c/{customer.pk}/people/")
    page.get_by_role("link", name="Anna").click()
    page.get_by_role("link", name="Release").click()
    expect(page.get_by_text("may not use the Member seat any more")).to_be_visible()
    page.get_by_role("button", name="Release the seat").click()
    expect(page.get_by_text("Anna no longer has a Member seat.")).to_be_visible()
    expect(page.get_by_text("Gave up the Member seat")).to_be_visible()

    issued = []
    for days in range(15):  # the morning runs until the next cycle is on paper
        issued = issued or acme.seats.push(day(2, 14) + timedelta(days=days))
    clock[0] = day(3, 5)
    signed_in(page, address, acme.owner)
    page.goto(f"{address}/portal/c/{customer.pk}/billing/invoices/")
    page.get_by_role("link", name=issued[0].number, exact=True).click()
    expect(page.get_by_role("heading", name=f"Invoice {issued[0].number}")).to_be_visible()
    for line in page.locator("main summary").all():
        line.click()
    expect(page.get_by_text("1 Member seat removed for Anna in Engineering").first).to_be_visible()


def test_a_hundred_people_are_brought_in_after_a_dry_run(clock, page: Page, address):
    acme = PeopleWorld.make()
    customer = acme.seats.customer
    people = "\n".join(f"p{number}@acme.example,Person {number},Sales" for number in range(100))
    signed_in(page, address, acme.owner)

    page.goto(f"{address}/portal/c/{customer.pk}/people/import/")
    page.get_by_label("Or paste the rows").fill(
        f"email,name,group,seat_type\n{people.replace(',Sales', ',Sales,member')}\nnobody,,,"
    )
    page.get_by_role("button", name="Check the list").click()
    expect(page.get_by_text("101 rows are being checked")).to_be_visible()
    brought_in = SeatImport.objects.get()
    push_import(import_id=brought_in.pk, at=clock[0])
    expect(page.get_by_role("heading", name="What this list would do")).to_be_visible()
    expect(page.get_by_text("“nobody” is no e-mail address.")).to_be_visible()
    assert SeatHolding.objects.filter(grantee__email="p7@acme.example").count() == 0

    page.get_by_role("button", name="Carry out 100 rows").click()
    expect(page.get_by_text("0 of 101 rows are done")).to_be_visible()
    push_import(import_id=brought_in.pk, at=clock[0])
    expect(page.get_by_role("heading", name="The list is done")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Result as CSV").click()

    assert download.value.suggested_filename == "people-result.csv"
    held = SeatHolding.objects.filter(group=acme.sales, until_at=None, state="active")
    assert held.count() == 101
