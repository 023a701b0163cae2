"""Changes become messages: each once, in parts of a customer, only to those who want them."""

import json

import pytest
from django.db import IntegrityError, transaction

from accounts.operations.note_changes import Change, note_changes
from accounts.queries.change_feed import horizon
from billing.models import WebhookDelivery
from billing.operations.announce_changes import CHUNK, IN_A_MESSAGE, announce_changes
from billing.operations.switch_endpoint import switch_off, switch_on
from tests.billing.webhooks.conftest import NOW, Hooks
from tests.billing.webhooks.test_change_feed import wait_for_others
from tests.seatworld import make_customer


def note(customer, count=1, kind="seat_changed"):
    note_changes(
        [Change(customer.pk, kind, NOW, subscription=f"s{n}") for n in range(count)], at=NOW
    )


def told(endpoint) -> list[tuple[str, int]]:
    rows = endpoint.deliveries.order_by("first_change")
    return [(one.customer.external_id, one.change_count) for one in rows]


def test_changes_are_told_once_to_those_who_want_them(
    committed_world, django_assert_max_num_queries
):
    world, hooks = committed_world, Hooks(committed_world)
    other = make_customer(world.entity, "other")
    note(other)
    wait_for_others()
    every, _secret = hooks.register("http://127.0.0.1:9/all")
    some, _secret = hooks.register("http://127.0.0.1:9/some", kinds=["access_advised"])
    off, _secret = hooks.register("http://127.0.0.1:9/off")
    switch_off(endpoint_id=off.pk, because="Maintenance.", at=NOW, tell_staff=False)
    note(world.customer, CHUNK + 20)
    note(other, kind="access_advised")
    wait_for_others()

    with django_assert_max_num_queries(60):
        written = announce_changes(at=NOW)
    again = announce_changes(at=NOW)

    parts = CHUNK // IN_A_MESSAGE
    assert (written, again) == (parts + 3, 0)
    assert told(every) == [("acme", IN_A_MESSAGE)] * parts + [("acme", 20), ("other", 1)]
    assert told(some) == [("other", 1)]
    assert told(off) == []

    switch_on(endpoint_id=off.pk, skip_missed=False, at=NOW)
    announce_changes(at=NOW)
    assert told(off) == told(every)

    message = json.loads(some.deliveries.get().body)
    assert message["type"] == "entitlements.changed"
    assert message["data"]["customer"] == "other"
    assert [set(one) for one in message["data"]["changes"]] == [
        {"id", "kind", "grantee", "subscription", "effective_at", "recorded_at"}
    ]

    told_twice = some.deliveries.get()
    told_twice.pk = None
    with pytest.raises(IntegrityError, match="tells_a_change_once"), transaction.atomic():
        told_twice.save(force_insert=True)


def test_skipping_what_was_missed_begins_at_the_present(committed_world):
    endpoint, _secret = Hooks(committed_world).register("http://127.0.0.1:9/")
    switch_off(endpoint_id=endpoint.pk, because="Maintenance.", at=NOW, tell_staff=False)
    note(committed_world.customer)

    switch_on(endpoint_id=endpoint.pk, skip_missed=True, at=NOW)

    assert (announce_changes(at=NOW), WebhookDelivery.objects.count()) == (0, 0)
    endpoint.refresh_from_db()
    assert endpoint.heard_xid <= horizon().xid
