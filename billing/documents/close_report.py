"""The report of a closed month on paper: every item, the figures, and who signed what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.template.loader import render_to_string

from billing.documents.staff_text import moment, staff_money
from billing.documents.weasy import PrintedDocument, print_html


@dataclass(frozen=True, slots=True)
class ReportItem:
    """`outcome` in words; `explained` names who waived the finding and why."""

    title: str
    outcome: str
    words: str
    explained: str = ""


@dataclass(frozen=True, slots=True)
class ReportSum:
    words: str
    minor: int
    is_edge: bool = False


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """A month in one currency, in minor units."""

    currency: str
    sums: Sequence[ReportSum]
    receivables: Sequence[ReportSum]
    deferred: Sequence[ReportSum]


@dataclass(frozen=True, slots=True)
class ReportSignature:
    what: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CloseReport:
    """All the report says. `locked_at` is empty while the month is open: then it is a draft."""

    entity: str
    legal_name: str
    address: Sequence[str]
    accent_color: str
    paper: str
    month: date
    last_day: date
    time_zone: str
    computed_at: datetime
    locked_at: datetime | None
    digest: str
    items: Sequence[ReportItem]
    figures: Sequence[ReportFigures]
    signatures: Sequence[ReportSignature]
    history: Sequence[ReportSignature]


@dataclass(frozen=True, slots=True)
class Line:
    words: str
    amount: str
    is_edge: bool


@dataclass(frozen=True, slots=True)
class Block:
    """One currency's figures, ready to print."""

    currency: str
    sums: tuple[Line, ...]
    receivables: tuple[Line, ...]
    deferred: tuple[Line, ...]


def print_close_report(report: CloseReport) -> PrintedDocument:
    """
    The report as PDF/A. The same report gives the same bytes.

    :raises GlyphMissing: if no font has one of its characters
    """
    stated_at = report.locked_at or report.computed_at
    context = {
        "report": report,
        "title": f"Month end {report.month:%B %Y}",
        "stated_at": stated_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "computed_at": moment(report.computed_at),
        "locked_at": moment(report.locked_at) if report.locked_at else "",
        "blocks": [block(one) for one in report.figures],
        "signatures": [(one.what, one.by, moment(one.at)) for one in report.signatures],
        "history": [(one.what, one.by, moment(one.at)) for one in report.history],
        "digest_lines": (report.digest[:32], report.digest[32:]),
    }
    html = render_to_string("documents/close_report.html", context)
    return print_html(html, paper=report.paper)


def block(one: ReportFigures) -> Block:
    def lines(sums: Sequence[ReportSum]) -> tuple[Line, ...]:
        return tuple(
            Line(row.words, staff_money(row.minor, one.currency), row.is_edge) for row in sums
        )

    return Block(one.currency, lines(one.sums), lines(one.receivables), lines(one.deferred))
