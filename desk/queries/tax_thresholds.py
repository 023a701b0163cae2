"""Where sales stand against the registration thresholds, as the desk draws it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count

from desk.queries.tax_facts import place_name
from tax.enums import ThresholdState
from tax.models import ThresholdPosition

FULL = 100
STATES = {
    ThresholdState.CROSSED: ("dk-chip-stop", "dk-bar-stop"),
    ThresholdState.NEAR: ("dk-chip-wait", "dk-bar-wait"),
    ThresholdState.BELOW: ("dk-chip-ok", ""),
    ThresholdState.REGISTERED: ("dk-chip-info", "dk-bar-done"),
}
URGENCY = [str(state) for state in STATES]


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """One seller against one threshold; amounts in minor units of its currency, percent whole."""

    entity: str
    jurisdiction: str
    place: str
    state: str
    state_words: str
    chip: str
    bar: str
    percent: int
    sales_minor: int
    threshold_minor: int
    currency: str
    transactions: int
    transactions_needed: int | None
    both_needed: bool
    counts: str
    period: str
    crosses_on: date | None
    missing_rates: str
    source: str
    grade: str
    measured_at: datetime

    @property
    def shown_percent(self) -> int:
        return min(self.percent, FULL)


@dataclass(frozen=True, slots=True)
class ThresholdAlerts:
    """How many are crossed without a registration, and how many are close."""

    crossed: int
    near: int


def threshold_rows(
    *, entity: str = "", place: str = "", with_unsold: bool = False
) -> tuple[ThresholdRow, ...]:
    """The most urgent first; places without sales only if asked for. One query."""
    rows = ThresholdPosition.objects.select_related("billing_entity", "threshold")
    if entity:
        rows = rows.filter(billing_entity__code=entity)
    if not with_unsold:
        rows = rows.exclude(sales_minor=0, transactions=0)
    wanted = place.strip().casefold()
    found = (threshold_row(row) for row in rows)
    chosen = (row for row in found if wanted in f"{row.place} {row.jurisdiction}".casefold())
    return tuple(in_order_of_urgency(chosen))


def in_order_of_urgency(rows: Iterable[ThresholdRow]) -> list[ThresholdRow]:
    return sorted(
        rows, key=lambda row: (URGENCY.index(row.state), -row.percent, row.entity, row.place)
    )


def threshold_row(row: ThresholdPosition) -> ThresholdRow:
    threshold = row.threshold
    chip, bar = STATES[ThresholdState(row.state)]
    is_union = threshold.jurisdiction == "EU"
    return ThresholdRow(
        entity=row.billing_entity.code,
        jurisdiction=threshold.jurisdiction,
        place="European Union" if is_union else place_name(threshold.jurisdiction),
        state=row.state,
        state_words=row.get_state_display(),
        chip=chip,
        bar=bar,
        percent=row.percent,
        sales_minor=row.sales_minor,
        threshold_minor=threshold.amount_minor,
        currency=threshold.currency,
        transactions=row.transactions,
        transactions_needed=threshold.transactions,
        both_needed=threshold.both_needed,
        counts=threshold.get_counts_display(),
        period=threshold.get_period_display(),
        crosses_on=row.crosses_on if row.state in {"below", "near"} else None,
        missing_rates=row.missing_rates,
        source=threshold.source,
        grade=threshold.grade,
        measured_at=row.measured_at,
    )


def threshold_alerts() -> ThresholdAlerts:
    """What somebody should look at. One query."""
    counts = dict(
        ThresholdPosition.objects.filter(state__in=[ThresholdState.CROSSED, ThresholdState.NEAR])
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    return ThresholdAlerts(
        counts.get(ThresholdState.CROSSED, 0), counts.get(ThresholdState.NEAR, 0)
    )
