"""A billing owner looks up an invoice, asks why, keeps the PDF, tries a VAT id, and pays what is open."""

import time
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import AuditEntry, BillingOwner, Customer
from billing.models import GatewayEvent, Receivable
from billing.operations.push_flow import push_flow
from billing.operations.render_invoices import render_invoices
from billing.pipeline import SETTLE
from tax.operations.record_evidence import declare_place
from tests.billing.gateway.stand_in import KEY, Wire, start
from tests.seatworld import START, SeatWorld, day
from tests.taxed import sell_from_ireland

SECRET = "whsec_of_this_story"
PATIENCE_SECONDS = 15


@pytest.fixture
def stripe(address, settings, tmp_path) -> Iterator[Wire]:
    told = ("--webhook", f"{address}/webhooks/stripe", "--secret", SECRET)
    child, wire, server = start(tmp_path, *told)
    settings.STRIPE_API_KEY, settings.STRIPE_API_BASE = KEY, f"http://127.0.0.1:{wire.upstream}"
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    yield wire
    server.shutdown()
    server.server_close()
    child.terminate()
    child.wait(10)


@pytest.fixture
def acme(world, settings, tmp_path) -> SeatWorld:
    """A German company taxed as where it is, with one printed and open invoice."""
    settings.MEDIA_ROOT = tmp_path
    sell_from_ireland(world)
    Customer.objects.filter(pk=world.customer.pk).update(
        address_line1="Hauptstr. 1", postal_code="10115", city="Berlin"
    )
    declare_place(customer=world.customer, country="DE", source="given", at=START)
    (issued,) = world.push(day(1, 19))
    render_invoices(keys=[issued.pk], at=day(1, 20))
    return world


@pytest.fixture
def as_owner(acme, page: Page, address) -> Page:
    """The browser signed in as the billing owner."""
    owner = BillingOwner.objects.get(customer=acme.customer)
    owner.user = User.objects.create_user(owner.email, owner.email, first_name="Olga")
    owner.save()
    client = Client()
    client.force_login(owner.user)
    page.context.clear_cookies()
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}]
    )
    return page


def wait_for_webhook(kind: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not GatewayEvent.objects.filter(kind=kind).exists():
        assert time.monotonic() < deadline, f"no webhook {kind}"
        time.sleep(0.2)


def test_the_owner_understands_keeps_and_pays_an_invoice(acme, as_owner, address, stripe):
    page, receivable = as_owner, Receivable.objects.select_related("invoice").get()
    number = receivable.invoice.number
    page.goto(f"{address}/portal/c/{acme.customer.pk}/billing/invoices/")
    page.get_by_label("Number").fill(number[-3:])
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name=number, exact=True).click()

    page.locator("summary", has_text="Member").click()
    expect(page.get_by_text("The subscription started with 25 Member seats")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download PDF").click()
    assert download.value.suggested_filename == f"{number}.pdf"
    assert AuditEntry.objects.filter(action="downloaded", label=number).count() == 1

    page.get_by_role("link", name="Billing details").click()
    page.get_by_label("Tax number").fill("DE136695976")
    page.get_by_role("button", name="See the effect").click()
    expect(page.get_by_text("Once it is confirmed")).to_be_visible()
    expect(page.get_by_text("you account for it yourself (reverse charge)")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()

    page.get_by_role("link", name="Balance").click()
    page.get_by_role("link", name="Pay now").click()
    page.get_by_role("button", name="Pay US$238.00").click()
    page.get_by_role("button", name="Card that works").click()
    page.wait_for_url("**paid=1")
    wait_for_webhook("payment_intent.succeeded")
    push_flow(stages=(SETTLE,), at=timezone.now())
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("Nothing is open.", exact=True)).to_be_visible()
    expect(page.get_by_text("US$238.00 by card")).to_be_visible()
