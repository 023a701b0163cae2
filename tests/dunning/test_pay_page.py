"""The page behind the link: no sign-in, only what is open, and every way to pay it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Customer
from dunning.documents.pay_link import (
    GOOD_FOR,
    PayLinkExpired,
    PayLinkWrong,
    pay_token,
    pay_url,
    read_pay_token,
)
from tax.models import BillingEntity
from tests.dunning.case_world import FAILED_AT, fail, pay, the_case, tick


@pytest.fixture
def case(world):
    BillingEntity.objects.update(iban="IE29AIBK93115212345678", bic="AIBKIE2D")
    fail(world)
    tick(FAILED_AT)
    return the_case()


def page(case, at=None, **said):
    return Client().get(f"/pay/{pay_token(case.pk, at or timezone.now())}/", **said)


def test_it_shows_what_is_open_and_how_to_pay_it(case):
    answer = page(case)

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "US$200.00 is open" in text
    assert "IE29" in text
    assert case.case_receivables.get().receivable.invoice.number in text
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]


def test_without_a_gateway_it_offers_no_card(case, settings):
    settings.STRIPE_API_KEY = ""
    assert b"by card" not in page(case).content
    settings.STRIPE_API_KEY = "sk_test_x"
    assert b"by card" in page(case).content


def test_it_speaks_the_customers_language(case):
    Customer.objects.update(language="de")

    assert "sind offen" in page(case).content.decode()


def test_when_all_is_paid_it_says_so(case, world):
    pay(world, FAILED_AT)

    assert b"Nothing is open" in page(case).content


def test_a_link_expires_after_fourteen_days(case):
    answer = page(case, at=timezone.now() - GOOD_FOR - timedelta(seconds=2))

    assert (answer.status_code, b"expired" in answer.content) == (410, True)


@pytest.mark.parametrize("token", ["x", "eyJjYXNlIjoiMSJ9:1abc:forged"])
def test_a_forged_link_shows_nothing(case, token):
    answer = Client().get(f"/pay/{token}/")

    assert answer.status_code == 404
    assert b"Acme" not in answer.content


def test_a_changed_link_is_wrong_and_an_old_one_expired(case):
    token = pay_token(case.pk, FAILED_AT)

    assert read_pay_token(token=token, at=FAILED_AT).case_id == case.pk
    with pytest.raises(PayLinkWrong):
        read_pay_token(token=token[:-1] + ("A" if token[-1] != "A" else "B"), at=FAILED_AT)
    with pytest.raises(PayLinkExpired):
        read_pay_token(token=token, at=FAILED_AT + GOOD_FOR + timedelta(seconds=1))


def test_the_link_in_the_message_is_that_page(case):
    link = pay_url(case_id=case.pk, at=FAILED_AT)

    assert link in case.messages.get().text


def test_a_gateway_that_is_away_charges_nothing_and_says_so(case, settings):
    settings.STRIPE_API_KEY, settings.STRIPE_API_BASE = "sk_test_x", "http://127.0.0.1:9"

    answer = Client().post(f"/pay/{pay_token(case.pk, timezone.now())}/")

    assert answer.status_code == 503
    assert b"Nothing was charged" in answer.content


def test_a_form_from_elsewhere_is_refused(case):
    client = Client(enforce_csrf_checks=True)

    assert client.post(f"/pay/{pay_token(case.pk, timezone.now())}/").status_code == 403
