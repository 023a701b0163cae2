"""What the report of a month says, from what was computed and signed."""

from collections.abc import Mapping
from typing import Any

from billing.documents.close_report import (
    CloseReport,
    ReportFigures,
    ReportItem,
    ReportSignature,
    ReportSum,
)
from billing.enums import CloseItem, CloseOutcome, JournalKind
from billing.models import CloseWaiver
from billing.queries.close.checklist import CloseState
from billing.queries.close.work_left import zone_of_books
from tax.models import BillingEntity

SUMS = {
    "billed_minor": "Billed, tax included",
    "credited_minor": "Credited",
    "tax_minor": "Tax charged less credited",
    "collected_minor": "Collected",
    "given_back_minor": "Given back",
    "written_off_minor": "Written off",
    "earned_minor": "Revenue earned",
}
LETTER_COUNTRIES = ("US", "CA")
POSITIONS = {1: "Signed first, after the checks", 2: "Signed second and locked"}


def close_report(state: CloseState) -> CloseReport:
    """
    The month as two people signed it, or as it was computed last. One query for the result.

    The state must have a result.
    """
    assert state.result is not None
    assert state.result.finished_at is not None
    entity: BillingEntity = state.close.billing_entity
    result = state.result.result or {}
    waivers = {item.check.code: item.waiver for item in state.items if item.waiver}
    return CloseReport(
        entity=entity.code,
        legal_name=entity.legal_name,
        address=address_of(entity),
        accent_color=entity.accent_color,
        paper="Letter" if entity.country in LETTER_COUNTRIES else "A4",
        month=state.close.month,
        last_day=state.month.last,
        time_zone=str(zone_of_books(entity)),
        computed_at=state.result.finished_at,
        locked_at=state.signatures[-1].at if state.is_locked else None,
        digest=state.result.digest,
        items=[item_of(one, waivers.get(one["code"])) for one in result["items"]],
        figures=report_figures(result),
        signatures=[
            ReportSignature(POSITIONS[one.position], name_of(one.by), one.at)
            for one in state.signatures
        ],
        history=[
            ReportSignature(
                f"Opened again by {one.request.number}: {one.request.reason}", "", one.at
            )
            for one in state.reopenings
        ],
    )


def address_of(entity: BillingEntity) -> list[str]:
    town = f"{entity.postal_code} {entity.city}".strip()
    lines = (entity.address_line1, entity.address_line2, town, entity.country)
    return [line for line in lines if line]


def name_of(person: Any) -> str:
    """Full name with the sign-in name behind it."""
    full = person.get_full_name()
    return f"{full} ({person.get_username()})" if full else str(person.get_username())


def item_of(one: Mapping[str, Any], waiver: CloseWaiver | None) -> ReportItem:
    outcome = str(CloseOutcome(one["outcome"]).label)
    explained = f"Waived by {name_of(waiver.by)}: {waiver.reason}" if waiver else ""
    return ReportItem(
        title=str(CloseItem(one["code"]).label),
        outcome="Waived" if waiver else outcome,
        words=one["words"],
        explained=explained,
    )


def report_figures(result: Mapping[str, Any]) -> list[ReportFigures]:
    """The signed figures in words, by currency."""
    return [
        ReportFigures(
            currency=one["currency"],
            sums=[ReportSum(words, one[name]) for name, words in SUMS.items()],
            receivables=roll_forward(one["receivables"]),
            deferred=roll_forward(one["deferred"]),
        )
        for one in result.get("figures", [])
    ]


def roll_forward(roll: Mapping[str, Any]) -> list[ReportSum]:
    """Opening, every movement by its kind, closing."""
    return [
        ReportSum("At the beginning", roll["opening_minor"], is_edge=True),
        *(
            ReportSum(str(JournalKind(one["kind"]).label), one["minor"])
            for one in roll["movements"]
        ),
        ReportSum("At the end", roll["closing_minor"], is_edge=True),
    ]
