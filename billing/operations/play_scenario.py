"""Play a scenario through the real operations, tables and stages, and leave nothing behind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Min, QuerySet
from uuid6 import uuid7

from accounts.models import Customer
from billing.calc.scenario.compare import compare
from billing.calc.scenario.fields import ScenarioUnusable
from billing.calc.scenario.story import EventStory, Story
from billing.enums import InvoiceState
from billing.models import Invoice, StageRefusal, Subscription
from billing.operations.push_flow import push_flow
from billing.operations.receive_events import receive_events
from billing.operations.set_up_story import midnight, plan_code, set_up_catalog, set_up_customer
from billing.operations.start_subscription import start_subscription
from billing.queries import work
from billing.queries.played_invoices import holds, issued_invoices, seats_held
from billing.records.incoming import IncomingEvent
from kernel.refusal import Refusal
from kernel.stage import Stage, Waiting

WorkList = Callable[[datetime], QuerySet[Any]]

SOURCE = "scenario"
START = "start"


def play_scenario(*, story: Story, stages: Sequence[Stage]) -> dict[str, Any]:
    """
    The record `scenario --json` prints. Everything happens in a transaction that is rolled back.

    :raises ScenarioUnusable: if the subscription cannot be started as described
    """
    with transaction.atomic():
        play = open_play(story, stages)
        play.run()
        played = play.record()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)
    differences = compare(story.expect, played, zone=story.timezone)
    return {"id": story.id, "ok": not differences, "differences": differences, **played}


def open_play(story: Story, stages: Sequence[Stage]) -> "Play":
    """The world of the story just before its clock starts."""
    starts_at = midnight(story.subscription.starts_on, story.timezone)
    at = min([starts_at, *(event.at for event in story.events[:1])])
    key = f"scenario-{uuid7()}"
    try:
        customer = set_up_customer(story, key=key, at=at)
        plan = set_up_catalog(story, key=key, at=at)
        subscription = start_subscription(
            customer=customer, plan=plan, external_id=key, currency=story.currency,
            interval_unit=story.plan.interval.unit, interval_count=story.plan.interval.count,
            starts_on=story.subscription.starts_on, seats=story.subscription.seats,
            anchor_day=story.subscription.anchor_day,
            term_months=story.subscription.term_months, commitment=story.subscription.commitment,
            source=f"{SOURCE}-{START}", source_event_id=START, at=at,
        )  # fmt: skip
    except Refusal as refusal:
        raise ScenarioUnusable("subscription", str(refusal)) from refusal
    return Play(story, key, customer, subscription.pk, stages_of(stages, customer), [])


def stages_of(stages: Sequence[Stage], customer: Customer) -> list[Stage]:
    """
    The same stages with the same work lists, narrowed to one customer.

    Without that, a scenario played beside real customers would bill all of them before rolling back.
    """
    mine: Mapping[str, Sequence[WorkList]] = {
        "rate": (
            lambda at: work.subscriptions_due(at).filter(customer=customer),
            lambda at: work.subscriptions_touched_before_finalizing(at).filter(customer=customer),
        ),
        "draft": (lambda at: work.customers_to_draft(at).filter(pk=customer.pk),),
        "tax": (lambda at: work.drafts_without_tax(at).filter(customer=customer),),
        "finalize": (lambda at: work.drafts_ready(at).filter(customer=customer),),
    }
    return [replace(one, waiting=taken_of(mine[one.name])) for one in stages if one.name in mine]


def taken_of(lists: Sequence[WorkList]) -> Waiting:
    """The keys of the first list that holds any."""

    def waiting(*, at: datetime, limit: int) -> Sequence[UUID]:
        found = (work.taken(rows(at), limit) for rows in lists)
        return next((keys for keys in found if keys), [])

    return waiting


@dataclass
class Play:
    """A scenario while its clock runs."""

    story: Story
    key: str
    customer: Customer
    subscription_id: UUID
    stages: Sequence[Stage]
    refusals: list[dict[str, str]]

    def run(self) -> None:
        """
        Go from instant to instant until `until`, included.

        At an instant all events that arrive then are received first, and then the flow is pushed: an
        event at the local midnight of a renewal belongs to the renewed period.
        """
        arrivals = [
            (at, list(group))
            for at, group in groupby(self.story.events, key=lambda event: event.at)
            if at <= self.story.until
        ]
        clock = midnight(self.story.subscription.starts_on, self.story.timezone)
        clock = min([clock, *(at for at, _ in arrivals[:1])])
        for at, events in arrivals:
            clock = self.push_until(at, clock=clock)
            self.receive(events, at=at)
            self.push(at)
        self.push_until(self.story.until + timedelta(microseconds=1), clock=clock)

    def push_until(self, end: datetime, *, clock: datetime) -> datetime:
        """Push at each due moment before `end`; what is overdue is done at the clock's instant."""
        while (due := self.next_due()) is not None and (moment := max(due, clock)) < end:
            clock = moment
            self.push(moment)
            if self.next_due() == due:  # a stage left it where it is: it waits for a person
                break
        return max(clock, end)

    def push(self, at: datetime) -> None:
        push_flow(stages=self.stages, at=at)

    def next_due(self) -> datetime | None:
        """When the rate stage or the finalize stage has work again."""
        subscription = Subscription.objects.get(pk=self.subscription_id)
        parked = StageRefusal.objects.filter(subject_id=subscription.pk, resolved_at=None)
        rate_due_at = None if parked.exists() else subscription.rate_due_at
        drafts = Invoice.objects.filter(
            customer=self.customer, state=InvoiceState.DRAFT, tax_minor__isnull=False
        )
        open_until = drafts.aggregate(soonest=Min("finalize_after"))["soonest"]
        return min(filter(None, (rate_due_at, open_until)), default=None)

    def receive(self, events: Sequence[EventStory], *, at: datetime) -> None:
        incoming = [self.incoming(event) for event in events]
        answers = receive_events(events=incoming, client=None, at=at)
        self.refusals += [
            {"event": one.source_event_id, "code": one.code, "message": one.message}
            for one in answers
            if one.status == "refused"
        ]

    def incoming(self, event: EventStory) -> IncomingEvent:
        """The event in the words of the API; a repeat is the first delivery word by word."""
        if event.repeats:
            event = next(one for one in self.story.events if one.id == event.repeats)
        said = dict(event.said)
        if event.plan:
            said["plan"] = plan_code(event.plan.code, self.key)
        for name in ("grantee", "to_grantee"):
            if said.get(name):
                said[name] = f"{self.key}:{said[name]}"
        return IncomingEvent(
            source=SOURCE, source_event_id=event.id, kind=event.kind, subscription=self.key,
            effective_at=event.effective_at, **said,
        )  # fmt: skip

    def record(self) -> dict[str, Any]:
        """What came of it."""
        subscription = Subscription.objects.get(pk=self.subscription_id)
        return {
            "invoices": issued_invoices(customer=self.customer),
            "seats": seats_held(subscription=subscription, at=self.story.until),
            "refusals": self.refusals,
            "held": holds(customer=self.customer),
        }
