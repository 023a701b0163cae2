"""The work lists of the flow. Each is a query with its partial index; reading one locks what it lists."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from accounts.enums import PENDING_STATES
from accounts.models import Customer, ExceptionRequest
from billing.enums import OPEN_ATTEMPTS, InvoiceState, StageName
from billing.models import (
    GatewayEvent,
    Invoice,
    InvoiceDocument,
    PaymentAttempt,
    Receivable,
    StageRefusal,
    Subscription,
    TaxHold,
)

DELIVERED_WITHIN = timedelta(days=7)
Waiting = tuple[int, datetime | None]


def not_refused(stage: str) -> Any:
    """Leaves out subjects with an open refusal at the stage: they wait for a person."""
    return ~Exists(
        StageRefusal.objects.filter(stage=stage, subject_id=OuterRef("pk"), resolved_at=None)
    )


def held_by_exception() -> Q:
    """Drafts whose customer has a request that must be decided first; notes of people pass."""
    pending = ExceptionRequest.objects.filter(
        customer=OuterRef("customer"), blocks_drafts=True, state__in=PENDING_STATES
    )
    return Q(Exists(pending), credits=None)


def taken(rows: QuerySet, limit: int) -> Sequence[UUID]:  # type: ignore[type-arg]
    """Keys of a chunk, locked; keys somebody else is working on are passed over."""
    locked = rows.select_for_update(skip_locked=True, of=("self",), no_key=True)
    return list(locked.values_list("pk", flat=True)[:limit])


def subscriptions_due(at: datetime) -> QuerySet[Subscription]:
    return Subscription.objects.filter(not_refused(StageName.RATE), rate_due_at__lte=at).order_by(
        "rate_due_at", "pk"
    )


def subscriptions_touched_before_finalizing(at: datetime) -> QuerySet[Subscription]:
    """
    Changed behind the cycle of an open draft: the change joins the draft when its grace period ends.

    What cannot wait joins it at once, before the rest of what is due is rated as of now.
    """
    drafts = Invoice.objects.filter(
        customer=OuterRef("customer"),
        state=InvoiceState.DRAFT,
        cycle_date__gte=OuterRef("touched_from"),
    )
    cannot_wait = Q(Exists(drafts), due_early=True, rate_due_at__lte=at)
    return Subscription.objects.filter(
        Q(Exists(drafts.filter(finalize_after__lte=at))) | cannot_wait,
        not_refused(StageName.RATE),
        rating_count__gt=0,
    ).order_by("pk")


def to_rate(*, at: datetime, limit: int) -> Sequence[UUID]:
    joining = taken(subscriptions_touched_before_finalizing(at), limit)
    return joining or taken(subscriptions_due(at), limit)


def to_rate_early(*, at: datetime, limit: int) -> Sequence[UUID]:
    """What cannot wait for the daily run: changes billed at once, in batches or past a threshold."""
    joining = taken(subscriptions_touched_before_finalizing(at), limit)
    return joining or taken(subscriptions_due(at).filter(due_early=True), limit)


def count_to_rate(*, at: datetime) -> Waiting:
    return counted(subscriptions_due(at), Min("rate_due_at"))


def customers_to_draft(at: datetime) -> QuerySet[Customer]:
    rated = Subscription.objects.filter(
        customer=OuterRef("pk"), rating_count__gt=F("drafted_count")
    )
    return Customer.objects.filter(not_refused(StageName.DRAFT), Exists(rated)).order_by("pk")


def to_draft(*, at: datetime, limit: int) -> Sequence[UUID]:
    return taken(customers_to_draft(at), limit)


def count_to_draft(*, at: datetime) -> Waiting:
    oldest = Min("subscriptions__ratings__as_of", filter=Q(subscriptions__rating_count__gt=0))
    return counted(customers_to_draft(at), oldest)


def drafts_without_tax(at: datetime) -> QuerySet[Invoice]:
    """Held drafts are tried again, once an instant: what was missing may have arrived."""
    tried = TaxHold.objects.filter(invoice=OuterRef("pk"), released_at=None, checked_at__gte=at)
    return Invoice.objects.filter(
        ~Exists(tried),
        not_refused(StageName.TAX),
        state=InvoiceState.DRAFT,
        tax_minor__isnull=True,
    ).order_by("pk")


def to_tax(*, at: datetime, limit: int) -> Sequence[UUID]:
    return taken(drafts_without_tax(at), limit)


def count_to_tax(*, at: datetime) -> Waiting:
    return counted(drafts_without_tax(at), Min("drafted_at"))


def drafts_ready(at: datetime) -> QuerySet[Invoice]:
    """Taxed, past their grace period, and no exception of the customer waits for its decision."""
    return Invoice.objects.filter(
        not_refused(StageName.FINALIZE),
        ~held_by_exception(),
        state=InvoiceState.DRAFT,
        tax_minor__isnull=False,
        finalize_after__lte=at,
    ).order_by("finalize_after", "pk")


def to_finalize(*, at: datetime, limit: int) -> Sequence[UUID]:
    return taken(drafts_ready(at), limit)


def count_to_finalize(*, at: datetime) -> Waiting:
    return counted(drafts_ready(at), Min("finalize_after"))


def invoices_without_document(at: datetime) -> QuerySet[Invoice]:
    return Invoice.objects.filter(
        not_refused(StageName.RENDER), state=InvoiceState.FINALIZED, document=None
    ).order_by("-issued_at", "pk")


def to_render(*, at: datetime, limit: int) -> Sequence[UUID]:
    return taken(invoices_without_document(at), limit)


def count_to_render(*, at: datetime) -> Waiting:
    """Two plain counts say that nothing waits; only otherwise are the tables compared row by row."""
    if (
        Invoice.objects.filter(state=InvoiceState.FINALIZED).count()
        == InvoiceDocument.objects.count()
    ):
        return 0, None
    return counted(invoices_without_document(at), Min("issued_at"))


def documents_to_deliver(at: datetime) -> QuerySet[Invoice]:
    """
    Rendered lately and written to nobody. What is older was issued before mail was: it is not sent
    by itself.
    """
    return Invoice.objects.filter(
        not_refused(StageName.DELIVER),
        state=InvoiceState.FINALIZED,
        issued_at__gt=at - DELIVERED_WITHIN,
        issued_at__lte=at,
        document__isnull=False,
        deliveries=None,
    ).order_by("issued_at", "pk")


def to_deliver(*, at: datetime, limit: int) -> Sequence[UUID]:
    return taken(documents_to_deliver(at), limit)


def count_to_deliver(*, at: datetime) -> Waiting:
    return counted(documents_to_deliver(at), Min("issued_at"))


def receivables_due(at: datetime) -> QuerySet[Receivable]:
    """Open, due to be charged by itself, and no attempt of it without an end."""
    waiting = PaymentAttempt.objects.filter(receivable=OuterRef("pk"), state__in=OPEN_ATTEMPTS)
    return Receivable.objects.filter(
        not_refused(StageName.COLLECT), ~Exists(waiting), open_minor__gt=0, next_attempt_at__lte=at
    ).order_by("next_attempt_at", "pk")


def to_collect(*, at: datetime, limit: int) -> Sequence[UUID]:
    """Listed without a lock: the step locks the customers first, as all that moves money does."""
    return list(receivables_due(at).values_list("pk", flat=True)[:limit])


def count_to_collect(*, at: datetime) -> Waiting:
    return counted(receivables_due(at), Min("next_attempt_at"))


def events_to_apply(at: datetime) -> QuerySet[GatewayEvent]:
    return GatewayEvent.objects.filter(not_refused(StageName.SETTLE), applied_at=None).order_by(
        "created_at", "pk"
    )


def to_settle(*, at: datetime, limit: int) -> Sequence[UUID]:
    return taken(events_to_apply(at), limit)


def count_to_settle(*, at: datetime) -> Waiting:
    return counted(events_to_apply(at), Min("received_at"))


def counted(rows: QuerySet, oldest: Min) -> Waiting:  # type: ignore[type-arg]
    """How many wait, and since when the oldest does."""
    totals = rows.order_by().aggregate(waiting=Count("pk", distinct=True), oldest=oldest)
    return totals["waiting"], totals["oldest"]
