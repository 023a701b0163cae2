"""Expectations of a scenario: the keys that may be compared, and their values in one spelling."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from billing.calc.scenario.fields import (
    Node,
    ScenarioUnusable,
    amount_of,
    date_of,
    instant_of,
    items_of,
    node,
    text_of,
    whole_of,
)
from billing.calc.scenario.story import Expectations

TEXT, NUMBER, WHOLE, DATE, TEXTS = "text", "number", "whole", "date", "texts"
LINE_KEYS: Mapping[str, str] = {
    "kind": TEXT, "seat_type": TEXT, "description": TEXT, "quantity": WHOLE, "seat_days": WHOLE,
    "unit_price": NUMBER, "from": DATE, "to": DATE, "amount": NUMBER, "tax_rate": NUMBER,
    "trace": TEXTS, "formula": TEXT,
}  # fmt: skip
TAX_KEYS: Mapping[str, str] = {
    "name": TEXT, "rate_percent": NUMBER, "base": NUMBER, "amount": NUMBER, "category_code": TEXT,
}  # fmt: skip
INVOICE_KEYS: Mapping[str, str] = {
    "number": TEXT, "due_date": DATE, "currency": TEXT, "subtotal": NUMBER, "tax": NUMBER,
    "total": NUMBER, "credit_applied": NUMBER, "amount_due": NUMBER, "kind": TEXT,
}  # fmt: skip
REFUSAL_KEYS: Mapping[str, str] = {"event": TEXT, "code": TEXT, "message": TEXT}
HELD_KEYS: Mapping[str, str] = {"code": TEXT, "message": TEXT}
EXPECT_KEYS = ("lines_include", "last_invoice_total", "invoices", "seats", "refusals", "held")


def read_expect(value: object, *, zone: ZoneInfo, seat_types: set[str]) -> Expectations:
    """:raises ScenarioUnusable:"""
    said = node(value, "expect", allowed=EXPECT_KEYS)
    return Expectations(
        lines_include=read_rows(said, "lines_include", LINE_KEYS) or (),
        last_invoice_total=(
            said.amount("last_invoice_total") if said.has("last_invoice_total") else None
        ),
        invoices=read_invoices(said, zone),
        seats=said.counts("seats", sorted(seat_types)) if said.has("seats") else None,
        refusals=read_rows(said, "refusals", REFUSAL_KEYS),
        held=read_rows(said, "held", HELD_KEYS),
    )


def read_rows(
    said: Node, name: str, keys: Mapping[str, str]
) -> tuple[Mapping[str, Any], ...] | None:
    if not said.has(name):
        return None
    return tuple(
        read_row(one, place, keys) for place, one in items_of(said.values[name], said.at(name))
    )


def read_row(value: object, place: str, keys: Mapping[str, str]) -> dict[str, Any]:
    row = node(value, place, allowed=tuple(keys))
    if not row.values:
        raise ScenarioUnusable(place, "names nothing to compare.")
    return {name: read_value(one, row.at(name), keys[name]) for name, one in row.values.items()}


def read_value(value: object, place: str, what: str) -> Any:
    if what == NUMBER:
        return amount_of(value, place)
    if what == WHOLE:
        return whole_of(value, place)
    if what == DATE:
        return date_of(value, place).isoformat()
    if what == TEXTS:
        return sorted(text_of(one, one_place) for one_place, one in items_of(value, place))
    return text_of(value, place)


def read_invoices(said: Node, zone: ZoneInfo) -> tuple[Mapping[str, Any], ...] | None:
    """Whole invoices; `issued` is a local date, or an instant when it has a time."""
    if not said.has("invoices"):
        return None
    invoices = []
    for place, one in items_of(said.values["invoices"], said.at("invoices")):
        said_one = node(one, place, allowed=("issued", *INVOICE_KEYS, "lines", "taxes"))
        plain = {key: value for key, value in said_one.values.items() if key in INVOICE_KEYS}
        invoice = read_row(plain, place, INVOICE_KEYS) if plain else {}
        if said_one.has("issued"):
            invoice["issued"] = read_issued(said_one.values["issued"], said_one.at("issued"), zone)
        for name, keys in (("lines", LINE_KEYS), ("taxes", TAX_KEYS)):
            if said_one.has(name):
                invoice[name] = read_rows(said_one, name, keys)
        invoices.append(invoice)
    return tuple(invoices)


def read_issued(value: object, place: str, zone: ZoneInfo) -> Any:
    instant = instant_of(value, place, zone)
    return value if len(str(value)) == len("2026-01-31") else instant
