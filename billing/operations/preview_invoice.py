"""Preview: the next invoice of a subscription as it would be, also after changes nobody has made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import Customer
from billing.calc.formula_words import formula_words
from billing.calc.line_text import describe_line
from billing.calc.rating import Rater
from billing.calc.tax_note import no_registration_note
from billing.calc.totals import Totals, total_up
from billing.calc.types import LedgerFact, RatedSpan, RatingInput, RatingResult
from billing.enums import InvoiceKind
from billing.models import SeatType, Subscription
from billing.operations.finalize_invoices import credit_balances
from billing.operations.rate_periods import last_ratings
from billing.operations.receive_events import decide, event_row, ledger_of
from billing.records.billed_spans import billed_spans
from billing.records.incoming import IncomingEvent
from billing.records.ledger_batch import load_ledger_batch
from billing.records.subscription_book import SubscriptionBook, load_subscription_books
from kernel.refusal import Refusal

NO_SELLER = "No billing entity is assigned, so nobody may invoice this customer yet."


class NotPreviewed(Refusal):
    code = "change_not_previewed"


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A line as it would be drafted; amounts in minor units, dates half-open and local."""

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


@dataclass(frozen=True, slots=True)
class Preview:
    """
    What the next rating would put on paper. Amounts in minor units of `currency`.

    `totals` are those of the invoice; `credit_note_minor` is what a credit note beside it would give.
    `seats` are seats by type and state at `as_of`.
    """

    subscription: str
    currency: str
    time_zone: str
    as_of: datetime
    lines: tuple[PreviewLine, ...]
    totals: Totals
    credit_note_minor: int
    tax_note: str
    seats: tuple[tuple[str, str, int], ...]


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

    :raises Refusal: what receiving would refuse, or NotPreviewed for changes of price or plan
    """
    subscription = Subscription.objects.select_related(
        "customer__seller_assignment__billing_entity"
    ).get(pk=subscription_id)
    facts = facts_of(events=events, subscription=subscription, at=at)
    book = load_subscription_books(subscriptions=[subscription])[subscription.pk]
    known = known_at(book=book, facts=facts, at=at, as_of=as_of or at)
    result = rated(known, subscription)
    if as_of is None and not result.spans and result.next_due_at:
        known = known_at(book=book, facts=facts, at=at, as_of=result.next_due_at)
        result = rated(known, subscription)
    return preview_of(subscription, known.as_of, result)


def facts_of(
    *, events: Sequence[IncomingEvent], subscription: Subscription, at: datetime
) -> list[LedgerFact]:
    """The ledger entries these events would make, each knowing those before it."""
    if not events:
        return []
    with transaction.atomic():
        batch = load_ledger_batch(
            events=events, subscriptions={subscription.external_id: subscription}
        )
    facts: list[LedgerFact] = []
    for event in events:
        if event.price or event.plan:
            raise NotPreviewed("A change of price or plan cannot be previewed. Preview seats only.")
        ledger = ledger_of(event, batch)
        row = event_row(event, ledger, batch, event.payload(), "", at)
        position = max((one.position for one in ledger.facts), default=0)
        for place, draft in enumerate(decide(event, row, ledger, batch), position + 1):
            fact = draft.as_fact(entry_id=f"preview-{place}", event_id=str(row.pk), position=place)
            ledger.take(fact)
            facts.append(fact)
    return facts


def known_at(
    *, book: SubscriptionBook, facts: Sequence[LedgerFact], at: datetime, as_of: datetime
) -> RatingInput:
    """What rating would start from, were the facts in the ledger."""
    subscription = book.subscription
    zone = ZoneInfo(subscription.time_zone)
    touched = [fact.effective_at.astimezone(zone).date() for fact in facts]
    if subscription.touched_from:
        touched.append(subscription.touched_from)
    known = book.rating_input(
        as_of=as_of,
        rated_at=at,
        settled_at=last_ratings([subscription]).get(subscription.pk),
        touched_from=min(touched, default=None),
    )
    return replace(known, facts=(*known.facts, *facts))


def rated(known: RatingInput, subscription: Subscription) -> RatingResult:
    rater = Rater(known)
    return rater.rate(billed_spans({subscription.pk: rater.window})[subscription.pk])


def preview_of(subscription: Subscription, as_of: datetime, result: RatingResult) -> Preview:
    """Lines, totals and credit of a rating that stays on paper."""
    customer = subscription.customer
    lines = preview_lines(result.spans, language=customer.language)
    credit = credit_balances([customer.pk])[customer.pk, subscription.currency]
    return Preview(
        subscription=subscription.external_id,
        currency=subscription.currency,
        time_zone=subscription.time_zone,
        as_of=as_of,
        lines=lines,
        totals=total_up(amounts(lines, InvoiceKind.INVOICE), credit_available=credit),
        credit_note_minor=-sum(amounts(lines, InvoiceKind.CREDIT_NOTE)),
        tax_note=tax_words(customer),
        seats=tuple(
            (seat_type, state, count)
            for seat_type, states in result.seats.items()
            for state, count in states.items()
        ),
    )


def amounts(lines: Sequence[PreviewLine], document_kind: str) -> list[int]:
    return [line.amount_minor for line in lines if line.document_kind == document_kind]


def preview_lines(spans: Sequence[RatedSpan], *, language: str) -> tuple[PreviewLine, ...]:
    """Spans in the words of the invoice's language, in the order it would show them."""
    price_ids = {UUID(span.price_key) for span in spans}
    seat_types = SeatType.objects.filter(prices__in=price_ids).values_list(
        "code", "name", "display_order"
    )
    names = {code: (order, name) for code, name, order in seat_types}
    ordered = sorted(
        spans, key=lambda span: (names[span.seat_type][0], span.period.first, span.span.first)
    )
    return tuple(
        PreviewLine(
            kind=span.kind,
            seat_type=span.seat_type,
            description=describe_line(
                kind=span.kind, seat_type_name=names[span.seat_type][1], language=language
            ),
            quantity=span.quantity,
            seat_days=span.seat_days,
            unit_price_minor=span.unit_price_minor,
            span_first=span.span.first,
            span_after=span.span.after,
            amount_minor=span.amount_minor,
            formula=formula_words(span.formula, language=language),
            document_kind=span.disposition,
        )
        for span in ordered
    )


def tax_words(customer: Customer) -> str:
    """The sentence the tax stage would write."""
    if not hasattr(customer, "seller_assignment"):
        return NO_SELLER
    seller = customer.seller_assignment.billing_entity.legal_name
    return no_registration_note(seller=seller, language=customer.language)
