"""Bank lines: the list with suggestions, one line with candidates, and sums by currency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from accounts.queries.paging import Page, page_of
from billing.calc.bank.match import suggestions
from billing.enums import BankLineState
from billing.models import BankLine
from billing.queries.bank_claims import claims_named, credit_of, invoice_prefixes, payers_of
from desk.queries.bank_words import MatchOffer, offer_of
from desk.queries.invoice_list import customers_named
from desk.queries.money_payments import amount_is

STATES = {"": "Open", "matched": "Matched", "set_aside": "Set aside", "any": "All"}
ON_LIST, ON_PAGE = 2, 8


@dataclass(frozen=True, slots=True)
class BankFilter:
    """What was asked for; an empty state means open, other empty ones any. Days are booking days."""

    search: str = ""
    state: str = ""
    entity: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class LineRow:
    """A booking in minor units of `currency`, positive: money came in. Offers only while it is open."""

    id: UUID
    statement_id: UUID
    position: int
    file_name: str
    booked_on: date
    entity: str
    account: str
    currency: str
    amount_minor: int
    payer_name: str
    payer_account: str
    reference: str
    state: str
    state_words: str
    reason: str
    payment_id: UUID | None
    customer_id: UUID | None
    customer_name: str
    decided_at: datetime | None
    decided_by: str
    offers: tuple[MatchOffer, ...] = ()


@dataclass(frozen=True, slots=True)
class LineSum:
    """What the found lines of a currency come to, in minor units."""

    currency: str
    count: int
    amount_minor: int


def found_lines(asked: BankFilter) -> QuerySet[BankLine]:
    """Open ones oldest first, since they wait; others newest first."""
    rows = BankLine.objects.select_related(
        "statement", "billing_entity", "payment__customer", "decided_by"
    )
    if asked.search:
        rows = rows.filter(matches(asked.search))
    exact: dict[str, Any] = {
        "state": "" if asked.state == "any" else asked.state or BankLineState.OPEN,
        "billing_entity__code": asked.entity,
        "booked_on__gte": asked.first,
        "booked_on__lte": asked.last,
    }
    found = rows.filter(**{name: value for name, value in exact.items() if value})
    return found.order_by(*(("-booked_on", "-pk") if asked.state else ("booked_on", "pk")))


def matches(search: str) -> Q:
    """A payer, an account, what was written, the customer it was matched to, or an amount."""
    wanted = (
        Q(payer_name__icontains=search)
        | Q(reference__icontains=search)
        | Q(payer_account__iexact=search.replace(" ", ""))
        | Q(payment__customer__in=customers_named(search))
    )
    same_amount = amount_is(search)
    return wanted | same_amount if same_amount else wanted


def line_list(asked: BankFilter, *, number: int) -> Page[LineRow]:
    """Eight queries at most, however many lines: the page, and what open ones may pay."""
    found = page_of(found_lines(asked), number=number, to_row=lambda line: line)
    offers = offers_for(found.rows, most=ON_LIST)
    rows = tuple(replace(line_row(line), offers=offers.get(line.pk, ())) for line in found.rows)
    return Page(rows=rows, number=found.number, has_next=found.has_next)


def line_sums(asked: BankFilter) -> tuple[LineSum, ...]:
    rows = (
        found_lines(asked)
        .select_related(None)
        .order_by("currency")
        .values_list("currency")
        .annotate(Count("pk"), Sum("amount_minor"))
    )
    return tuple(LineSum(*row) for row in rows)


def offers_for(lines: Sequence[BankLine], *, most: int) -> Mapping[UUID, tuple[MatchOffer, ...]]:
    """Whom each open line may be matched to and what that does, likeliest first."""
    waiting = [line for line in lines if may_be_matched(line)]
    if not waiting:
        return {}
    prefixes = invoice_prefixes()
    credits = {line.pk: credit_of(line, prefixes) for line in waiting}
    book = claims_named(one for credit in credits.values() for one in credit.named)
    payers = payers_of(waiting, credits, book)
    return {
        line.pk: tuple(
            offer_of(
                line,
                customer_id=one.customer,
                customer_name=one.customer_name,
                chosen=one.claims,
                open_claims=next(p.claims for p in payers[line.pk] if p.customer == one.customer),
                reasons=one.reasons,
            )
            for one in suggestions(credits[line.pk], book, payers[line.pk], most=most)
        )
        for line in waiting
    }


def may_be_matched(line: BankLine) -> bool:
    return line.state == BankLineState.OPEN and line.amount_minor > 0


def line_row(line: BankLine) -> LineRow:
    payment = line.payment
    return LineRow(
        id=line.pk,
        statement_id=line.statement_id,
        position=line.position,
        file_name=line.statement.file_name,
        booked_on=line.booked_on,
        entity=line.billing_entity.code,
        account=line.account,
        currency=line.currency,
        amount_minor=line.amount_minor,
        payer_name=line.payer_name,
        payer_account=line.payer_account,
        reference=line.reference,
        state=line.state,
        state_words=line.get_state_display(),
        reason=line.reason,
        payment_id=line.payment_id,
        customer_id=payment.customer_id if payment else None,
        customer_name=payment.customer.legal_name if payment else "",
        decided_at=line.decided_at,
        decided_by=line.decided_by.get_username() if line.decided_by else "",
    )
