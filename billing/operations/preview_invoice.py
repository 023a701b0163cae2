"""Preview: the next invoice of a subscription as it would be, also after changes nobody has made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.calc.formula_words import formula_words
from billing.calc.line_text import describe_line
from billing.calc.rating import Rater
from billing.calc.totals import Totals, total_up
from billing.calc.types import RatedSpan, RatingInput, RatingResult
from billing.enums import InvoiceKind
from billing.models import Subscription
from billing.operations.foresee_events import foresee_events
from billing.operations.preview_taxes import PreviewTax, preview_taxes
from billing.operations.rate_periods import last_ratings
from billing.queries.credit import credit_balances
from billing.records.billed_spans import billed_spans
from billing.records.catalog_book import CatalogBook
from billing.records.incoming import IncomingEvent
from billing.records.subscription_book import SubscriptionBook, load_subscription_books


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """
    A line as it would be drafted; amounts in minor units, dates half-open and local.

    `entry_ids` are the ledger entries that explain it, those of changes nobody has made included.
    """

    kind: str
    seat_type: str
    description: str
    quantity: int
    seat_days: int
    unit_price_minor: int
    span_first: date
    span_after: date
    amount_minor: int
    formula: str
    document_kind: str
    entry_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """
    What the next rating would put on paper. Amounts in minor units of `currency`.

    `totals` are those of the invoice; `credit_note_minor` is what a credit note beside it would give.
    `seats` are seats by type and state at `as_of`; `held` says why tax cannot be decided yet,
    to staff; `held_code` names it.
    """

    subscription: str
    currency: str
    time_zone: str
    as_of: datetime
    lines: tuple[PreviewLine, ...]
    totals: Totals
    taxes: tuple[PreviewTax, ...]
    credit_note_minor: int
    tax_note: str
    held: str
    seats: tuple[tuple[str, str, int], ...]
    held_code: str = ""


def preview_invoice(
    *,
    subscription_id: UUID,
    events: Sequence[IncomingEvent] = (),
    at: datetime,
    as_of: datetime | None = None,
) -> Preview:
    """
    Rate what is known plus `events` as of the next moment something is due, and write nothing.

    `as_of` names another moment. The same calc as the rate and draft stages, stopped before writing.

    :raises Refusal: what receiving would refuse
    """
    subscription = Subscription.objects.select_related(
        "customer__seller_assignment__billing_entity"
    ).get(pk=subscription_id)
    book = load_subscription_books(subscriptions=[subscription])[subscription.pk]
    touched_from = take_in(book=book, events=events, at=at)
    known = known_at(book=book, touched_from=touched_from, at=at, as_of=as_of or at)
    result = rated(known, subscription)
    if as_of is None and not result.spans and result.next_due_at:
        known = known_at(book=book, touched_from=touched_from, at=at, as_of=result.next_due_at)
        result = rated(known, subscription)
    return preview_of(book, known.as_of, result)


def take_in(
    *, book: SubscriptionBook, events: Sequence[IncomingEvent], at: datetime
) -> date | None:
    """Add to the book what the events would append; the earliest local date touched since last rated."""
    subscription = book.subscription
    zone = ZoneInfo(subscription.time_zone)
    touched = [subscription.touched_from] if subscription.touched_from else []
    if events:
        foreseen = foresee_events(events=events, subscription=subscription, at=at)
        book.entries.extend(foreseen.entries)
        book.catalog.take_in(foreseen.catalog)
        touched += [one.fact.effective_at.astimezone(zone).date() for one in foreseen.entries]
        book.known_position = max(book.known_position, foreseen.entries[-1].fact.position)
    return min(touched, default=None)


def known_at(
    *, book: SubscriptionBook, touched_from: date | None, at: datetime, as_of: datetime
) -> RatingInput:
    """What rating would start from, were all entries of the book in the ledger."""
    subscription = book.subscription
    return book.rating_input(
        as_of=as_of,
        rated_at=at,
        settled_at=last_ratings([subscription]).get(subscription.pk),
        touched_from=touched_from,
    )


def rated(known: RatingInput, subscription: Subscription) -> RatingResult:
    rater = Rater(known)
    return rater.rate(billed_spans({subscription.pk: rater.window})[subscription.pk])


def preview_of(book: SubscriptionBook, as_of: datetime, result: RatingResult) -> Preview:
    """Lines, totals and credit of a rating that stays on paper."""
    subscription = book.subscription
    customer = subscription.customer
    lines = preview_lines(result.spans, catalog=book.catalog, language=customer.language)
    tax = preview_taxes(subscription=subscription, spans=result.spans, as_of=as_of)
    credit = credit_balances([customer.pk])[customer.pk, subscription.currency]
    return Preview(
        subscription=subscription.external_id,
        currency=subscription.currency,
        time_zone=subscription.time_zone,
        as_of=as_of,
        lines=lines,
        totals=total_up(
            amounts(lines, InvoiceKind.INVOICE),
            [one.amount_minor for one in tax.taxes],
            credit_available=credit,
        ),
        taxes=tax.taxes,
        credit_note_minor=-sum(amounts(lines, InvoiceKind.CREDIT_NOTE)),
        tax_note=tax.note,
        held=tax.held,
        held_code=tax.held_code,
        seats=tuple(
            (seat_type, state, count)
            for seat_type, states in result.seats.items()
            for state, count in states.items()
        ),
    )


def amounts(lines: Sequence[PreviewLine], document_kind: str) -> list[int]:
    return [line.amount_minor for line in lines if line.document_kind == document_kind]


def preview_lines(
    spans: Sequence[RatedSpan], *, catalog: CatalogBook, language: str
) -> tuple[PreviewLine, ...]:
    """Spans in the words of the invoice's language, in the order it would show them."""
    sold = {span.price_key: catalog.prices[UUID(span.price_key)].seat_type for span in spans}
    ordered = sorted(
        spans,
        key=lambda span: (
            sold[span.price_key].display_order,
            span.period.first,
            span.span.first,
        ),
    )
    return tuple(
        PreviewLine(
            kind=span.kind,
            seat_type=span.seat_type,
            description=describe_line(
                kind=span.kind, seat_type_name=sold[span.price_key].name, language=language
            ),
            quantity=span.quantity,
            seat_days=span.seat_days,
            unit_price_minor=span.unit_price_minor,
            span_first=span.span.first,
            span_after=span.span.after,
            amount_minor=span.amount_minor,
            formula=formula_words(span.formula, language=language),
            document_kind=span.disposition,
            entry_ids=span.entry_ids,
        )
        for span in ordered
    )
