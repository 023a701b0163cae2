"""A stored span or line beside the derived one, field by field, in the same words and types."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from billing.calc.formula_words import formula_words
from billing.calc.types import RatedSpan as SpanFacts
from billing.models import InvoiceLine, RatedSpan


@dataclass(frozen=True, slots=True)
class Difference:
    """What is stored is not what the ledger says. `line` 0 means the document or rating itself."""

    document: str
    line: int
    field: str
    stored: str
    derived: str

    def __str__(self) -> str:
        place = f"{self.document} line {self.line}" if self.line else self.document
        return f"{place}: {self.field} is {self.stored}, the ledger says {self.derived}."


def stored_span(row: RatedSpan) -> dict[str, Any]:
    return {
        "period_after": row.period_after,
        "kind": row.kind,
        "document_kind": row.document_kind,
        "seat_type": row.seat_type.code,
        "price": str(row.price_id),
        "seat_policy": str(row.seat_policy_id),
        "quantity": row.quantity,
        "seat_days": row.seat_days,
        "unit_price_minor": row.unit_price_minor,
        "span_first": row.span_first,
        "span_after": row.span_after,
        "amount_minor": row.amount_minor,
        "charges": row.charges or {row.basis: row.amount_minor},
        "formula": row.formula,
        "entry_ids": [str(one) for one in row.entry_ids],
        "corrects_spans": [str(one) for one in row.corrects_spans],
    }


def derived_span(facts: SpanFacts) -> dict[str, Any]:
    return {
        "period_after": facts.period.after,
        "kind": facts.kind,
        "document_kind": facts.disposition,
        "seat_type": facts.seat_type,
        "price": facts.price_key,
        "seat_policy": facts.policy_key,
        "quantity": facts.quantity,
        "seat_days": facts.seat_days,
        "unit_price_minor": facts.unit_price_minor,
        "span_first": facts.span.first,
        "span_after": facts.span.after,
        "amount_minor": facts.amount_minor,
        "charges": dict(facts.charges),
        "formula": json.loads(json.dumps(facts.formula.to_json())),
        "entry_ids": list(facts.entry_ids),
        "corrects_spans": list(facts.corrects),
    }


def stored_line(line: InvoiceLine) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "seat_type_code": line.seat_type_code,
        "quantity": line.quantity,
        "seat_days": line.seat_days,
        "unit_price_minor": line.unit_price_minor,
        "span_first": line.span_first,
        "span_after": line.span_after,
        "amount_minor": line.amount_minor,
        "formula": line.formula,
    }


def derived_line(facts: SpanFacts, *, language: str) -> dict[str, Any]:
    return {
        "kind": facts.kind,
        "seat_type_code": facts.seat_type,
        "quantity": facts.quantity,
        "seat_days": facts.seat_days,
        "unit_price_minor": facts.unit_price_minor,
        "span_first": facts.span.first,
        "span_after": facts.span.after,
        "amount_minor": facts.amount_minor,
        "formula": formula_words(facts.formula, language=language),
    }


def field_differences(
    place: tuple[str, int],
    stored: Mapping[str, Any],
    derived: Mapping[str, Any],
    prefix: str = "",
) -> list[Difference]:
    return [
        Difference(*place, f"{prefix}{name}", str(stored[name]), str(derived[name]))
        for name in stored
        if stored[name] != derived[name]
    ]
