"""A detector opens an incident overnight; an analyst works it in the morning until it is learned from."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import ExceptionRequest
from billing.models import Invoice, RatedSpan
from desk.models import Incident, IncidentMessage
from desk.operations.detect_incidents import detect_incidents
from tests.desk.incidents.incident_world import bill_again
from tests.seatworld import SeatWorld, day


@pytest.fixture
def twice(world) -> Invoice:
    """January billed, and billed again on an invoice of its own, which went out."""
    world.push(day(1, 18))
    bill_again(RatedSpan.objects.get(), at=day(1, 19))
    world.push(day(1, 22))
    return Invoice.objects.latest("cycle_date")


def decided(page: Page, words: str) -> None:
    expect(page.get_by_text(words).first).to_be_visible()


def test_an_analyst_works_a_duplicate_charge(page: Page, world: SeatWorld, twice: Invoice):
    now = timezone.now()
    detect_incidents(at=day(1, 25), only=["billed_twice"])
    Incident.objects.get()

    page.goto("/desk/incidents/")
    expect(page.get_by_text("late, by")).to_be_visible()
    page.get_by_role("link", name="Billed twice for one span").click()
    expect(page.get_by_role("heading", name="What the playbook asks")).to_be_visible()

    page.get_by_role("button", name="Take it", exact=True).click()
    decided(page, "ana owns it now.")

    page.get_by_text("Record it as done").first.click()
    page.get_by_label("What was done, and what came of it").first.fill("Recovery is paused.")
    page.get_by_role("button", name="Record", exact=True).first.click()
    decided(page, "Recorded in the timeline.")

    page.get_by_role("button", name="Find all affected").click()
    decided(page, "0 found in 90 days, 0 of them new.")

    page.get_by_role("link", name="Preview 1 credit").click()
    expect(page.get_by_role("heading", name="with tax")).to_contain_text("US$200.00")
    page.get_by_label("For the customers, on the credit note").fill("We billed January twice.")
    page.get_by_role("button", name="Ask for these credits").click()
    decided(page, "wait for a second person")
    request = ExceptionRequest.objects.get()
    assert (request.asked_by, request.amount_minor) == (User.objects.get(username="ana"), 200_00)
    expect(page.get_by_role("link", name=request.number)).to_be_visible()

    page.get_by_role("link", name="Read and send to 1 customer").click()
    expect(page.get_by_text("We billed you twice and are correcting it")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Send 1 message").click()
    decided(page, "1 messages go out within a minute.")
    assert IncidentMessage.objects.get().queued_at >= now - timedelta(minutes=1)

    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_label("Choose Acme GmbH, row 1").check()
    page.get_by_label("Decide the chosen").select_option("corrected")
    page.get_by_label("Why").fill("Credited on paper already.")
    page.get_by_role("button", name="Decide", exact=True).click()
    decided(page, "1 rows decided.")
    page.get_by_label("What was learned").fill("Two ratings must never run at once.")
    page.get_by_role("button", name="Close it").click()
    decided(page, "Closed. What was learned stays with it.")
    assert Incident.objects.get().learned == "Two ratings must never run at once."
