"""What about money waits for a person: counts for the board, each with the page that shows them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q
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
    """How many of something wait; `permission` is what it takes to see the page."""

    words: str
    count: int
    address: str
    permission: str
    is_urgent: bool = False


def money_todos(*, at: datetime) -> tuple[MoneyTodo, ...]:
    """What is not zero. Six queries, each over rows that wait only."""
    attempts = reverse("desk:money_attempts")
    found = (
        MoneyTodo(
            "Invoices whose payment failed", failed_invoices(at), f"{attempts}?state=failed",
            "billing.view_paymentattempt",
        ),
        MoneyTodo(
            "Attempts without an answer for an hour",
            PaymentAttempt.objects.filter(
                state=AttemptState.STARTED, started_at__lt=at - UNANSWERED
            ).count(),
            f"{attempts}?state=started", "billing.view_paymentattempt", True,
        ),
        MoneyTodo(
            "Bank lines to match",
            BankLine.objects.filter(state=BankLineState.OPEN, amount_minor__gt=0).count(),
            reverse("desk:money_bank"), "billing.view_bankline",
        ),
        MoneyTodo(
            "Webhooks parked",
            StageRefusal.objects.filter(stage=StageName.SETTLE, resolved_at=None).count(),
            reverse("desk:money_events") + "?state=parked", "billing.view_gatewayevent", True,
        ),
        MoneyTodo(
            "Disputes open", Dispute.objects.filter(state=DisputeState.OPEN).count(),
            reverse("desk:money_disputes") + "?state=open", "billing.view_dispute", True,
        ),
        MoneyTodo(
            "Refunds to send by hand",
            Refund.objects.filter(state=RefundState.REQUESTED, payment__gateway_id="").count(),
            reverse("desk:money_refunds") + "?state=requested", "billing.view_refund",
        ),
    )  # fmt: skip
    return tuple(one for one in found if one.count)


def failed_invoices(at: datetime) -> int:
    """Open invoices whose latest attempt failed within the last days."""
    latest = Q(attempts__number=F("attempt_count"), attempts__state=AttemptState.FAILED)
    since = at - timedelta(days=FAILED_DAYS)
    return Receivable.objects.filter(
        latest, open_minor__gt=0, attempts__answered_at__gte=since
    ).count()
