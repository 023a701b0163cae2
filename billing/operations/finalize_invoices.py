"""Finalize: a draft gets its number, its totals and its snapshots, and from then on never changes."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import F, Prefetch
from uuid6 import uuid7

from accounts.models import BillingOwner, Customer
from billing.enums import CreditReason, InvoiceKind, InvoiceState, Settlement
from billing.models import CreditEntry, Invoice, NumberSeries
from billing.operations.give_back import give_back
from billing.queries.credit import credit_balances
from billing.queries.work import held_by_exception
from billing.records.copy_rows import copy_rows
from billing.records.policy_quotes import quote_policies
from billing.records.snapshots import buyer_snapshot, seller_snapshot
from kernel.stage import StageOutcome

FINALIZE = """
UPDATE billing_invoice AS invoice SET
    state = 'finalized', kind = v.kind, series_id = v.series_id, sequence = v.sequence,
    number = v.number, issued_at = %s, due_date = v.due_date, total_minor = v.total_minor,
    credit_applied_minor = v.credit_applied_minor,
    amount_due_minor = v.total_minor - v.credit_applied_minor,
    seller = v.seller, buyer = v.buyer, policies = v.policies
FROM jsonb_to_recordset(%s) AS v(
    id uuid, kind text, series_id bigint, sequence bigint, number text, due_date date,
    total_minor bigint, credit_applied_minor bigint, seller jsonb, buyer jsonb, policies jsonb
)
WHERE invoice.id = v.id
"""
OPEN_RECEIVABLES = """
INSERT INTO billing_receivable (
    invoice_id, customer_id, billing_entity_id, currency, issued_at, due_date, amount_minor,
    open_minor, settled_at, next_attempt_at, attempt_count
)
SELECT id, customer_id, billing_entity_id, currency, issued_at, due_date, amount_due_minor,
       amount_due_minor, CASE WHEN amount_due_minor = 0 THEN issued_at END,
       CASE WHEN amount_due_minor > 0 AND EXISTS (
           SELECT FROM billing_paymentmethod AS method
            WHERE method.customer_id = billing_invoice.customer_id AND method.is_default
       ) THEN issued_at END, 0
  FROM billing_invoice WHERE id = ANY(%s) AND kind = 'invoice'
"""


@dataclass(frozen=True, slots=True)
class Final:
    """What finalizing gives a draft. Amounts in minor units of the draft's currency."""

    draft: Invoice
    kind: str
    series: NumberSeries
    sequence: int
    due_date: date
    total_minor: int
    credit_applied_minor: int

    @property
    def number(self) -> str:
        return f"{self.series.prefix}{self.sequence:06d}"

    @property
    def balance_change(self) -> tuple[int, str] | None:
        """What it does to the customer's credit balance, and why."""
        if self.credit_applied_minor:
            return -self.credit_applied_minor, CreditReason.APPLIED
        if self.kind == InvoiceKind.CREDIT_NOTE and self.total_minor:
            return -self.total_minor, CreditReason.CREDIT_NOTE
        return None

    @property
    def goes_back(self) -> bool:
        """Whether the policy refunds it; a credit note of a person says itself what becomes of it."""
        is_refund = self.draft.settlement == Settlement.REFUND and not self.draft.credits_id
        return is_refund and self.kind == InvoiceKind.CREDIT_NOTE


@transaction.atomic
def finalize_invoices(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """
    Issue these drafts at `at`: numbers without gaps, credit applied, parties and policies quoted.

    A draft whose lines come to less than zero becomes a credit note. The number block is taken in
    the transaction that uses it, so a crash gives every number back.
    """
    customers = lock_customers(keys)
    drafts = list(
        Invoice.objects.select_for_update(of=("self",), no_key=True)
        .filter(
            ~held_by_exception(), pk__in=keys, state=InvoiceState.DRAFT, tax_minor__isnull=False
        )
        .prefetch_related("billing_entity")
        .order_by("pk")
    )
    finals = decide_finals(drafts=drafts, customers=customers, at=at)
    write_finals(finals=finals, customers=customers, at=at)
    give_back(note_ids=[final.draft.pk for final in finals if final.goes_back], at=at)
    return StageOutcome(passed=len(finals), refused=0)


def lock_customers(invoice_ids: Sequence[UUID]) -> dict[UUID, Customer]:
    """The customers of these invoices, locked in a stable order: their balance is about to move."""
    owners = Prefetch("billing_owners", BillingOwner.objects.filter(receives_invoices=True))
    customers = (
        Customer.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=Invoice.objects.filter(pk__in=invoice_ids).values("customer"))
        .prefetch_related(owners)
        .order_by("pk")
    )
    return {customer.pk: customer for customer in customers}


def decide_finals(
    *, drafts: Sequence[Invoice], customers: Mapping[UUID, Customer], at: datetime
) -> list[Final]:
    """Number, due date and credit for each draft, in the order of the drafts."""
    numbers = take_numbers(drafts)
    balances = credit_balances(customers)
    finals = []
    for draft in drafts:
        kind = final_kind(draft)
        series, sequence = next(numbers[draft.billing_entity_id, kind])
        total = draft.subtotal_minor + (draft.tax_minor or 0)
        credit = max(0, min(total, balances[draft.customer_id, draft.currency]))
        balances[draft.customer_id, draft.currency] -= credit
        days = customers[draft.customer_id].payment_terms_days
        final = Final(
            draft=draft,
            kind=kind,
            series=series,
            sequence=sequence,
            due_date=due_date(kind=kind, at=at, time_zone=draft.time_zone, days=days),
            total_minor=total,
            credit_applied_minor=credit,
        )
        finals.append(final)
    return finals


def final_kind(draft: Invoice) -> str:
    """An invoice cannot ask for less than nothing: then it is a credit note."""
    total = draft.subtotal_minor + (draft.tax_minor or 0)
    return InvoiceKind.CREDIT_NOTE if total < 0 else draft.kind


def due_date(*, kind: str, at: datetime, time_zone: str, days: int) -> date:
    """Local issue date plus the terms; a credit note is due at once."""
    issued_on = at.astimezone(ZoneInfo(time_zone)).date()
    return issued_on if kind == InvoiceKind.CREDIT_NOTE else issued_on + timedelta(days=days)


def take_numbers(
    drafts: Sequence[Invoice],
) -> dict[tuple[UUID, str], Iterator[tuple[NumberSeries, int]]]:
    """One block of numbers for each billing entity and kind, by one UPDATE each."""
    wanted = Counter((draft.billing_entity_id, final_kind(draft)) for draft in drafts)
    codes = {draft.billing_entity_id: draft.billing_entity.code for draft in drafts}
    numbers = {}
    for (entity_id, kind), count in sorted(wanted.items(), key=str):
        series = lock_series(entity_id=entity_id, code=codes[entity_id], kind=kind)
        first = series.last_number + 1
        NumberSeries.objects.filter(pk=series.pk).update(last_number=F("last_number") + count)
        numbers[entity_id, kind] = iter([(series, first + i) for i in range(count)])
    return numbers


def lock_series(*, entity_id: UUID, code: str, kind: str) -> NumberSeries:
    prefix = series_prefix(code, kind)
    NumberSeries.objects.bulk_create(
        [NumberSeries(billing_entity_id=entity_id, kind=kind, prefix=prefix)], ignore_conflicts=True
    )
    return NumberSeries.objects.select_for_update(no_key=True).get(
        billing_entity=entity_id, kind=kind
    )


def series_prefix(code: str, kind: str) -> str:
    """What leads the numbers of a seller's invoices or credit notes."""
    return f"{code}-CN-" if kind == InvoiceKind.CREDIT_NOTE else f"{code}-"


def write_finals(
    *, finals: Sequence[Final], customers: Mapping[UUID, Customer], at: datetime
) -> None:
    """One UPDATE for all invoices, what is open on each, and one COPY for what became of credit."""
    quotes = quote_policies([final.draft for final in finals])
    sellers = {final.draft.billing_entity_id: final.draft.billing_entity for final in finals}
    snapshots = {key: seller_snapshot(entity) for key, entity in sellers.items()}
    rows = [
        {
            "id": str(final.draft.pk),
            "kind": final.kind,
            "series_id": final.series.pk,
            "sequence": final.sequence,
            "number": final.number,
            "due_date": final.due_date.isoformat(),
            "total_minor": final.total_minor,
            "credit_applied_minor": final.credit_applied_minor,
            "seller": snapshots[final.draft.billing_entity_id],
            "buyer": buyer_snapshot(customers[final.draft.customer_id]),
            "policies": quotes[final.draft.pk],
        }
        for final in finals
    ]
    with connection.cursor() as cursor:
        cursor.execute(FINALIZE, [at, json.dumps(rows)])
        cursor.execute(OPEN_RECEIVABLES, [[final.draft.pk for final in finals]])

    copy_rows(
        CreditEntry,
        fields=("id", "customer", "currency", "amount_minor", "reason", "invoice", "recorded_at"),
        rows=[
            (uuid7(), final.draft.customer_id, final.draft.currency, *change, final.draft.pk, at)
            for final in finals
            if (change := final.balance_change)
        ],
    )
