"""What went wrong in the demo: a removal told late, and a product that counts other members."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from billing.models import Subscription
from billing.queries.subscription_facts import subscription_facts
from desk.enums import DetectorCode
from desk.models import Incident
from desk.operations.detect_incidents import detect_incidents
from desk.operations.note_incident import note_incident
from desk.operations.record_step import record_step
from desk.operations.take_incident import take_incident

LATE = timedelta(days=9)
REPORTED_FOR = 60
DRIFTS = {3: -4, 11: 6, 27: -9}
LOOKED_FOR = (DetectorCode.LATE_REMOVAL, DetectorCode.SEAT_DRIFT, DetectorCode.BILLED_TWICE)


def go_wrong(*, client: Client, at: datetime) -> None:
    """A directory sync that slept for nine days, and counts of members; then the detectors look."""
    subscriptions = list(
        Subscription.objects.filter(state="active", starts_on__lt=(at - 2 * LATE).date())
        .select_related("customer", "plan")
        .order_by("external_id")[:REPORTED_FOR]
    )
    held = [seats_of(one, at) for one in subscriptions]
    remove_late(client, subscriptions, held, at)
    report_members(client, subscriptions, held, at)
    detect_incidents(at=at, only=LOOKED_FOR)
    work_on_the_late_removal(at + timedelta(minutes=40))


def seats_of(subscription: Subscription, at: datetime) -> dict[str, int]:
    seats = subscription_facts(subscription, at=at).seats
    return {code: states.get("active", 0) for code, states in seats.items()}


def remove_late(
    client: Client, subscriptions: list[Subscription], held: list[dict[str, int]], at: datetime
) -> None:
    """Two seats of the largest company left nine days ago."""
    if not held:
        return
    place = max(range(len(held)), key=lambda one: max(held[one].values(), default=0))
    code = max(held[place], key=lambda one: held[place][one])
    body = {
        "source": "directory sync", "source_event_id": "slept-1", "kind": "seat_removed",
        "subscription": subscriptions[place].external_id, "seat_type": code, "quantity": 2,
        "effective_at": (at - LATE).isoformat(), "actor": "directory sync",
    }  # fmt: skip
    send(client, "/api/v1/entitlement-events", body)
    held[place][code] -= 2


def report_members(
    client: Client, subscriptions: list[Subscription], held: list[dict[str, int]], at: datetime
) -> None:
    """All count as we do, but for three."""
    reports = []
    for number, (subscription, seats) in enumerate(zip(subscriptions, held, strict=True)):
        counts = dict(seats)
        if counts and number in DRIFTS:
            code = max(counts, key=lambda one: counts[one])
            counts[code] = max(0, counts[code] + DRIFTS[number])
        if counts:
            said = {"subscription": subscription.external_id, "counts": counts}
            reports.append({**said, "reported_at": at.isoformat()})
    if reports:
        send(client, "/api/v1/active-members/batch", {"reports": reports})


def send(client: Client, path: str, body: dict[str, Any]) -> None:
    answer = client.post(path, json.dumps(body), content_type="application/json")
    if answer.status_code not in (200, 201):
        raise RuntimeError(f"{path}: {answer.status_code} {answer.content.decode()[:500]}")


def work_on_the_late_removal(at: datetime) -> None:
    """Ben takes it and finds out why."""
    incident = Incident.objects.filter(detector=DetectorCode.LATE_REMOVAL).first()
    ben = User.objects.filter(username="ben").first()
    if incident is None or ben is None:
        return
    take_incident(incident_id=incident.pk, owner=ben, at=at)
    note_incident(
        incident_id=incident.pk, words="The key of the directory sync had run out.", at=at, by=ben
    )
    record_step(
        incident_id=incident.pk, key="contain", by=ben, at=at + timedelta(minutes=25),
        result="New key in place; its queue is empty and today's test event arrived at once.",
    )  # fmt: skip
