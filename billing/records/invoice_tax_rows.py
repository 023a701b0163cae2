"""Decided taxes as rows of invoices: words, notes, inputs, and the amount in the local currency."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from billing.models import Invoice
from tax.calc.legal_texts import legal_text
from tax.calc.tax_rows import TaxRow
from tax.calc.types import Hold
from tax.records.exchange_book import Converted, load_exchange_book, national_currency
from tax.records.fact_rows import percent
from tax.records.tax_world import TaxWorld

FIELDS = (
    "id", "customer", "invoice", "number", "name", "jurisdiction", "treatment", "category_code",
    "rate_percent", "share_percent", "base_minor", "amount_minor", "positions", "tax_point",
    "registration", "rule", "words", "note", "rate_source", "inputs", "local_currency",
    "local_amount_minor", "exchange_rate", "exchange_source",
)  # fmt: skip
STATES_WITHOUT_LAW_ON_IT = frozenset({"US", "CA", "AU"})
Local = tuple[str, Converted]


@dataclass(frozen=True, slots=True)
class LocalAmounts:
    """Tax in the currency of the country it is due in (Directive 2006/112/EC art. 230)."""

    amounts: Mapping[tuple[UUID, int], Local]
    holds: Mapping[UUID, Hold]

    @classmethod
    def load(
        cls, drafts: Sequence[Invoice], outcomes: Mapping[UUID, tuple[TaxRow, ...] | Hold]
    ) -> "LocalAmounts":
        """At most one query; a missing exchange rate holds the draft."""
        wanted = list(wanted_conversions(drafts, outcomes))
        currencies = {one for _, _, row, into in wanted for one in (into,)}
        currencies |= {draft.currency for draft, *_ in wanted}
        book = load_exchange_book(
            currencies=currencies, days=[row.tax_point for _, _, row, _ in wanted]
        )
        amounts: dict[tuple[UUID, int], Local] = {}
        holds: dict[UUID, Hold] = {}
        for draft, number, row, into in wanted:
            converted = book.convert(
                row.amount_minor, currency=draft.currency, into=into, day=row.tax_point
            )
            if converted is None:
                holds[draft.pk] = exchange_rate_missing(draft.currency, into, row)
            else:
                amounts[draft.pk, number] = (into, converted)
        return cls(amounts, holds)


def wanted_conversions(
    drafts: Sequence[Invoice], outcomes: Mapping[UUID, tuple[TaxRow, ...] | Hold]
) -> Iterable[tuple[Invoice, int, TaxRow, str]]:
    """Charged tax whose country has another currency than the invoice."""
    for draft in drafts:
        rows = outcomes[draft.pk]
        if isinstance(rows, Hold) or not draft.billing_entity.shows_tax_in_local_currency:
            continue
        for number, row in enumerate(rows, 1):
            country = row.part.jurisdiction[:2]
            if not row.amount_minor or country in STATES_WITHOUT_LAW_ON_IT:
                continue
            local = national_currency(country, row.tax_point)
            if local != draft.currency:
                yield draft, number, row, local


def exchange_rate_missing(currency: str, into: str, row: TaxRow) -> Hold:
    return Hold(
        "exchange_rate_missing",
        f"The tax must be shown in {into} too, and no exchange rate from {currency} is on record "
        f"for {row.tax_point}. Import the rates of that week (manage.py import_exchange_rates).",
    )


def joined_notes(rows: Iterable[TaxRow], *, language: str) -> str:
    """Each mandatory text once, in the order of the taxes."""
    notes = dict.fromkeys(note_of(row, language=language) for row in rows)
    return " ".join(note for note in notes if note)


def note_of(row: TaxRow, *, language: str) -> str:
    decision = row.decision
    return legal_text(decision.note, language=language, facts=decision.note_facts)


def invoice_tax_rows(
    draft: Invoice, rows: Sequence[TaxRow], *, world: TaxWorld, local: LocalAmounts
) -> Iterable[tuple[Any, ...]]:
    """Values in the order of FIELDS."""
    for number, row in enumerate(rows, 1):
        part, decision = row.part, row.decision
        inputs = world.inputs(
            entity_id=draft.billing_entity_id,
            customer_id=draft.customer_id,
            tax_point=row.tax_point,
        )
        inputs |= {"note": decision.note, "note_facts": dict(decision.note_facts)}
        into, converted = local.amounts.get((draft.pk, number), ("", None))
        yield (
            uuid7(), draft.customer_id, draft.pk, number, part.tax, part.jurisdiction,
            decision.treatment, decision.category_code, percent(part.rate_ppm),
            percent(part.share_ppm), row.base_minor, row.amount_minor, list(row.positions),
            row.tax_point, part.registration and part.registration.key, decision.rule,
            decision.words, note_of(row, language=draft.language), part.source,
            json.dumps(inputs), into, converted and converted.minor, converted and converted.rate,
            converted.source if converted else "",
        )  # fmt: skip
