"""What waits for somebody: each a counted link to its work list, the oldest first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.contrib.auth.models import User
from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.urls import reverse

from billing.models import JournalEntry, StageRefusal, TaxHold
from billing.queries.closed_periods import closed_days
from desk.queries.approvals import decidable
from desk.queries.incidents_open import incidents_open
from desk.queries.money_board import MoneyTodo, money_todos
from desk.queries.release import last_check
from kernel.period import add_months
from tax.models import BillingEntity

May = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Work:
    """
    A pile: how many, since when the oldest waits, and how many are past their target.

    `is_urgent` stands out: money may be lost, or a promise is broken.
    """

    words: str
    count: int
    oldest: datetime | None
    address: str
    late: int = 0
    note: str = ""
    is_urgent: bool = False


def waiting_work(*, person: User, at: datetime) -> tuple[Work, ...]:
    """Piles that are not empty, of what the person may see: urgent ones first, then the oldest."""
    may = person.has_perm
    piles = [
        *approvals(person, at=at, may=may),
        *incidents(at=at, may=may),
        *holds(may=may),
        *refusals(may=may),
        *(money_work(one) for one in money_todos(at=at, may=may)),
        *months_to_close(at=at, may=may),
        *release_differences(may=may),
    ]
    return in_order(one for one in piles if one.count)


def in_order(piles: Iterable[Work]) -> tuple[Work, ...]:
    latest = datetime.max.replace(tzinfo=UTC)
    return tuple(
        sorted(piles, key=lambda one: (not (one.is_urgent or one.late), one.oldest or latest))
    )


def approvals(person: User, *, at: datetime, may: May) -> Iterable[Work]:
    """Requests this person may decide now, by their target times. Two queries."""
    if not may("accounts.view_exceptionrequest"):
        return
    found = decidable(person, at=at).aggregate(
        count=Count("pk"),
        oldest=Min("asked_at"),
        next_target=Min("target_at"),
        late=Count("pk", filter=Q(target_at__lte=at)),
    )
    yield Work(
        words="Exceptions for you to decide",
        count=found["count"],
        oldest=found["oldest"],
        address=reverse("desk:approvals") + "?whose=mine",
        late=found["late"],
        note=target_words(found["next_target"], at=at),
    )


def target_words(target: datetime | None, *, at: datetime) -> str:
    """How long is left for the most pressing one; nothing once it is late."""
    if target is None or target <= at:
        return ""
    hours = (target - at) // timedelta(hours=1)
    return "next target within the hour" if not hours else f"next target in {hours} h"


def incidents(*, at: datetime, may: May) -> Iterable[Work]:
    """Those not closed. Two queries."""
    if may("desk.view_incident"):
        found = incidents_open(now=at, limit=0)
        yield Work(
            words="Incidents open",
            count=found.count,
            oldest=found.oldest,
            address=reverse("desk:incidents"),
            late=found.late,
            note=f"{found.unowned} without an owner" if found.unowned else "",
            is_urgent=bool(found.unowned),
        )


def holds(*, may: May) -> Iterable[Work]:
    if may("billing.view_taxhold"):
        found = TaxHold.objects.filter(released_at=None).aggregate(Count("pk"), Min("since"))
        yield Work(
            "Drafts held for tax", found["pk__count"], found["since__min"],
            reverse("desk:tax_holds"),
        )  # fmt: skip


def refusals(*, may: May) -> Iterable[Work]:
    """What the stages refuse; parked webhooks are counted with the money."""
    if may("billing.view_stagerefusal"):
        rows = StageRefusal.objects.filter(resolved_at=None).exclude(stage="settle")
        found = rows.aggregate(Count("pk"), Min("first_at"))
        yield Work(
            "Refused by a stage of the flow", found["pk__count"], found["first_at__min"],
            reverse("desk:flow"),
        )  # fmt: skip


def money_work(todo: MoneyTodo) -> Work:
    return Work(todo.words, todo.count, todo.oldest, todo.address, is_urgent=todo.is_urgent)


def months_to_close(*, at: datetime, may: May) -> Iterable[Work]:
    """Months that are over and not closed, of every seller with books. Two queries."""
    if not may("billing.view_periodclose"):
        return
    this_month = at.astimezone(UTC).date().replace(day=1)
    entries = JournalEntry.objects.filter(billing_entity=OuterRef("pk"), day__lt=this_month)
    first_days = BillingEntity.objects.annotate(
        first=Subquery(entries.order_by("day").values("day")[:1])
    ).filter(first__isnull=False)
    firsts = dict(first_days.values_list("pk", "first"))
    closed = closed_days(list(firsts))
    open_months = [
        month
        for key, first in firsts.items()
        for month in months_between(after_closed(first, closed.get(key)), this_month)
    ]
    oldest = min(open_months, default=None)
    yield Work(
        "Months to close",
        len(open_months),
        datetime.combine(add_months(oldest, 1), time(), tzinfo=UTC) if oldest else None,
        reverse("desk:close"),
    )


def after_closed(first: date, closed_through: date | None) -> date:
    """The first month that is not closed."""
    begun = first.replace(day=1)
    if closed_through is None:
        return begun
    return max(begun, (closed_through + timedelta(days=1)).replace(day=1))


def months_between(first: date, end: date) -> list[date]:
    """First days of months from `first` up to, not including, `end`."""
    count = (end.year - first.year) * 12 + end.month - first.month
    return [add_months(first, number) for number in range(max(0, count))]


def release_differences(*, may: May) -> Iterable[Work]:
    """The last release check, if anything came out differently. One query."""
    if not may("desk.view_releasecheckrun"):
        return
    last = last_check()
    if last and not last.is_running and not last.is_clean:
        yield Work(
            words="Release scenarios that come out differently",
            count=last.differing + last.unusable,
            oldest=last.finished_at,
            address=reverse("desk:release_check", args=[last.id]),
            is_urgent=True,
        )
