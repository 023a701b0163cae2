"""Webhooks as Stripe signs and sends them, to our own door."""

import json
from datetime import UTC, datetime

import stripe
from django.test import Client

from tests.seatworld import day

SECRET = "whsec_new"
URL = "/webhooks/stripe"
ISSUED = day(1, 15)


def event(kind: str, subject: dict, *, event_id="evt_1", created=ISSUED) -> dict:
    return {
        "id": event_id, "object": "event", "type": kind, "created": int(created.timestamp()),
        "data": {"object": subject},
    }  # fmt: skip


def post(body, *, secret=SECRET, age_seconds=0, header=None):
    text = body if isinstance(body, str) else json.dumps(body)
    at = int(datetime.now(UTC).timestamp()) - age_seconds
    signed = stripe.WebhookSignature.generate_signature_header(text, secret, timestamp=at)
    return Client().post(
        URL, data=text.encode(), content_type="application/json",
        headers={"Stripe-Signature": signed if header is None else header},
    )  # fmt: skip
