"""Finance closes October: the checks run, Ana signs, Carla signs, and the month is locked."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect

from billing.models import CloseRun
from billing.queries.closed_periods import is_closed
from billing.tasks import check_close
from tests.billing.close.closing import render
from tests.seatworld import SeatWorld, day

OCTOBER = "/desk/close/SW/2026-10/"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def lived(world) -> SeatWorld:
    """Ten months of invoices, issued and booked."""
    for month in range(1, 11):
        world.push(day(month, 16))
    world.push(day(11, 2))
    render()
    return world


@pytest.fixture
def carla(browser, address) -> Iterator[Page]:
    """The phone of an approver."""
    user = User.objects.create_user("carla", is_staff=True)
    user.groups.add(StaffRoleGroup.objects.get(name="approver"))
    client = Client()
    client.force_login(user)
    context = browser.new_context(base_url=address, viewport=PHONE)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}
    context.add_cookies([session])
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    yield page
    context.close()


def work(page: Page) -> None:
    """A worker takes the run while nobody looks."""
    page.goto("about:blank")
    check_close(run_id=str(CloseRun.objects.get(state="running").pk))
    page.goto(OCTOBER)


def test_finance_closes_october(lived, page: Page, carla: Page, analyst):
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(OCTOBER)
    page.get_by_role("button", name="Run the checks").click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    work(page)
    expect(page.get_by_text("ready to sign")).to_be_visible()
    expect(page.get_by_text("The books reconcile to zero")).to_be_visible()

    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("A second person signs next")).to_be_visible()
    expect(page.get_by_text("An approver gives the second signature.")).to_be_visible()

    analyst.groups.add(StaffRoleGroup.objects.get(name="approver"))
    page.reload()
    page.get_by_role("button", name="Sign and close the month").click()
    expect(page.get_by_text("You signed this month already.")).to_be_visible()
    assert not is_closed(lived.entity.pk, date(2026, 10, 31))

    carla.goto(OCTOBER)
    expect(carla.get_by_text("first signature")).to_be_visible()
    carla.get_by_role("button", name="Sign and close the month").click()
    expect(carla.get_by_text("October 2026 is closed.")).to_be_visible()
    expect(carla.get_by_text("second signature")).to_be_visible()
    assert is_closed(lived.entity.pk, date(2026, 10, 31))

    report = carla.request.get(carla.get_by_role("link", name="Close report").get_attribute("href"))
    assert (report.status, report.body()[:5]) == (200, b"%PDF-")

    page.goto("/desk/money/payments/new/?customer=acme&amount=5.00&paid_on=2026-10-31&reason=cash")
    expect(page.get_by_text("The books of SW are closed through 2026-10-31.")).to_be_visible()
