"""Work of a month that is left over: each check lists the rows to do, with the page they are done on."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Min, OuterRef, Q, Subquery, Sum

from accounts.enums import PENDING_STATES
from accounts.models import ExceptionRequest
from billing.calc.books.charts import zone_of
from billing.calc.close.findings import SHOWN, Finding, FindingRow, found
from billing.enums import BankLineState, InvoiceState, RefundState
from billing.models import (
    BankLine,
    Books,
    GatewayEvent,
    Invoice,
    JournalEntry,
    RecognitionSlice,
    Refund,
    Subscription,
    TaxHold,
)
from billing.queries.closed_periods import closed_through
from kernel.period import Period, add_months
from tax.models import BillingEntity


def zone_of_books(entity: BillingEntity) -> ZoneInfo:
    """Whose days the entity's month has; before its books are set up, what they would be."""
    zone = Books.objects.filter(pk=entity.pk).values_list("time_zone", flat=True).first()
    return ZoneInfo(zone or zone_of(entity.country))


def end_of(entity: BillingEntity, month: Period) -> datetime:
    """The instant the month is over where the books are kept."""
    return datetime.combine(month.after, time(), tzinfo=zone_of_books(entity))


def earlier_months(entity: BillingEntity, month: Period) -> Finding:
    """Open months between the last closed one and this one."""
    closed = closed_through(entity.pk)
    rows = []
    day = add_months(closed.replace(day=1), 1) if closed else month.first
    while day < month.first:
        rows.append(FindingRow(f"{day:%Y-%m}", "This month is still open", "close", f"{day:%Y-%m}"))
        day = add_months(day, 1)
    if not closed and (first := first_booked(entity.pk)) and first < month.first:
        clean = "This is the first month to be closed; it closes all before it."
    else:
        clean = "All earlier months are closed."
    return found(rows, clean=clean, dirty="Close these earlier months first: {count}.")


def first_booked(entity_id: UUID) -> date | None:
    entries = JournalEntry.objects.filter(billing_entity=entity_id)
    first: date | None = entries.aggregate(first=Min("day"))["first"]
    return first


def unrated_events(entity: BillingEntity, month: Period) -> Finding:
    """Subscriptions that were due in the month, and ratings that are on no invoice."""
    mine = Subscription.objects.filter(
        customer__seller_assignment__billing_entity=entity
    ).select_related("customer")
    left = mine.filter(
        Q(rate_due_at__lt=end_of(entity, month)) | Q(rating_count__gt=F("drafted_count"))
    ).order_by("rate_due_at", "pk")
    later = mine.filter(touched_from__lt=month.after).exclude(pk__in=left.values("pk")).count()
    clean = "Everything due by the end of the month is rated and on an invoice."
    if later:
        clean += f" Changed and billed later, when their policy says so: {later}."
    return found(
        (
            FindingRow(
                label=f"{one.external_id} of {one.customer.legal_name}",
                words=words_of_subscription(one),
                page="customer",
                key=str(one.customer_id),
                day=one.rate_due_at.date().isoformat() if one.rate_due_at else "",
            )
            for one in left[:SHOWN]
        ),
        clean=clean,
        dirty="Subscriptions with events not rated or not billed: {count}.",
        more=beyond(left),
    )


def words_of_subscription(one: Subscription) -> str:
    if one.rating_count > one.drafted_count:
        return "Rated, and on no invoice yet"
    return "Due and not rated yet"


def beyond(rows: Any) -> int:
    """How many there are past those shown."""
    return int(max(0, rows.order_by().count() - SHOWN))


def drafts_left(entity: BillingEntity, month: Period) -> Finding:
    """Drafts of the month's billing moments with what holds each."""
    hold = TaxHold.objects.filter(invoice=OuterRef("pk"), released_at=None).values("message")[:1]
    drafts = (
        Invoice.objects.filter(
            state=InvoiceState.DRAFT, billing_entity=entity, cycle_date__lt=month.after
        )
        .select_related("customer")
        .annotate(held=Subquery(hold))
        .order_by("cycle_date", "pk")
    )
    return found(
        (
            FindingRow(
                label=f"Draft for {one.customer.legal_name}",
                words=one.held or words_of_draft(one),
                page="invoice",
                key=str(one.pk),
                currency=one.currency,
                minor=one.subtotal_minor,
                day=one.cycle_date.isoformat(),
            )
            for one in drafts[:SHOWN]
        ),
        clean="No draft of the month or before is left.",
        dirty="Drafts that are not issued: {count}.",
        more=beyond(drafts),
    )


def words_of_draft(one: Invoice) -> str:
    if one.credits_id:
        return "A credit note that is not issued"
    if one.tax_minor is None:
        return "Its tax is not determined yet"
    return f"It waits until {one.finalize_after:%Y-%m-%d %H:%M} UTC, or for a decision"


def deferred_left(entity: BillingEntity, month: Period) -> Finding:
    """Parts of lines earned by the end of the month that are still deferred."""
    waiting = (
        RecognitionSlice.objects.filter(billing_entity=entity, entry=None, ends_on__lt=month.after)
        .order_by("month", "currency")
        .values("month", "currency")
        .annotate(lines=Count("pk"), minor=Sum("amount_minor"))
    )
    return found(
        (
            FindingRow(
                label=f"{one['month']:%Y-%m} in {one['currency']}",
                words=f"{one['lines']} parts of lines are earned and still deferred",
                page="recognition",
                key=f"{one['month']:%Y-%m}",
                currency=one["currency"],
                minor=one["minor"],
                day=one["month"].isoformat(),
            )
            for one in waiting
        ),
        clean="All that was earned by the end of the month is revenue.",
        dirty="Months not recognized, which the day's run does: {count}.",
    )


def undecided(entity: BillingEntity, month: Period) -> Finding:
    """Exceptions nobody decided and refunds nobody finished. Credit notes are issued by those who may."""
    until = end_of(entity, month)
    asked = (
        ExceptionRequest.objects.filter(
            Q(customer__seller_assignment__billing_entity=entity)
            | Q(customer=None, seller_code=entity.code),
            state__in=PENDING_STATES,
            asked_at__lt=until,
        )
        .select_related("customer")
        .order_by("asked_at", "pk")
    )
    refunds = (
        Refund.objects.filter(
            payment__billing_entity=entity,
            state=RefundState.REQUESTED,
            requested_at__lt=until,
        )
        .select_related("customer")
        .order_by("requested_at", "pk")
    )
    return found(
        [*map(exception_row, asked[:SHOWN]), *map(refund_row, refunds[:SHOWN])],
        clean="No exception waits for a decision and no refund to be paid out.",
        dirty="Exceptions and refunds that wait: {count}.",
        more=beyond(asked) + beyond(refunds),
    )


def exception_row(one: ExceptionRequest) -> FindingRow:
    whose = f" for {one.customer.legal_name}" if one.customer else ""
    return FindingRow(
        label=f"{one.number}: {one.get_kind_display()}{whose}",
        words=one.get_state_display(),
        page="exception",
        key=one.number,
        currency=one.currency,
        minor=one.amount_minor if one.currency else None,
        day=one.asked_at.date().isoformat(),
    )


def refund_row(one: Refund) -> FindingRow:
    return FindingRow(
        label=f"Refund to {one.customer.legal_name}",
        words=one.problem or "Requested and not paid out yet",
        page="refund",
        key=str(one.pk),
        currency=one.currency,
        minor=one.amount_minor,
        day=one.requested_at.date().isoformat(),
    )


def unapplied_webhooks(entity: BillingEntity, month: Period) -> Finding:
    """What the gateway told by the end of the month and nobody applied; for all sellers alike."""
    events = GatewayEvent.objects.filter(
        applied_at=None, created_at__lt=end_of(entity, month)
    ).order_by("created_at", "pk")
    return found(
        (
            FindingRow(
                label=f"{one.kind} {one.event_id}",
                words="Not applied",
                page="gateway_event",
                key=str(one.pk),
                day=one.created_at.date().isoformat(),
            )
            for one in events.defer("body")[:SHOWN]
        ),
        clean="Every webhook of the month is applied.",
        dirty="Webhooks not applied: {count}.",
        more=beyond(events),
    )


def unmatched_bank_lines(entity: BillingEntity, month: Period) -> Finding:
    """Bank lines booked by the end of the month that are neither matched nor set aside."""
    lines = BankLine.objects.filter(
        billing_entity=entity, state=BankLineState.OPEN, booked_on__lt=month.after
    ).order_by("booked_on", "pk")
    return found(
        (
            FindingRow(
                label=one.payer_name or one.reference or "Bank line",
                words=one.reason or "Neither matched nor set aside",
                page="bank_line",
                key=str(one.pk),
                currency=one.currency,
                minor=one.amount_minor,
                day=one.booked_on.isoformat(),
            )
            for one in lines[:SHOWN]
        ),
        clean="Every bank line is matched or set aside.",
        dirty="Open bank lines: {count}.",
        more=beyond(lines),
    )
