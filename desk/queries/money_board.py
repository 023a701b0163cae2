"""What about money waits for a person: counts for the board, each with the page that shows them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.urls import reverse

from billing.enums import (
    AttemptState,
    BankLineState,
    DisputeState,
    RefundState,
    StageName,
)
from billing.models import (
    BankLine,
    Dispute,
    PaymentAttempt,
    Receivable,
    Refund,
    StageRefusal,
)

FAILED_DAYS = 30
UNANSWERED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class MoneyTodo:
    """How many of something wait and since when; `permission` is what it takes to see the page."""

    words: str
    count: int
    oldest: datetime | None
    address: str
    permission: str
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A kind of todo: the rows that wait, the column that says since when, and their page."""

    words: str
    rows: Callable[[datetime], QuerySet[Any]]
    since: str
    page: str
    query: str
    permission: str
    is_urgent: bool = False

    def todo(self, *, at: datetime) -> MoneyTodo:
        found = self.rows(at).order_by().aggregate(count=Count("pk"), oldest=Min(self.since))
        return MoneyTodo(
            words=self.words,
            count=found["count"],
            oldest=as_moment(found["oldest"]),
            address=reverse(self.page) + self.query,
            permission=self.permission,
            is_urgent=self.is_urgent,
        )


def as_moment(since: date | datetime | None) -> datetime | None:
    """A day counts from its beginning, in UTC."""
    if since is None or isinstance(since, datetime):
        return since
    return datetime.combine(since, time(), tzinfo=UTC)


def failed_invoices(at: datetime) -> QuerySet[Receivable]:
    """Open invoices whose latest attempt failed within the last days."""
    latest = Q(attempts__number=F("attempt_count"), attempts__state=AttemptState.FAILED)
    since = at - timedelta(days=FAILED_DAYS)
    return Receivable.objects.filter(latest, open_minor__gt=0, attempts__answered_at__gte=since)


def unanswered(at: datetime) -> QuerySet[PaymentAttempt]:
    return PaymentAttempt.objects.filter(state=AttemptState.STARTED, started_at__lt=at - UNANSWERED)


def unmatched(_at: datetime) -> QuerySet[BankLine]:
    return BankLine.objects.filter(state=BankLineState.OPEN, amount_minor__gt=0)


def parked(_at: datetime) -> QuerySet[StageRefusal]:
    return StageRefusal.objects.filter(stage=StageName.SETTLE, resolved_at=None)


def disputed(_at: datetime) -> QuerySet[Dispute]:
    return Dispute.objects.filter(state=DisputeState.OPEN)


def by_hand(_at: datetime) -> QuerySet[Refund]:
    return Refund.objects.filter(state=RefundState.REQUESTED, payment__gateway_id="")


KINDS = (
    Waiting(
        "Invoices whose payment failed", failed_invoices, "attempts__answered_at",
        "desk:money_attempts", "?state=failed", "billing.view_paymentattempt",
    ),
    Waiting(
        "Attempts without an answer for an hour", unanswered, "started_at",
        "desk:money_attempts", "?state=started", "billing.view_paymentattempt", True,
    ),
    Waiting(
        "Bank lines to match", unmatched, "booked_on", "desk:money_bank", "",
        "billing.view_bankline",
    ),
    Waiting(
        "Webhooks parked", parked, "first_at", "desk:money_events", "?state=parked",
        "billing.view_gatewayevent", True,
    ),
    Waiting(
        "Disputes open", disputed, "opened_at", "desk:money_disputes", "?state=open",
        "billing.view_dispute", True,
    ),
    Waiting(
        "Refunds to send by hand", by_hand, "requested_at", "desk:money_refunds",
        "?state=requested", "billing.view_refund",
    ),
)  # fmt: skip


def money_todos(*, at: datetime, may: Callable[[str], bool]) -> tuple[MoneyTodo, ...]:
    """What is not zero, of what somebody may see. A query a kind, each over rows that wait only."""
    found = (one.todo(at=at) for one in KINDS if may(one.permission))
    return tuple(one for one in found if one.count)
