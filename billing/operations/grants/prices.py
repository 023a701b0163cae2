"""A price beside the list comes and goes by ordinary events of the subscription's ledger."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from accounts.calc.exception_terms import NEEDS
from accounts.models import ExceptionRequest
from accounts.operations.request_exception import Asking
from billing.calc.price_grant import PriceStep, price_said, price_steps
from billing.enums import EventKind
from billing.models import Subscription
from billing.operations.grants.granted import EventRefused, Granted
from billing.operations.receive_events import receive_events
from billing.queries.price_facts import price_facts
from billing.records.incoming import IncomingEvent
from billing.records.ledger_batch import local_midnight

SOURCE = "exceptions"
PRICE_KINDS = tuple(kind for kind, needs in NEEDS.items() if needs.is_price)


def grant_price(asked: ExceptionRequest, at: datetime) -> Granted:
    """Send the events of the days that have come; the last one goes back to the list price."""
    subscription = Subscription.objects.select_related("customer", "plan").get(pk=asked.subject)
    steps = steps_asked(asked, subscription, at=at)
    sent = dict(asked.outcome.get("events", {}))
    due = [step for step in steps if step_at(step, subscription) <= at]
    for step in due:
        if step.day.isoformat() not in sent:
            event = step_event(step, asked, subscription, name=asked.number)
            sent[step.day.isoformat()] = str(recorded(event, at=at))
    later = [step for step in steps if step not in due]
    return Granted(
        outcome={**asked.outcome, "events": sent},
        next_at=step_at(later[0], subscription) if later else None,
        is_begun=bool(sent),
        is_over=bool(sent) and not later,
    )


def steps_asked(
    asked: ExceptionRequest | Asking, subscription: Subscription, *, at: datetime
) -> Sequence[PriceStep]:
    """The prices of a request, by the list price of its first day."""
    assert asked.starts_on is not None, "checked when it was asked"
    facts = price_facts(
        subscription, seat_type=asked.terms["seat_type"], day=asked.starts_on, at=at
    )
    return price_steps(
        asked.kind, asked.terms, starts_on=asked.starts_on, ends_on=asked.ends_on,
        list_price=facts.list_price,
    )  # fmt: skip


def step_at(step: PriceStep, subscription: Subscription) -> datetime:
    """Local midnight of the step's day, never before the subscription starts."""
    zone = ZoneInfo(subscription.time_zone)
    return local_midnight(max(step.day, subscription.starts_on), zone)


def step_event(
    step: PriceStep, asked: ExceptionRequest | Asking, subscription: Subscription, *, name: str
) -> IncomingEvent:
    return IncomingEvent(
        source=SOURCE,
        source_event_id=f"{name}-{step.day}",
        kind=EventKind.PRICE_CHANGED,
        subscription=subscription.external_id,
        seat_type=asked.terms["seat_type"],
        effective_at=step_at(step, subscription).astimezone(UTC),
        actor=name,
        price=price_said(step.price),
    )


def recorded(event: IncomingEvent, *, at: datetime, is_agreed: bool = False) -> object:
    """
    The id of the event as recorded.

    :raises EventRefused: with what the ledger says
    """
    (answer,) = receive_events(events=[event], client=None, at=at, is_agreed=is_agreed)
    if answer.status == "refused":
        raise EventRefused(answer.message)
    return answer.event_id
