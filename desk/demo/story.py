"""Fourteen months of the company's life, day by day, through the doors everybody uses."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from accounts.models import Customer
from billing.enums import RunTrigger
from billing.operations.push_flow import push_flow
from billing.operations.run_invoices import push_run, start_run
from billing.pipeline import STAGES, TICK
from desk.demo.companies import CUSTOMERS, STORY_STARTS, Company, companies
from desk.demo.stand_in import CardBox
from desk.demo.team import Event, Team
from desk.demo.till import Till
from tax.operations.record_evidence import record_gst_statement
from tax.operations.record_tax_id_answer import record_tax_id_answer

SEED = 20251101
WITHOUT_SELLER = (
    3  # nobody assigned a billing entity to this one: the board shows what happens then
)
REGISTER_WAS_DOWN = timedelta(days=12)
PAPERLESS = tuple(stage for stage in STAGES if stage.name != "render")
UNTIL_FINAL = {"rate", "draft", "tax", "finalize"}
CANNOT_WAIT = tuple(stage for stage in TICK if stage.name in UNTIL_FINAL)


class DoorClosed(RuntimeError):
    """The API answered what the story does not expect: the story stops and says so."""


class Story:
    """The same story for the same seed and last day."""

    def __init__(self, *, api_key: str, last_day: date, box: CardBox) -> None:
        self.random = Random(SEED)  # noqa: S311 - a story, not a secret
        self.companies = companies(self.random, CUSTOMERS)
        self.teams: list[Team] = []
        self.last_day = last_day
        self.analyst = User.objects.get(username="ben")
        self.till = Till(random=Random(SEED), box=box, clerk=self.analyst)  # noqa: S311
        self.client = Client(
            headers={"Authorization": f"Bearer {api_key}"}, SERVER_NAME="localhost"
        )

    @property
    def days(self) -> int:
        return (self.last_day - STORY_STARTS).days + 1

    def tell(self) -> Iterator[date]:
        """Live each day: the night's run, who starts, what happens, what cannot wait."""
        for number in range(self.days):
            today = STORY_STARTS + timedelta(days=number)
            with clock_at(today, time(4, 0)):
                now = timezone.now()
                run = start_run(as_of=now, trigger=RunTrigger.SCHEDULE, at=now)
                push_run(run_id=run.pk, stages=PAPERLESS, now=timezone.now)
                self.till.charge(at=timezone.now())
            with clock_at(today, time(6, 0)):
                for number_of, company in enumerate(self.companies):
                    if company.starts_on == today:
                        self.start(company, has_seller=number_of != WITHOUT_SELLER)
                    if company.is_answered_late and today - company.starts_on == REGISTER_WAS_DOWN:
                        self.hear_from_register(company, says="valid")
            with clock_at(today, time(11, 0)):
                self.till.receive(at=timezone.now())
                self.till.follow_up(at=timezone.now())
            with clock_at(today, time(18, 0)):
                self.send([event for team in self.teams for event in team.day(self.random, today)])
                push_flow(stages=CANNOT_WAIT, at=timezone.now())
            yield today

    def start(self, company: Company, *, has_seller: bool) -> None:
        place, (city, region, postal_code) = company.place, company.city
        customer = {
            "external_id": company.key, "legal_name": company.legal_name,
            "country": place.country, "currency": place.currency, "language": place.language,
            "time_zone": place.time_zone, "paper": place.paper, "address_line1": company.street,
            "city": city, "region": region, "postal_code": postal_code,
            "billing_owner_name": company.owner_name, "billing_owner_email": company.owner_email,
            "is_business": company.is_business, "tax_number": company.tax_number,
            "place_of_use": place.country,
        }  # fmt: skip
        if has_seller:
            customer["billing_entity"] = place.seller
        self.post("/api/v1/customers", customer)
        self.hear_from_register(company, says=company.register_says)
        self.till.meet(Customer.objects.get(external_id=company.key), at=timezone.now())
        team = Team.of(company)
        unit, count = company.plan.interval
        subscription: dict[str, Any] = {
            "external_id": f"sub-{company.key}", "customer": company.key,
            "plan": company.plan.code, "currency": place.currency, "interval_unit": unit,
            "interval_count": count, "starts_on": company.starts_on.isoformat(),
            "anchor_day": company.anchor_day if unit == "month" and count == 1 else None,
            "seats": team.held, "source": "sales", "source_event_id": f"{company.key}-start",
            "actor": company.owner_name,
        }  # fmt: skip
        if company.plan.code == "board-enterprise":
            subscription |= {"term_months": 12, "commitment": {team.main: company.seats}}
        said = {name: value for name, value in subscription.items() if value is not None}
        self.post("/api/v1/subscriptions", said)
        self.teams.append(team)

    def hear_from_register(self, company: Company, *, says: str) -> None:
        """Ben looks the number up; a business in Australia also states that it is registered."""
        if not says or not company.tax_number:
            return
        customer, now = Customer.objects.get(external_id=company.key), timezone.now()
        is_valid = says == "valid"
        record_tax_id_answer(
            customer=customer,
            number=company.tax_number,
            is_valid=is_valid,
            by=self.analyst,
            consultation_number=f"DEMO{self.random.randrange(10**9):09d}",
            name=company.legal_name if is_valid else "",
            at=now,
        )
        if is_valid and company.place.country == "AU":
            record_gst_statement(customer=customer, source="signed form", by=self.analyst, at=now)

    def send(self, events: Sequence[Event]) -> None:
        if events:
            self.post("/api/v1/entitlement-events/batch", {"events": list(events)}, status=200)

    def post(self, path: str, body: Any, *, status: int = 201) -> Any:
        response = self.client.post(path, json.dumps(body), content_type="application/json")
        if response.status_code != status:
            raise DoorClosed(f"{path}: {response.status_code} {response.content.decode()[:500]}")
        return response.json()


@contextmanager
def clock_at(day: date, clock: time) -> Iterator[None]:
    """Everything in this process believes it is that instant."""
    with time_machine.travel(datetime.combine(day, clock, tzinfo=UTC), tick=False):
        yield
