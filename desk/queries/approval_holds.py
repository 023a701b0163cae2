"""Which requests hold a customer's drafts, and how many drafts wait for a decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.enums import PENDING_STATES
from accounts.models import ExceptionRequest
from billing.enums import InvoiceState
from billing.models import Invoice
from billing.queries.work import held_by_exception


@dataclass(frozen=True, slots=True)
class Holding:
    """A request that must be decided before the customer's drafts are issued."""

    number: str
    kind_words: str
    state_words: str
    asked_at: datetime
    target_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class HeldDrafts:
    """How many drafts wait for a decision, and since when the oldest was drafted."""

    count: int
    oldest: datetime | None


def holding() -> QuerySet[ExceptionRequest]:
    return ExceptionRequest.objects.filter(blocks_drafts=True, state__in=PENDING_STATES)


def requests_holding(*, customer_id: UUID) -> Sequence[Holding]:
    """Those of one customer, the one to decide first first. One query."""
    rows = holding().filter(customer=customer_id).order_by("target_at", "pk")
    return [
        Holding(row.number, row.get_kind_display().lower(), row.get_state_display().lower(),
                row.asked_at, row.target_at, row.expires_at)
        for row in rows
    ]  # fmt: skip


def held_drafts() -> HeldDrafts:
    """One query; it starts from the few customers that have such a request."""
    waiting = Invoice.objects.filter(
        held_by_exception(), state=InvoiceState.DRAFT, customer__in=holding().values("customer")
    )
    found = waiting.order_by().values_list("pk", "drafted_at")
    times = [drafted_at for _, drafted_at in found]
    return HeldDrafts(len(times), min(times, default=None))
