"""Tax: decide each draft's taxes and why, or hold the draft with what is missing and the way out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts.models import Customer
from billing.calc.tax_note import no_registration_note
from billing.enums import InvoiceState
from billing.models import Invoice, InvoiceTax
from billing.operations.hold_drafts import hold_drafts, release_drafts
from billing.records.copy_rows import copy_rows
from billing.records.decided_taxes import decide_lines
from billing.records.invoice_tax_rows import FIELDS, LocalAmounts, invoice_tax_rows, joined_notes
from billing.records.taxable_lines import load_origins, load_taxable_lines
from kernel.stage import StageOutcome
from tax.calc.tax_rows import TaxRow, tax_rows
from tax.calc.types import Hold
from tax.enums import TaxEngine
from tax.operations.ask_stripe_tax import write_questions
from tax.operations.record_evidence import record_evidence
from tax.records.tax_world import TaxWorld, load_tax_world

SAVE_TAXES = """
UPDATE billing_invoice AS invoice SET tax_minor = v.tax_minor, tax_note = v.tax_note
  FROM unnest(%s::uuid[], %s::bigint[], %s::text[]) AS v(id, tax_minor, tax_note)
 WHERE invoice.id = v.id
"""

Outcomes = dict[UUID, tuple[TaxRow, ...] | Hold]


@transaction.atomic
def determine_tax(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """
    Record the taxes of these drafts in minor units, with the decision behind each.

    A draft that cannot be decided is held; holds are tried again with every push, so one releases
    itself when what was missing arrives; it counts neither as passed nor as refused. Evidence that changed on the customer is recorded first.
    """
    drafts = list(
        Invoice.objects.filter(pk__in=keys, state=InvoiceState.DRAFT)
        .select_related("customer")
        .prefetch_related("billing_entity")
        .order_by("pk")
    )
    untaxed = [one for one in drafts if one.billing_entity.tax_engine == TaxEngine.NONE]
    taxed = [one for one in drafts if one.billing_entity.tax_engine != TaxEngine.NONE]
    InvoiceTax.objects.filter(invoice__in=drafts).delete()
    leave_untaxed(untaxed)
    outcomes = decide_drafts(taxed, at=at)
    held = {pk: one for pk, one in outcomes.items() if isinstance(one, Hold)}
    hold_drafts(drafts=[one for one in taxed if one.pk in held], holds=held, at=at)
    passed = [one for one in drafts if one.pk not in held]
    release_drafts(drafts=passed, at=at)
    return StageOutcome(passed=len(passed), refused=0)


def leave_untaxed(drafts: Iterable[Invoice]) -> None:
    """Sellers without a tax engine charge nothing, and every invoice says so."""
    save_taxes(
        (
            draft.pk,
            0,
            no_registration_note(seller=draft.billing_entity.legal_name, language=draft.language),
        )
        for draft in drafts
    )


def decide_drafts(drafts: Sequence[Invoice], *, at: datetime) -> Outcomes:
    """Determine, convert and write; what is held is only returned."""
    if not drafts:
        return {}
    customers = customers_of(drafts)
    record_evidence(customers=customers, source="customer record", at=at)
    entity_ids = {draft.billing_entity_id for draft in drafts}
    world = load_tax_world(entity_ids=entity_ids, customers=customers)
    outcomes = determine_all(drafts, world)
    write_questions(questions=world.unanswered, at=at)
    local = LocalAmounts.load(drafts, outcomes)
    outcomes |= local.holds
    write_taxes(drafts, outcomes, world=world, local=local)
    return outcomes


def customers_of(drafts: Iterable[Invoice]) -> list[Customer]:
    return list({draft.customer_id: draft.customer for draft in drafts}.values())


def determine_all(drafts: Sequence[Invoice], world: TaxWorld) -> Outcomes:
    lines = load_taxable_lines([draft.pk for draft in drafts])
    origins = load_origins(line for found in lines.values() for line in found)
    outcomes: Outcomes = {}
    for draft in drafts:
        decided = decide_lines(
            lines[draft.pk],
            world=world,
            origins=origins,
            entity_id=draft.billing_entity_id,
            customer_id=draft.customer_id,
            cycle_date=draft.cycle_date,
        )
        outcomes[draft.pk] = decided if isinstance(decided, Hold) else tax_rows(decided)
    return outcomes


def write_taxes(
    drafts: Sequence[Invoice],
    outcomes: Mapping[UUID, tuple[TaxRow, ...] | Hold],
    *,
    world: TaxWorld,
    local: LocalAmounts,
) -> None:
    """One COPY for all tax rows, one UPDATE for all drafts."""
    sums: list[tuple[UUID, int, str]] = []
    rows: list[tuple[Any, ...]] = []
    for draft in drafts:
        outcome = outcomes[draft.pk]
        if isinstance(outcome, Hold):
            continue
        tax_minor = sum(row.amount_minor for row in outcome)
        sums.append((draft.pk, tax_minor, joined_notes(outcome, language=draft.language)))
        rows += invoice_tax_rows(draft, outcome, world=world, local=local)
    save_taxes(sums)
    copy_rows(InvoiceTax, fields=FIELDS, rows=rows)


def save_taxes(sums: Iterable[tuple[UUID, int, str]]) -> None:
    """Sum and note of each draft by one UPDATE."""
    columns = list(zip(*sums, strict=True))
    if columns:
        with connection.cursor() as cursor:
            cursor.execute(SAVE_TAXES, [list(column) for column in columns])
