"""What recovery brought back, over months and by what it was: rates, money, and a chart of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from billing.documents.staff_text import money_decimal
from desk.queries.recovery_words import decline_words
from dunning.queries.recovered import Grouping, RecoveredRow, recovered_by


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """Cases that first failed from `first` to `last`, both included, in UTC. Empty means any."""

    first: date
    last: date
    campaign: str = ""
    decline: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """The same cases four ways."""

    months: tuple[RecoveredRow, ...]
    campaigns: tuple[RecoveredRow, ...]
    declines: tuple[RecoveredRow, ...]
    sellers: tuple[RecoveredRow, ...]

    @property
    def currencies(self) -> tuple[str, ...]:
        return tuple(sorted({row.currency for row in self.months}))


def a_year_until(today: date) -> tuple[date, date]:
    """From the first of the month a year ago up to today."""
    return today.replace(year=today.year - 1, day=1), today


def results(asked: ResultFilter) -> Results:
    """Four queries, whatever the span."""
    return Results(
        months=grouped("month", asked),
        campaigns=grouped("campaign", asked),
        declines=grouped("decline_code", asked),
        sellers=grouped("billing_entity", asked),
    )


def grouped(grouping: Grouping, asked: ResultFilter) -> tuple[RecoveredRow, ...]:
    return tuple(
        recovered_by(
            grouping=grouping,
            since=start_of(asked.first),
            until=start_of(asked.last + timedelta(days=1)),
            campaign=asked.campaign,
            decline_code=asked.decline,
            currency=asked.currency,
        )
    )


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def label_words(grouping: str, label: str) -> str:
    """A decline code in plain words; what is overdue or was not confirmed has none."""
    if grouping != "decline_code":
        return label
    return decline_words(label) if label else "No decline: overdue, or not confirmed"


def chart_of(rows: Sequence[RecoveredRow], currency: str) -> dict[str, Any]:
    """Months of one currency in major units, and the share recovered in percent."""
    shown = [row for row in rows if row.currency == currency]
    parts = (
        ("Recovered", "recovered_minor"),
        ("Settled by credit", "credited_minor"),
        ("Written off", "written_off_minor"),
        ("Still open", "open_minor"),
    )
    return {
        "currency": currency,
        "labels": [row.label for row in shown],
        "bars": [
            {
                "name": name,
                "amounts": [float(money_decimal(getattr(row, part), currency)) for row in shown],
            }
            for name, part in parts
        ],
        "rate": [row.rate_percent for row in shown],
    }
