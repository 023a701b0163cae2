"""A stand-in for Stripe while the story is told, and cards of invented customers there."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from billing.calc.gateway_answer import read_method
from billing.gateways.stripe import Gateway
from billing.operations.record_method import record_method

KEY = "sk_test_standinstandinstandin"
PATIENCE_SECONDS = 30
CARDS = {
    "good": ("4242424242424242", ""),
    "funds": ("4000000000000341", "insufficient_funds"),
    "lost": ("4000000000000341", "lost_card"),
    "bank": ("4000002760003184", ""),
}


class NotAnswering(RuntimeError):
    """The stand-in did not start; the story cannot be told."""


class CardBox:
    """What a person does on the gateway's pages: leave a card, or pay with one."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.gateway = Gateway(api_key=KEY, api_base=base, timeout_seconds=20)
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {KEY}"

    def leave_card(self, *, gateway_customer: str, kind: str, at: datetime) -> None:
        """As the customer's browser does it; the webhook that tells of it is heard at once."""
        number, decline_code = CARDS[kind]
        form = {
            "type": "card", "card[number]": number, "card[exp_month]": "12",
            "card[exp_year]": "2031", "card[cvc]": "123",
        }  # fmt: skip
        if decline_code:
            form["metadata[decline_code]"] = decline_code
        made = self.post("/v1/payment_methods", form)
        self.post(f"/v1/payment_methods/{made['id']}/attach", {"customer": gateway_customer})
        record_method(facts=read_method({**made, "customer": gateway_customer}), at=at)

    def pay(self, url: str, *, gateway_customer: str, invoice: str) -> dict[str, Any]:
        """Pay an invoice on a Checkout page with a card that works; the PaymentIntent it made."""
        self.session.post(url, data={"choice": "good"}, allow_redirects=False, timeout=20)
        asked = {"customer": gateway_customer, "limit": "100"}
        answer = self.session.get(f"{self.base}/v1/payment_intents", params=asked, timeout=20)
        for intent in answer.json()["data"]:
            if intent["metadata"].get("invoices") == invoice and intent["status"] == "succeeded":
                return dict(intent)
        raise NotAnswering(f"The payment of {invoice} is not among those of {gateway_customer}.")

    def post(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        answer = self.session.post(self.base + path, data=form, timeout=20)
        answer.raise_for_status()
        return dict(answer.json())


@contextmanager
def stand_in(state: Path) -> Iterator[CardBox]:
    """The process while the story is told; what it knows stays in its file for `make run`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    child = subprocess.Popen(
        [
            *(sys.executable, "-m", "config.stripe_stand_in", "--port", str(port)),
            *("--state", str(state)),
        ],
        env={**os.environ, "DATABASE_URL": "", "REDIS_URL": ""},
    )
    try:
        wait_for(port, child)
        yield CardBox(f"http://127.0.0.1:{port}")
    finally:
        child.terminate()
        child.wait(PATIENCE_SECONDS)


def wait_for(port: int, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise NotAnswering("The stand-in for Stripe did not start.")
