"""A small company that grows during the campaign, and the book of what it was promised."""

import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.operations.issue_api_key import issue_api_key
from billing.models import Product
from billing.operations.add_plan import NewSeatType, add_plan
from billing.operations.publish_policy import publish_policy
from billing.operations.publish_price import publish_price
from dunning.operations.set_up_campaigns import set_up_campaigns
from tax.models import BillingEntity, MarketChecklist, TaxRegistration

SINCE = date(2025, 1, 1)
OPENED = datetime(2025, 1, 1, tzinfo=UTC)
PRICES = {"member": 800, "guest": 250}  # cents of a euro a week
FAIR = {"quantity_basis": "active", "inactivity_days": 5}
ANSWER_SECONDS = 90
WITH_CARD = 0.75
GOOD_CARD, DECLINED_CARD = "4242424242424242", "4000000000000341"
CARDS = (GOOD_CARD,) * 5 + (DECLINED_CARD,)
Json = dict[str, Any]


def open_company() -> str:
    """Who sells what since 2025; returns the key of the product service."""
    entity = BillingEntity.objects.create(
        code="CH", legal_name="Chaos Works Ltd", address_line1="1 Quay", city="Dublin",
        postal_code="D01 F5P2", country="IE", currency="EUR", tax_engine="builtin",
        vat_id="IE6433435F",
    )  # fmt: skip
    TaxRegistration.objects.create(
        billing_entity=entity, jurisdiction="IE", scheme="local", number="IE 1",
        valid_from=SINCE, currency="EUR", filing_frequency="quarterly",
    )  # fmt: skip
    MarketChecklist.objects.create(
        billing_entity=entity, market="IE", tax_due="due", billed_where="online",
        rate_checked=True, text_checked=True, signed_off_at=OPENED,
    )  # fmt: skip
    product = Product.objects.create(code="works", name="Works")
    for code, settings in (("plain", {}), ("fair", FAIR)):
        open_plan(product, code, settings)
    set_up_campaigns(at=OPENED)
    _, key = issue_api_key(
        name="chaos", scopes=["events:write", "subscriptions:write", "billing:read"]
    )
    return key


def open_plan(product: Product, code: str, settings: Json) -> None:
    types = [NewSeatType(one, one.title()) for one in PRICES]
    plan = add_plan(product=product, code=code, name=code.title(), seat_types=types)
    for seat_type in plan.seat_types.all():
        publish_price(
            seat_type=seat_type, currency="EUR", interval_unit="week", interval_count=1,
            mode="per_unit", tiers=[{"up_to": None, "price_minor": PRICES[seat_type.code]}],
            effective_from=SINCE, at=OPENED,
        )  # fmt: skip
    publish_policy(
        plan=plan, interval_unit="week", interval_count=1, settings=settings,
        effective_from=SINCE, at=OPENED,
    )  # fmt: skip


@dataclass(slots=True)
class Promise:
    """A subscription that was accepted: each of its weeks begun is billed, each event counts once."""

    customer: str
    subscription: str
    starts_on: date
    seats: dict[str, int]
    events: set[str] = field(default_factory=set)

    def weeks_begun(self, today: date) -> int:
        return (today - self.starts_on).days // 7 + 1


class NoAnswer(Exception):
    """The web did not answer well for ANSWER_SECONDS."""


@dataclass(slots=True)
class ProductService:
    """Calls the API as a good client does: the same body under the same key until it is answered."""

    port: int
    key: str
    retries: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def post(self, path: str, body: Json, idempotency_key: str) -> tuple[int, Json]:
        more = {"Content-Type": "application/json", "Idempotency-Key": idempotency_key}
        return self.until_answered("POST", path, json.dumps(body), more)

    def get(self, path: str) -> Json:
        """What is there; anything but a 200 is an error."""
        status, answer = self.until_answered("GET", path, None, {})
        if status != 200:
            raise AssertionError(f"GET {path} was answered {status} {answer}")
        return answer

    def until_answered(
        self, method: str, path: str, body: str | None, more: dict[str, str]
    ) -> tuple[int, Json]:
        deadline = time.monotonic() + ANSWER_SECONDS
        last = "nothing was tried"
        while time.monotonic() < deadline:
            try:
                status, answer = self.once(method, path, body, more)
            except (OSError, http.client.HTTPException, ValueError) as error:
                last = f"{type(error).__name__}: {error}"
            else:
                in_use = answer.get("code") == "idempotency_key_in_use"
                if status < 500 and not in_use:
                    return status, answer
                last = f"{status} {answer}"
            self.retries += 1
            time.sleep(0.3)
        raise NoAnswer(f"{method} {path}: {last}")

    def once(
        self, method: str, path: str, body: str | None, more: dict[str, str]
    ) -> tuple[int, Json]:
        """One request, with whatever comes of it."""
        caller = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {"Authorization": f"Bearer {self.key}", **more}
            caller.request(method, f"/api/v1/{path}", body, headers)
            reply = caller.getresponse()
            return reply.status, json.loads(reply.read() or b"{}")
        finally:
            caller.close()


@dataclass(slots=True)
class Company:
    """Customers with subscriptions, told through the API, and what must come of them."""

    service: ProductService
    chance: random.Random
    give_card: Callable[[str, str], None]  # to a customer, a card of a number
    promises: list[Promise] = field(default_factory=list)
    told: int = 0

    def grow(self, customers: int, *, meanwhile: Callable[[], None] | None = None) -> list[Promise]:
        """
        Sign customers up, each with a subscription some weeks old and events since.

        `meanwhile` is called after the first one, so that a fault can meet the others on their way.
        """
        new = []
        for place in range(customers):
            new.append(self.sign_up())
            if place == 0 and meanwhile:
                meanwhile()
        return new

    def sign_up(self, card: str = "") -> Promise:
        """A customer, with that card or perhaps with one, its subscription and first events."""
        self.told += 1
        name = f"c{self.told:05d}"
        self.accepted(
            "customers",
            {
                "external_id": name, "legal_name": f"Customer {self.told} Ltd", "country": "IE",
                "currency": "EUR", "address_line1": "2 Quay", "city": "Cork",
                "postal_code": "T12 X70A", "billing_entity": "CH", "place_of_use": "IE",
                "billing_owner_name": "Olga Owner", "billing_owner_email": f"olga@{name}.example",
                "payment_terms_days": self.chance.choice([0, 14, 30]),
            },
            f"{name}-customer",
        )  # fmt: skip
        if not card and self.chance.random() < WITH_CARD:
            card = self.chance.choice(CARDS)
        if card:
            self.give_card(name, card)
        starts_on = datetime.now(UTC).date() - timedelta(days=self.chance.randint(1, 20))
        promise = Promise(
            customer=name,
            subscription=f"{name}-seats",
            starts_on=starts_on,
            seats={"member": self.chance.randint(3, 40), "guest": self.chance.randint(1, 9)},
        )
        self.accepted(
            "subscriptions",
            {
                "external_id": promise.subscription, "customer": name,
                "plan": self.chance.choice(["plain", "plain", "fair"]), "currency": "EUR",
                "interval_unit": "week", "starts_on": starts_on.isoformat(),
                "seats": promise.seats, "source": "sales", "source_event_id": f"{name}-start",
            },
            f"{name}-subscription",
        )  # fmt: skip
        promise.events.add(f"{name}-start")
        self.promises.append(promise)
        self.use_seats(promise)
        return promise

    def use_seats(self, promise: Promise) -> None:
        """A named seat some days ago, its use until then, and a batch of changes."""
        begun = datetime.combine(promise.starts_on, datetime.min.time(), tzinfo=UTC)
        first = {
            **event_of(promise, "anna"), "kind": "seat_added", "grantee": "anna",
            "effective_at": (begun + timedelta(hours=1)).isoformat(),
        }  # fmt: skip
        used = {
            **event_of(promise, "used"), "kind": "seat_used", "grantee": "anna",
            "effective_at": (begun + timedelta(hours=2)).isoformat(),
        }  # fmt: skip
        batch = [first, used, *(self.change(promise, number, begun) for number in range(4))]
        status, answer = self.service.post(
            "entitlement-events/batch", {"events": batch}, f"{promise.subscription}-batch"
        )
        refused = [one for one in answer.get("answers", []) if one["status"] == "refused"]
        if status != 200 or refused:
            raise AssertionError(f"a batch of events was refused: {status} {refused or answer}")
        promise.events.update(event["source_event_id"] for event in batch)

    def change(self, promise: Promise, number: int, begun: datetime) -> Json:
        now = datetime.now(UTC)
        hours = int((now - begun).total_seconds() // 3600) - 1
        return {
            **event_of(promise, f"e{number}"),
            "kind": "seat_added",
            "quantity": self.chance.randint(1, 5),
            "effective_at": (begun + timedelta(hours=self.chance.randint(3, hours))).isoformat(),
        }

    def accepted(self, path: str, body: Json, idempotency_key: str) -> None:
        status, answer = self.service.post(path, body, idempotency_key)
        if status != 201:
            raise AssertionError(f"{path} was refused: {status} {answer}")


def event_of(promise: Promise, name: str) -> Json:
    return {
        "source": "product",
        "source_event_id": f"{promise.subscription}-{name}",
        "subscription": promise.subscription,
        "seat_type": "member",
        "quantity": 1,
    }
