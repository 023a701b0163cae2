"""Detectors: for each the query that finds its rows and the decision over them."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from desk.calc.detect_invoices import missing_invoices, tax_changed, unusual_invoices
from desk.calc.detect_seats import billed_twice, late_removals, seat_drift
from desk.calc.findings import DEFAULT_LIMITS, Found, Limits
from desk.enums import DetectorCode
from desk.models import DetectorRule
from desk.queries.detector_invoices import due_subscriptions, priced_invoices, taxed_otherwise
from desk.queries.detector_seats import counted_seats, lines_of_same_basis, removals

Detector = Callable[[datetime, datetime, Limits], list[Found]]

DETECTORS: Mapping[str, Detector] = {
    DetectorCode.BILLED_TWICE: lambda since, at, _: billed_twice(
        lines_of_same_basis(since=since, at=at)
    ),
    DetectorCode.LATE_REMOVAL: lambda since, at, limits: late_removals(
        removals(since=since, at=at), limits
    ),
    DetectorCode.SEAT_DRIFT: lambda since, at, limits: seat_drift(
        counted_seats(since=since, at=at), limits
    ),
    DetectorCode.TAX_CHANGED: lambda since, at, _: tax_changed(taxed_otherwise(since=since, at=at)),
    DetectorCode.UNUSUAL_INVOICE: lambda since, at, limits: unusual_invoices(
        priced_invoices(since=since, at=at), limits
    ),
    DetectorCode.INVOICE_MISSING: lambda since, at, limits: missing_invoices(
        due_subscriptions(since=since, at=at), at=at, limits=limits
    ),
}


def found_by(
    detector: str, *, at: datetime, limits: Limits, days: int | None = None
) -> list[Found]:
    """What a detector finds in the `days` before `at`; without, in the window of its limits."""
    since = at - timedelta(days=days or limits.window_days)
    return DETECTORS[detector](since, at, limits)


def limits_in_force() -> Mapping[str, Limits]:
    """The limits of each detector that is on: as people set them, else the defaults. One query."""
    rules = {rule.detector: rule for rule in DetectorRule.objects.all()}
    return {
        code: limits_of(rules[code]) if code in rules else default
        for code, default in DEFAULT_LIMITS.items()
        if code not in rules or rules[code].is_on
    }


def limits_of(rule: DetectorRule) -> Limits:
    return Limits(rule.window_days, rule.at_least, rule.percent)
