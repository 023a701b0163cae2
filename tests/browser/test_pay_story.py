"""A customer follows the link of a reminder, pays on the gateway's page, and recovery is over."""

import time
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from billing.models import GatewayEvent, Receivable
from billing.operations.push_flow import push_flow
from billing.pipeline import SETTLE
from dunning.documents.pay_link import pay_token
from dunning.models import DunningCase
from tests.billing.gateway.stand_in import KEY, Wire, start
from tests.dunning.case_world import FAILED_AT, fail, the_case, tick

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
def case(world) -> DunningCase:
    fail(world)
    tick(FAILED_AT)
    return the_case()


def wait_for_webhook(kind: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not GatewayEvent.objects.filter(kind=kind).exists():
        assert time.monotonic() < deadline, f"no webhook {kind}"
        time.sleep(0.2)


def test_a_reminder_is_paid_by_card_after_a_first_card_fails(case, address, page: Page, stripe):
    page.context.clear_cookies()
    page.goto(f"{address}/pay/{pay_token(case.pk, timezone.now())}/")
    page.get_by_role("button", name="by card").click()
    expect(page.get_by_role("heading", name="Pay 200.00 USD")).to_be_visible()

    page.get_by_role("button", name="Card without enough money").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("button", name="Card whose bank always asks its owner").click()
    page.get_by_role("button", name="Yes").click()

    page.wait_for_url("**paid=1")
    wait_for_webhook("payment_intent.succeeded")
    push_flow(stages=(SETTLE,), at=timezone.now())
    tick(timezone.now())
    assert Receivable.objects.get().open_minor == 0
    assert DunningCase.objects.get().state == "closed"
    page.reload()
    expect(page.get_by_text("US$200.00")).to_have_count(0)
