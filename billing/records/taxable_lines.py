"""Lines on their way to tax: their amounts and days, and how the lines they correct were taxed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from billing.enums import InvoiceState
from billing.models import InvoiceLine, InvoiceTax, RatedSpan
from billing.records.prepared import run_prepared
from billing.records.voided_spans import load_voids_of
from tax.calc.types import Decision, Registration, TaxPart
from tax.records.fact_rows import ppm

ONE_DAY = timedelta(days=1)
PeriodKey = tuple[UUID, str, date]
PairKey = tuple[UUID, str, date, date, date]
RATED_LINES = """
SELECT line.invoice_id, line.position, line.amount_minor, line.span_first, line.span_after,
       span.corrects_spans, span.subscription_id, line.seat_type_code, span.period_first,
       rating.number
  FROM billing_invoiceline AS line
  JOIN billing_ratedspan AS span ON span.id = line.rated_span_id
  JOIN billing_rating AS rating ON rating.id = span.rating_id
 WHERE line.invoice_id = ANY($1::uuid[])
 ORDER BY line.invoice_id, line.position
"""


class TaxableLine(NamedTuple):
    """
    A line before tax; signed minor units, half-open local dates.

    `corrects` are the rated spans it corrects; a credit without any gives back a charge of its
    `period_first`. `rating_number` is that of its own rating.
    """

    position: int
    amount_minor: int
    span_first: date
    span_after: date
    corrects: Sequence[UUID]
    subscription_id: UUID
    seat_type: str
    period_first: date
    rating_number: int

    @property
    def period_key(self) -> PeriodKey:
        return self.subscription_id, self.seat_type, self.period_first

    @property
    def pair_key(self) -> PairKey:
        """Unused time and remaining time of one change stand on lines with equal days."""
        return *self.period_key, self.span_first, self.span_after

    @property
    def needs_origin(self) -> bool:
        return bool(self.corrects) or self.amount_minor < 0

    def tax_point(self, cycle_date: date) -> date:
        """The billing moment, or the last day of service where that was earlier."""
        last_day = max(self.span_first, self.span_after - ONE_DAY)
        return min(cycle_date, last_day)


@dataclass(frozen=True, slots=True)
class Origin:
    """How a line was taxed when its invoice was issued, or when it will be if it is a draft."""

    number: str
    tax_point: date
    decision: Decision | None


Origins = Mapping[PeriodKey | UUID, Origin]


def load_taxable_lines(invoice_ids: Collection[UUID]) -> dict[UUID, list[TaxableLine]]:
    """The rated lines of invoices, in reading order; one query. Lines that people credit are not."""
    lines: defaultdict[UUID, list[TaxableLine]] = defaultdict(list)
    for row in run_prepared(RATED_LINES, [list(invoice_ids)]):
        lines[row[0]].append(TaxableLine._make(row[1:]))
    return lines


def load_origins(lines: Iterable[TaxableLine]) -> Origins:
    """
    Origins by corrected span, and by period for credits that name none.

    At most four queries when any line corrects something, else none.
    """
    needing = [line for line in lines if line.needs_origin]
    if not needing:
        return {}
    by_period = first_charges(
        {line.period_key: line.rating_number for line in needing if not line.corrects}
    )
    span_ids = {one for line in needing for one in line.corrects} | set(by_period.values())
    by_span = taxed_spans(span_ids)
    found: dict[PeriodKey | UUID, Origin] = dict(by_span.items())
    for key, span in by_period.items():
        if span in by_span:
            found[key] = by_span[span]
    return found


def net_of_pairs(lines: Iterable[TaxableLine]) -> dict[PairKey, int]:
    """What lines with equal days come to together; lines that name what they correct stand alone."""
    nets: defaultdict[PairKey, int] = defaultdict(int)
    for line in lines:
        if not line.corrects:
            nets[line.pair_key] += line.amount_minor
    return nets


def origin_of(line: TaxableLine, origins: Origins, nets: Mapping[PairKey, int]) -> Origin | None:
    """
    What the line corrects or gives back, if it was ever on paper.

    A pair that gives back in sum does so at the old rate, both lines; one that adds is new supply.
    """
    named = [origins[one] for one in line.corrects if one in origins]
    if named:
        return named[0]
    gives_back = bool(line.corrects) or nets[line.pair_key] < 0
    return origins.get(line.period_key) if gives_back else None


def first_charges(wanted: Mapping[PeriodKey, int]) -> dict[PeriodKey, UUID]:
    """
    The first rated span that charged for each period of a seat type, as the asking rating knew it.

    :param wanted: by period, the number of the rating that asks: voids before it count
    """
    if not wanted:
        return {}
    voids = load_voids_of({owner for owner, _, _ in wanted})
    rows = (
        RatedSpan.objects.filter(
            subscription__in={one[0] for one in wanted},
            period_first__in={one[2] for one in wanted},
            amount_minor__gt=0,
        )
        .order_by("rating__number", "span_first", "id")
        .values_list("id", "subscription_id", "seat_type__code", "period_first")
    )
    found: dict[PeriodKey, UUID] = {}
    for span_id, owner, seat_type, period_first in rows:
        key = (owner, seat_type, period_first)
        if key in wanted and voids.is_billed(span_id, rating=wanted[key]):
            found.setdefault(key, span_id)
    return found


def taxed_spans(span_ids: Collection[UUID]) -> dict[UUID, Origin]:
    """The lines of these spans with the taxes on them."""
    lines = list(
        InvoiceLine.objects.filter(rated_span__in=span_ids).values_list(
            "rated_span_id", "position", "span_first", "span_after", "invoice_id",
            "invoice__number", "invoice__state", "invoice__cycle_date",
        )
    )  # fmt: skip
    finalized = {row[4] for row in lines if row[6] == InvoiceState.FINALIZED}
    taxes: defaultdict[UUID, list[InvoiceTax]] = defaultdict(list)
    for tax in InvoiceTax.objects.filter(invoice__in=finalized).order_by("number"):
        taxes[tax.invoice_id].append(tax)
    found = {}
    for span_id, position, first, after, invoice_id, number, _, cycle_date in lines:
        on_it = [tax for tax in taxes[invoice_id] if position in tax.positions]
        tax_point = min(cycle_date, max(first, after - ONE_DAY))
        found[span_id] = Origin(number, tax_point, stored_decision(on_it) if on_it else None)
    return found


def stored_decision(taxes: Sequence[InvoiceTax]) -> Decision:
    """The decision that tax rows of one line recorded."""
    first = taxes[0]
    return Decision(
        treatment=first.treatment,
        category_code=first.category_code,
        rule=first.rule,
        words=first.words,
        parts=tuple(stored_part(tax) for tax in taxes),
        note=first.inputs.get("note", ""),
        note_facts=first.inputs.get("note_facts", {}),
    )


def stored_part(tax: InvoiceTax) -> TaxPart:
    registration = None
    if tax.registration_id:
        registration = Registration(
            str(tax.registration_id), tax.jurisdiction, "", "", valid_from=date.min
        )
    return TaxPart(
        tax=tax.name,
        jurisdiction=tax.jurisdiction,
        rate_ppm=ppm(tax.rate_percent),
        share_ppm=ppm(tax.share_percent),
        registration=registration,
        source=tax.rate_source,
    )
