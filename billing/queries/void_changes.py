"""A voided invoice beside what bills its time anew: what is the same, what changed, what is new or gone."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from uuid import UUID

from django.db.models import QuerySet

from billing.models import Invoice, InvoiceLine, InvoiceVoid
from billing.queries.voids import replaced

LineKey = tuple[str, str, str, date, date]
PeriodKey = tuple[UUID, date]


@dataclass(frozen=True, slots=True)
class LineSide:
    """A line on one of the two sides; minor units of its invoice."""

    invoice_id: UUID
    label: str
    position: int
    quantity: int
    amount_minor: int
    formula: str


@dataclass(frozen=True, slots=True)
class LineChange:
    """
    Lines for the same seats and days, before and after; None where there is none.

    `is_beside`: of a period the voided invoice did not bill; due at the same time by itself.
    """

    description: str
    plan_name: str
    first: date
    after: date
    before: LineSide | None
    now: LineSide | None
    is_beside: bool

    @property
    def difference_minor(self) -> int:
        before = self.before.amount_minor if self.before else 0
        return (self.now.amount_minor if self.now else 0) - before

    @property
    def is_same(self) -> bool:
        """Whether nothing about it changed."""
        if self.before is None or self.now is None:
            return False
        was, now = self.before, self.now
        return (was.quantity, was.amount_minor, was.formula) == (
            now.quantity, now.amount_minor, now.formula,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class VoidChanges:
    """
    Sums in minor units before tax: of the voided invoice, of its time anew, of what is due beside.

    `total_now_minor` is all of the replacements with tax; None until tax is determined.
    """

    currency: str
    lines: tuple[LineChange, ...]
    before_minor: int
    now_minor: int
    beside_minor: int
    total_before_minor: int | None
    total_now_minor: int | None


def void_changes(void: InvoiceVoid) -> VoidChanges:
    """Side by side, in the order of the voided invoice, then what is new; four queries."""
    voided = void.invoice
    old = lines_in_order(InvoiceLine.objects.filter(invoice=voided))
    keys = replaced("voided.void_id = %s", void.pk)
    new = lines_in_order(InvoiceLine.objects.filter(pk__in=[line for _, _, line in keys]))
    replacements = Invoice.objects.filter(pk__in={invoice for invoice, _, _ in keys})
    lines = changes_of(old, new)
    totals = [
        None if one.tax_minor is None else one.subtotal_minor + one.tax_minor
        for one in replacements
    ]
    known = [total for total in totals if total is not None]
    return VoidChanges(
        currency=voided.currency,
        lines=lines,
        before_minor=voided.subtotal_minor,
        now_minor=sum(one.now.amount_minor for one in lines if one.now and not one.is_beside),
        beside_minor=sum(one.now.amount_minor for one in lines if one.now and one.is_beside),
        total_before_minor=voided.total_minor,
        total_now_minor=sum(known) if len(known) == len(totals) else None,
    )


def lines_in_order(lines: QuerySet[InvoiceLine]) -> list[InvoiceLine]:
    loaded = lines.select_related("invoice", "rated_span")
    return list(loaded.order_by("invoice__drafted_at", "invoice_id", "position"))


def changes_of(
    old: Collection[InvoiceLine], new: Collection[InvoiceLine]
) -> tuple[LineChange, ...]:
    periods = {period_of(line) for line in old}
    before, now = by_key(old), by_key(new)
    return tuple(
        line_change(was, is_now, periods)
        for key in dict.fromkeys([*before, *now])
        for was, is_now in zip_longest(before.get(key, ()), now.get(key, ()))
    )


def by_key(lines: Iterable[InvoiceLine]) -> dict[LineKey, list[InvoiceLine]]:
    """Lines by what they are for."""
    found: defaultdict[LineKey, list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        key = (line.plan_name, line.seat_type_code, line.kind, line.span_first, line.span_after)
        found[key].append(line)
    return found


def period_of(line: InvoiceLine) -> PeriodKey:
    span = line.rated_span
    assert span is not None, "an invoice has rated lines only"
    return span.subscription_id, span.period_first


def line_change(
    was: InvoiceLine | None, now: InvoiceLine | None, periods: Collection[PeriodKey]
) -> LineChange:
    line = now or was
    assert line is not None, "one of the two sides is there"
    return LineChange(
        description=line.description,
        plan_name=line.plan_name,
        first=line.span_first,
        after=line.span_after,
        before=side(was) if was else None,
        now=side(now) if now else None,
        is_beside=was is None and period_of(line) not in periods,
    )


def side(line: InvoiceLine) -> LineSide:
    """Needs the invoice loaded with it."""
    return LineSide(
        invoice_id=line.invoice_id,
        label=line.invoice.number or "draft",
        position=line.position,
        quantity=line.quantity,
        amount_minor=line.amount_minor,
        formula=line.formula,
    )
