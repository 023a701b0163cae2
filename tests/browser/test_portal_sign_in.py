"""Real Chromium: a billing owner of two companies comes in by mail and hands one of them over."""

import re

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import BillingOwner
from accounts.operations.person_with_address import person_with_address
from accounts.operations.queue_portal_mail import send_portal_mail
from accounts.operations.register_customer import register_customer
from tests.accounts.test_ownership_is_offered import NOW
from tests.browser.test_csp import LISTEN


def company(name: str):
    made = register_customer(
        external_id=name.lower(), legal_name=f"{name} Ltd", country="IE", currency="EUR",
        billing_owner_name="Olga Ober", billing_owner_email="olga@acme.example", at=NOW,
    )  # fmt: skip
    olga = person_with_address(email="olga@acme.example", name="Olga Ober")
    made.billing_owners.update(user=olga)
    return made


@pytest.fixture
def phone(browser, address, settings):
    """Pages of a phone that nobody has signed in with; a fresh one for each person."""
    settings.BASE_URL = address
    contexts, refused = [], []

    def fresh():
        context = browser.new_context(base_url=address, viewport={"width": 390, "height": 844})
        page = context.new_page()
        page.add_init_script(LISTEN)
        page.on("console", lambda one: one.type == "error" and refused.append(one.text))
        page.on("pageerror", lambda error: refused.append(str(error)))
        contexts.append(context)
        return page

    yield fresh
    for context in contexts:
        context.close()
    assert refused == []


def open_mail(page, to: str) -> None:
    """Whoever reads the mail opens its link."""
    send_portal_mail(at=timezone.now())
    newest = next(one for one in reversed(mail.outbox) if one.to == [to])
    page.goto(re.search(r"http://\S+", newest.body)[0])


def fits(page) -> bool:
    return page.evaluate(
        "document.documentElement.scrollWidth <= window.innerWidth && !window.__violations.length"
    )


def sign_in_by_mail(page, email: str) -> None:
    page.goto("/portal/sign-in/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("a link is on its way").wait_for()
    open_mail(page, email)
    assert fits(page)
    page.get_by_role("button", name="Sign in").click()


def test_the_owner_of_two_companies_hands_one_over(phone):
    acme, bolt = company("Acme"), company("Bolt")
    page = phone()
    sign_in_by_mail(page, "olga@acme.example")
    page.get_by_role("link", name="Acme Ltd").click()
    page.get_by_role("heading", name="Acme Ltd", level=1).wait_for()
    assert fits(page)

    page.get_by_text("Switch company").locator("..").click()
    page.get_by_role("link", name="Bolt Ltd").click()
    page.get_by_role("heading", name="Bolt Ltd", level=1).wait_for()

    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="People with rights").click()
    page.get_by_role("link", name="Hand over the ownership").click()
    page.get_by_label("E-mail address").fill("nina@bolt.example")
    page.get_by_label("Name", exact=True).fill("Nina Neu")
    assert fits(page)
    page.get_by_role("button", name="Offer the ownership").click()
    page.get_by_text("Nina Neu was sent a mail").wait_for()

    nina = phone()
    open_mail(nina, "nina@bolt.example")
    nina.get_by_role("button", name="Send me the link").click()
    nina.get_by_text("a link is on its way").wait_for()
    open_mail(nina, "nina@bolt.example")
    nina.get_by_role("button", name="Sign in").click()
    nina.get_by_role("button", name="Accept").click()
    nina.get_by_text("You are the billing owner of Bolt Ltd").wait_for()
    assert fits(nina)

    owners = {one.customer_id: one.name for one in BillingOwner.objects.filter(is_primary=True)}
    assert owners == {acme.pk: "Olga Ober", bolt.pk: "Nina Neu"}
    page.goto(f"/portal/c/{bolt.pk}/")
    page.get_by_role("heading", name="To pay").wait_for()
    page.get_by_role("button", name="Menu").click()
    assert page.get_by_role("link", name="People with rights").count() == 0
