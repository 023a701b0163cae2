"""What a sandbox key does happens in a database of its own: nothing of it reaches the live one."""

import json
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.enums import ApiScope
from accounts.models import ApiReply, AuditEntry, Customer
from accounts.operations.issue_api_key import issue_api_key
from billing.gateways.sandbox import copy_catalog, in_sandbox, sandbox_database
from billing.models import (
    EntitlementEvent,
    Invoice,
    InvoiceDelivery,
    InvoiceRun,
    NumberSeries,
    PaymentAttempt,
    Plan,
    Subscription,
)
from billing.operations.advance_sandbox import HOLDER, MOST_AHEAD
from tax.models import TaxIdCheck
from tests.seatworld import START, SeatWorld


@contextmanager
def copied(original: str, name: str):
    """PostgreSQL copies a database nobody is connected to in a second; migrating takes a minute."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{original}"')
    yield name
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def tables(django_db_setup, django_db_blocker):
    """A database like this one before any test."""
    live = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        with copied(live, f"{live}_tables") as name:
            yield name


@pytest.fixture
def world_with_sandbox(tables, world: SeatWorld) -> SeatWorld:
    with copied(tables, f"{connection.settings_dict['NAME']}_sandbox"):
        copy_catalog()
        yield world


class Caller:
    def __init__(self, key: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {key}"})

    def post(self, path: str, body: object, **headers: str):
        return self.client.post(
            f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers
        )

    def get(self, path: str):
        return self.client.get(f"/api/v1/{path}")


@pytest.fixture
def tester(world_with_sandbox) -> Caller:
    _, key = issue_api_key(name="tester", scopes=ApiScope.values, is_sandbox=True)
    assert key.startswith("sl_test_")
    return Caller(key)


CUSTOMER = {
    "external_id": "try-out", "legal_name": "Try Out Ltd", "country": "IE", "currency": "USD",
    "address_line1": "1 Quay", "billing_entity": "SW",
}  # fmt: skip
SUBSCRIPTION = {
    "external_id": "try-out-team", "customer": "try-out", "plan": "team", "currency": "USD",
    "interval_unit": "month", "starts_on": str(START.date()), "seats": {"member": 5},
    "source": "product", "source_event_id": "try-out-start",
}  # fmt: skip
EVENT = {
    "source": "product", "source_event_id": "try-out-1", "kind": "seat_added",
    "subscription": "try-out-team", "seat_type": "member", "quantity": 2,
}  # fmt: skip


def live_counts() -> tuple[int, ...]:
    rows = (Customer, Subscription, EntitlementEvent, ApiReply, AuditEntry)
    return tuple(model.objects.count() for model in rows)


def test_a_whole_story_is_played_in_the_sandbox_and_the_live_database_stays_as_it_was(
    tester, world_with_sandbox
):
    before = live_counts()

    answers = [
        tester.post("customers", CUSTOMER, **{"Idempotency-Key": "first"}),
        tester.post("subscriptions", SUBSCRIPTION),
        tester.post("entitlement-events", EVENT),
        tester.post("subscriptions/try-out-team/preview", {}),
    ]

    assert [one.status_code for one in answers] == [201, 201, 201, 200], answers[-1].content
    assert [one["Seatledger-Sandbox"] for one in answers] == ["true"] * 4
    assert answers[3].json()["seats"]["member"]["active"] == 7
    assert live_counts() == before
    with in_sandbox():
        assert Customer.objects.get().external_id == "try-out"
    assert Customer.objects.get().external_id == "acme"


def test_a_sandbox_key_sees_nothing_live_and_a_live_key_nothing_of_the_sandbox(
    tester, world_with_sandbox
):
    live = Caller(world_with_sandbox.key)

    assert tester.get("customers/acme").status_code == 404
    assert tester.get("subscriptions").json()["subscriptions"] == []
    assert live.get("customers/acme").status_code == 200
    assert "Seatledger-Sandbox" not in live.get("customers").headers


def test_after_a_refusal_too_the_live_database_is_asked_again(tester):
    assert tester.post("customers", {}).status_code == 400
    assert tester.get("subscriptions/none").status_code == 404
    assert tester.client.patch("/api/v1/customers").status_code == 405

    assert Customer.objects.get().external_id == "acme"


def test_what_would_reach_the_payment_gateway_is_not_there(tester):
    answer = tester.post("customers/acme/setup-intents", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "sandbox_without")


def test_the_catalog_is_copied_once_and_without_the_people_who_published_it(world_with_sandbox):
    copy_catalog()

    with in_sandbox():
        assert list(Plan.objects.values_list("code", flat=True)) == ["team"]


def test_without_a_sandbox_its_keys_are_told_so(world, settings):
    settings.SANDBOX_DATABASE = "nowhere"
    _, key = issue_api_key(name="tester", scopes=ApiScope.values, is_sandbox=True)
    answer = Caller(key).get("customers")
    assert (answer.status_code, answer.json()["code"]) == (503, "sandbox_unavailable")

    settings.HAS_SANDBOX = False
    assert Caller(key).get("customers").json()["code"] == "sandbox_unavailable"


def test_a_key_of_the_sandbox_is_made_by_the_same_command(db, capsys):
    call_command("create_api_client", "try", "--scope", "billing:read", "--sandbox")

    assert capsys.readouterr().out.startswith("sl_test_")


def clock_of(caller: Caller) -> datetime:
    return datetime.fromisoformat(caller.get("sandbox/clock").json()["now"])


def test_the_integrator_moves_the_clock_and_reads_the_invoices_that_fell_due(
    tester, world_with_sandbox
):
    before = (*live_counts(), NumberSeries.objects.count(), Invoice.objects.count())
    began = clock_of(tester)
    assert abs(began - timezone.now()) < timedelta(minutes=1)
    started = {**SUBSCRIPTION, "starts_on": str(began.date())}
    assert tester.post("customers", CUSTOMER).status_code == 201
    assert tester.post("subscriptions", started).status_code == 201
    with in_sandbox():
        asked = {"customer": Customer.objects.get(), "number": "IE6388047V", "country": "IE"}
        TaxIdCheck.objects.create(**asked, register="vies", asked_at=began)

    soon, later = began + timedelta(days=2), began + timedelta(days=35)
    first = tester.post("sandbox/clock", {"advance_to": soon.isoformat()})
    event = tester.post("entitlement-events", EVENT)
    second = tester.post("sandbox/clock", {"advance_to": later.isoformat()})

    assert (first.status_code, first.json()["invoices_issued"]) == (200, 1), first.content
    assert event.status_code == 201
    assert (second.json()["invoices_issued"], second.json()["drafts"]) == (1, 0)
    assert clock_of(tester) == datetime.fromisoformat(second.json()["now"]) == later
    listed = tester.get("invoices").json()["invoices"]
    assert [one["number"] for one in listed] == ["TST-SW-000002", "TST-SW-000001"]
    assert {line["quantity"] for line in tester.get("invoices/TST-SW-000002").json()["lines"]} >= {
        7
    }
    assert tester.get("invoices/TST-SW-000001/pdf").status_code == 404
    with in_sandbox():
        assert EntitlementEvent.objects.get(source_event_id="try-out-1").effective_at == soon
        assert TaxIdCheck.objects.get().state == "valid"
        assert not InvoiceDelivery.objects.exists()
        assert not PaymentAttempt.objects.exists()
    assert (*live_counts(), NumberSeries.objects.count(), Invoice.objects.count()) == before


def test_the_clock_goes_forward_by_steps_and_only_for_keys_of_the_sandbox(
    tester, world_with_sandbox
):
    now = clock_of(tester)

    for days, code in [(-1, "sandbox_clock_backwards"), (94, "sandbox_clock_too_far")]:
        answer = tester.post("sandbox/clock", {"advance_to": str(now + timedelta(days=days))})
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert tester.post("sandbox/clock", {"advance_to": "soon"}).status_code == 400
    other = sandbox_database()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [HOLDER])
    answer = tester.post("sandbox/clock", {"advance_to": str(now + timedelta(days=1))})
    assert (answer.status_code, answer.json()["code"]) == (409, "sandbox_clock_moving")
    other.close()
    with in_sandbox():
        InvoiceRun.objects.create(as_of=now + MOST_AHEAD, trigger="command", started_at=now)
    answer = tester.post("sandbox/clock", {"advance_to": str(now + MOST_AHEAD + timedelta(days=1))})
    assert answer.json()["code"] == "sandbox_clock_too_far"

    _, key = issue_api_key(name="live", scopes=ApiScope.values)
    answer = Caller(key).get("sandbox/clock")
    assert (answer.status_code, answer.json()["code"]) == (409, "sandbox_only")
