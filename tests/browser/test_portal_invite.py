"""A solo user becomes a team of five: four are invited at once, and each invitation goes its own way."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import Membership
from billing.models import Invitation
from billing.operations.accept_invitation import accept_as_new_person
from billing.operations.push_flow import push_flow
from billing.pipeline import EXPIRE
from tests.billing.invitations.given import LINK, owner_of, person, seats_of, sent
from tests.seatworld import SeatWorld


@pytest.fixture
def solo(db) -> SeatWorld:
    """Olga alone, on a plan that counts a seat from the moment its invitation is sent."""
    world = SeatWorld.make({"activation": "invite_sent"}, seats={"member": 0})
    owner_of(world)
    return world


def sign_in(page: Page, user, address: str) -> None:
    client = Client()
    client.force_login(user)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}
    page.context.clear_cookies()
    page.context.add_cookies([cookie])


def links_sent() -> dict[str, str]:
    """The path of each link that left the house, by the local part of its reader's address."""
    texts = sent(timezone.now() + timedelta(seconds=1))
    names = Invitation.objects.order_by("created_at", "id").values_list("email", flat=True)
    return {
        name.split("@")[0]: f"/portal/invitation/{LINK.search(text)[1]}/"
        for name, text in zip(names, texts, strict=True)
    }


def run_out(email: str) -> None:
    """Seven days pass for one of them; the next minute finds it."""
    now = timezone.now()
    Invitation.objects.filter(email=email).update(
        created_at=now - timedelta(days=8), expires_at=now - timedelta(days=1)
    )
    push_flow(stages=(EXPIRE,), at=now)


def test_a_solo_user_becomes_a_team_of_five(solo, page: Page, browser: Browser, address):
    # given Olga invites four people at once and sees what it costs before
    sign_in(page, owner_of(solo), address)
    page.goto(f"/portal/c/{solo.customer.pk}/people/invitations/")
    page.get_by_role("link", name="Invite people").first.click()
    page.get_by_role("textbox", name="Who").fill(
        "Ada Lovelace <ada@acme.example>\nbob@acme.example\ncem@acme.example\ndora@acme.example"
    )
    page.get_by_role("button", name="See what it costs").click()
    expect(page.get_by_text("4 invitations go out")).to_be_visible()
    expect(page.locator(".cost")).to_contain_text("$32.00")
    page.get_by_role("button", name="Invite 4 people").click()
    expect(page.get_by_text("4 open, 0 accepted")).to_be_visible()
    links = links_sent()

    # when Ada, who is new, accepts from her mail
    guest = browser.new_context(base_url=address).new_page()
    guest.goto(links["ada"])
    guest.get_by_role("button", name="Accept as ada@acme.example").click()
    expect(guest.get_by_text("Welcome to Acme GmbH.")).to_be_visible()

    # and Bob with another address of his, which the page names before
    sign_in(guest, person("bob@private.example"), address)
    guest.goto(links["bob"])
    expect(guest.get_by_text("this account gets the access")).to_be_visible()
    guest.get_by_role("button", name="Accept as bob@private.example").click()
    expect(guest.get_by_text("Welcome to Acme GmbH.")).to_be_visible()

    # and Olga takes back Cem's, while Dora's runs out
    page.get_by_role("link", name="Take back the invitation to cem@acme.example").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("The invitation to cem@acme.example is taken back.")).to_be_visible()
    run_out("dora@acme.example")

    # then each of the two reads what to do, and Dora asks for a new one
    guest.context.clear_cookies()
    guest.goto(links["cem"])
    expect(guest.get_by_role("heading", name="This invitation was taken back")).to_be_visible()
    guest.goto(links["dora"])
    guest.get_by_role("button", name="Ask Olga Owner for a new one").click()
    expect(guest.get_by_text("Olga Owner gets an e-mail")).to_be_visible()
    guest.context.close()

    # and the list tells it all; two hold seats, none is kept any more
    page.goto(f"/portal/c/{solo.customer.pk}/people/invitations/")
    expect(page.get_by_text("0 open, 2 accepted, 1 expired, 1 taken back.")).to_be_visible()
    expect(page.get_by_text("as bob@private.example")).to_be_visible()
    assert Membership.objects.filter(state="active").count() == 2

    # until both are invited again and accept: five with Olga
    page.get_by_role("link", name="Invite again dora@acme.example").click()
    page.get_by_role("textbox", name="Who").fill("cem@acme.example\ndora@acme.example")
    page.get_by_role("button", name="See what it costs").click()
    page.get_by_role("button", name="Invite 2 people").click()
    expect(page.get_by_text("2 open, 2 accepted")).to_be_visible()
    for one in Invitation.objects.filter(state="pending"):
        accept_as_new_person(invitation_id=one.pk, at=timezone.now())
    page.reload()
    expect(page.get_by_text("0 open, 4 accepted")).to_be_visible()
    assert len(seats_of(solo, timezone.now())) == 4
