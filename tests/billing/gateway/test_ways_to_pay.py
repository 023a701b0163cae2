"""Payment methods and pages to pay over the API, against the stand-in for Stripe."""

import json

import pytest
from django.test import Client

from billing.models import GatewayCustomer, PaymentAttempt, PaymentMethod, Receivable
from billing.operations.ask_gateway import ask_charges
from billing.operations.push_flow import push_flow
from billing.pipeline import SETTLE
from tests.billing.gateway.stand_in import KEY
from tests.billing.gateway.telling import SECRET, event, post
from tests.seatworld import day, make_customer

ISSUED = day(1, 15)
PAGES = {"success_url": "https://shop.example/ok", "cancel_url": "https://shop.example/no"}
METHODS = "/api/v1/customers/acme/payment-methods"
SETUPS = "/api/v1/customers/acme/setup-intents"
SESSIONS = "/api/v1/customers/acme/checkout-sessions"


@pytest.fixture
def api(world, settings, wire):
    settings.STRIPE_API_KEY, settings.STRIPE_API_BASE = KEY, wire.base
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    world.client.scopes = ["billing:read", "billing:write"]
    world.client.save()
    return Client(headers={"Authorization": f"Bearer {world.key}"})


def send(api, path, body, method="post"):
    return getattr(api, method)(path, json.dumps(body), content_type="application/json")


def test_a_setup_makes_the_customer_known_once_and_returns_a_secret(api):
    first, second = (send(api, SETUPS, {}) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["client_secret"].startswith(first.json()["id"])
    assert GatewayCustomer.objects.count() == 1


def test_a_customer_pays_on_the_gateways_page_and_the_invoice_is_settled(api, world, wire):
    world.push(ISSUED)

    answer = send(api, SESSIONS, PAGES)

    assert answer.status_code == 201, answer.content
    page = answer.json()["url"].removeprefix(f"http://127.0.0.1:{wire.port}")
    wire.visit(page, choice="good")
    payer = GatewayCustomer.objects.get().gateway_id
    (paid,) = wire.call("GET", f"/v1/payment_intents?customer={payer}")["data"]
    post(event("payment_intent.succeeded", paid, created=ISSUED))
    push_flow(stages=(SETTLE,), at=day(1, 16))
    assert Receivable.objects.get().open_minor == 0


def test_paying_by_page_cancels_a_charge_that_waits_for_its_owner(
    api,
    world,
    gateway,
    give_card,
):
    give_card(world, "4000002760003184")
    world.push(ISSUED)
    ask_charges(gateway=gateway, now=lambda: ISSUED)

    assert send(api, SESSIONS, PAGES).status_code == 201

    assert PaymentAttempt.objects.get().state == "canceled"


def test_an_invoice_that_is_not_open_or_not_theirs_is_named(api, world):
    world.push(ISSUED)

    answer = send(api, SESSIONS, {**PAGES, "invoices": ["SW-000001", "SW-000009"]})

    assert answer.status_code == 400
    assert answer.json()["message"] == "invoices: Nothing is open on SW-000009 of this customer."


def test_with_nothing_open_there_is_no_page(api):
    answer = send(api, SESSIONS, PAGES)

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_open")


def test_a_page_to_leave_a_method(api, wire):
    answer = send(api, SESSIONS, {**PAGES, "mode": "setup"})

    page = answer.json()["url"].removeprefix(f"http://127.0.0.1:{wire.port}")
    assert wire.visit(page, choice="good") == PAGES["success_url"]


def test_methods_are_listed_and_one_is_chosen(api, world, give_card):
    old, new = give_card(world), give_card(world, "4000000000000341")
    PaymentMethod.objects.filter(pk=old.pk).update(last4="1111")

    answer = send(api, METHODS, {"payment_method": str(old.pk)}, "put")

    shown = [(one["last4"], one["is_default"]) for one in answer.json()["payment_methods"]]
    assert shown == [("1111", True), (new.last4, False)]
    assert api.get(METHODS).json() == answer.json()


def test_another_customers_method_cannot_be_chosen(api, world, give_card):
    other = make_customer(world.entity, "globex")
    method = give_card(world)
    PaymentMethod.objects.filter(pk=method.pk).update(customer=other)

    answer = send(api, METHODS, {"payment_method": str(method.pk)}, "put")

    assert answer.status_code == 404


def test_without_a_gateway_it_says_so(api, settings):
    settings.STRIPE_API_KEY = ""

    answer = send(api, SETUPS, {})

    assert (answer.status_code, answer.json()["code"]) == (503, "payment_gateway_missing")


def test_when_the_gateway_does_not_answer_it_says_so(api, wire):
    wire.faults.append(500)

    answer = send(api, SETUPS, {})

    assert (answer.status_code, answer.json()["code"]) == (503, "payment_gateway_unreachable")


def test_reading_rights_are_not_enough_to_ask_for_money(api, world):
    world.client.scopes = ["billing:read"]
    world.client.save()

    assert send(api, SESSIONS, PAGES).status_code == 403
