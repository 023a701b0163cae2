"""A voided invoice beside its replacements: what is the same, what changed, what is new or gone."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from uuid import UUID

from billing.models import Invoice, InvoiceLine

LineKey = tuple[str, str, str, date, date]


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
    """Lines for the same seats and days, before and after; None where there is none."""

    description: str
    plan_name: str
    first: date
    after: date
    before: LineSide | None
    now: LineSide | None

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
    """Sums in minor units before tax; totals are None until tax is determined."""

    currency: str
    lines: tuple[LineChange, ...]
    before_minor: int
    now_minor: int
    total_before_minor: int | None
    total_now_minor: int | None


def void_changes(voided: Invoice, replacements: Sequence[Invoice]) -> VoidChanges:
    """Side by side, in the order of the voided invoice, then what is new; two queries."""
    before, now = lines_by_key([voided]), lines_by_key(replacements)
    pairs = [
        (key, was, is_now)
        for key in dict.fromkeys([*before, *now])
        for was, is_now in zip_longest(before.get(key, ()), now.get(key, ()))
    ]
    totals = [one.total_minor if one.number else draft_total(one) for one in replacements]
    return VoidChanges(
        currency=voided.currency,
        lines=tuple(line_change(was, is_now) for _, was, is_now in pairs),
        before_minor=voided.subtotal_minor,
        now_minor=sum(one.subtotal_minor for one in replacements),
        total_before_minor=voided.total_minor,
        total_now_minor=sum(total or 0 for total in totals) if None not in totals else None,
    )


def draft_total(draft: Invoice) -> int | None:
    return None if draft.tax_minor is None else draft.subtotal_minor + draft.tax_minor


def lines_by_key(invoices: Sequence[Invoice]) -> dict[LineKey, list[InvoiceLine]]:
    """Lines by what they are for, in their order; one query."""
    found: defaultdict[LineKey, list[InvoiceLine]] = defaultdict(list)
    lines = InvoiceLine.objects.filter(invoice__in=invoices).select_related("invoice")
    for line in lines.order_by("invoice__drafted_at", "position"):
        key = (line.plan_name, line.seat_type_code, line.kind, line.span_first, line.span_after)
        found[key].append(line)
    return found


def line_change(was: InvoiceLine | None, now: InvoiceLine | None) -> LineChange:
    line = now or was
    assert line is not None, "one of the two sides is there"
    return LineChange(
        description=line.description,
        plan_name=line.plan_name,
        first=line.span_first,
        after=line.span_after,
        before=side(was) if was else None,
        now=side(now) if now else None,
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
