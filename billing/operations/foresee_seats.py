"""Foresee what changes of seats would cost, now and at each renewal, by the calc that bills them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from billing.calc.rating import Rater
from billing.calc.seat_changes import SeatAnswer, SeatChange
from billing.calc.types import RatingResult
from billing.models import Subscription
from billing.operations.change_seats import Asked, open_changer
from billing.operations.preview_invoice import known_at, rated, take_in
from billing.records.incoming import IncomingEvent
from billing.records.ledger_batch import local_midnight
from billing.records.subscription_book import SubscriptionBook, load_subscription_books
from kernel.period import Period

PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class SeatCost:
    """
    What changes would add to the bills of one subscription, net of tax, in minor units; less is negative.

    `now_minor`: for the running cycle, prorated by the policy. `renewal_minor`: for one whole cycle
    from `renewal_on` (a local date; None: it does not renew). `seats`: by type before and after.
    """

    subscription: str
    currency: str
    now_minor: int
    renewal_minor: int
    renewal_on: date | None
    seats: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class SeatForesight:
    """How each change would be answered, and what those accepted would cost, by subscription."""

    answers: tuple[SeatAnswer, ...]
    costs: tuple[SeatCost, ...]

    @property
    def refused(self) -> tuple[SeatAnswer, ...]:
        return tuple(one for one in self.answers if one.status == "refused")


def foresee_seats(
    *, customer_id: UUID, changes: Sequence[SeatChange], at: datetime
) -> SeatForesight:
    """The answers and costs of these changes, each knowing those before it. Nothing is written."""
    with transaction.atomic():  # the chain is locked while it is read, and let go again
        changer = open_changer(Asked(customer_id, changes, PREVIEW, PREVIEW, PREVIEW, at))
        answers = tuple(changer.take(one, number) for number, one in enumerate(changes))
        events: dict[str, list[IncomingEvent]] = {one.subscription: [] for one in changes}
        for event in changer.events:
            events[event.subscription].append(event)
        ledgers = changer.batch.ledgers
        touched = [ledgers[name].subscription for name in events if name in ledgers]
        books = load_subscription_books(subscriptions=touched)
    return SeatForesight(
        answers,
        tuple(
            cost_of(books[one.pk], one, events=events[one.external_id], at=at) for one in touched
        ),
    )


def cost_of(
    book: SubscriptionBook,
    subscription: Subscription,
    *,
    events: Sequence[IncomingEvent],
    at: datetime,
) -> SeatCost:
    """Rate the running cycle and the next, without the events and with them."""
    running, coming = cycles(book, subscription, at)
    renewal_on = coming.first if coming else None
    as_of = end_of(coming or running, subscription) if running else at
    before = result_of(
        book, subscription, touched_from=subscription.touched_from, at=at, as_of=as_of
    )
    touched_from = take_in(book=book, events=events, at=at)
    after = result_of(book, subscription, touched_from=touched_from, at=at, as_of=as_of)
    return SeatCost(
        subscription=subscription.external_id,
        currency=subscription.currency,
        now_minor=billed(after, until=renewal_on) - billed(before, until=renewal_on),
        renewal_minor=billed_in(after, coming) - billed_in(before, coming),
        renewal_on=renewal_on,
        seats=seats_of(before, after),
    )


def cycles(
    book: SubscriptionBook, subscription: Subscription, at: datetime
) -> tuple[Period | None, Period | None]:
    """The running billing cycle and the one after it, as far as there are any."""
    known = known_at(book=book, touched_from=subscription.touched_from, at=at, as_of=at)
    return Rater(known).cycles_around(at) or (None, None)


def end_of(cycle: Period | None, subscription: Subscription) -> datetime:
    assert cycle is not None
    return local_midnight(cycle.after, ZoneInfo(subscription.time_zone))


def result_of(
    book: SubscriptionBook,
    subscription: Subscription,
    *,
    touched_from: date | None,
    at: datetime,
    as_of: datetime,
) -> RatingResult:
    return rated(known_at(book=book, touched_from=touched_from, at=at, as_of=as_of), subscription)


def billed(result: RatingResult, *, until: date | None) -> int:
    """What is billed for days before a date; for all days without one."""
    return sum(one.amount_minor for one in result.spans if until is None or one.span.first < until)


def billed_in(result: RatingResult, cycle: Period | None) -> int:
    if cycle is None:
        return 0
    return sum(one.amount_minor for one in result.spans if one.span.first in cycle)


def seats_of(before: RatingResult, after: RatingResult) -> tuple[tuple[str, int, int], ...]:
    """Seats in any state by type, of every type either result knows."""
    held: list[Mapping[str, int]] = [
        {code: sum(states.values()) for code, states in one.seats.items()}
        for one in (before, after)
    ]
    codes = dict.fromkeys([*held[0], *held[1]])
    return tuple((code, held[0].get(code, 0), held[1].get(code, 0)) for code in codes)
