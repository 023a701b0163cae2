"""Check one item of a month's checklist. Each says in a sentence what it found and lists the rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from billing.calc.close.findings import Finding, FindingRow, found
from billing.calc.close.items import ITEMS
from billing.enums import CloseItem
from billing.models import Invoice, InvoiceLine, LedgerHead
from billing.operations.recheck_invoices import CUSTOMERS_AT_ONCE, recheck_invoices
from billing.operations.reconcile_books import reconcile_books
from billing.operations.tie_returns import tie_returns
from billing.operations.verify_ledger import verify_chain
from billing.queries.close import documents, work_left
from kernel.period import Period
from tax.models import BillingEntity

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Checking:
    """Which month of whom is checked; `progress` is told how much of how much is done."""

    entity: BillingEntity
    month: Period
    at: datetime
    progress: Progress


def ledger_is_whole(asked: Checking) -> Finding:
    """Walk the chain of every customer of the entity."""
    customers = documents.customers_of(asked.entity, asked.month)
    heads = LedgerHead.objects.filter(customer__in=customers).select_related("customer")
    rows: list[FindingRow] = []
    entries = 0
    for number, head in enumerate(heads.order_by("customer").iterator(chunk_size=500), start=1):
        broken = verify_chain(head)
        entries += head.position
        if broken:
            rows.append(FindingRow(str(broken), broken.what, "customer", str(head.customer_id)))
        asked.progress(number, len(customers))
    return found(
        rows,
        clean=f"All chains are whole. Customers: {len(customers)}; entries: {entries}.",
        dirty="Broken chains: {count}.",
    )


def invoices_derive_again(asked: Checking) -> Finding:
    """Recheck every document up to the month's end, a few customers at a time."""
    customers = documents.customers_of(asked.entity, asked.month)
    rows: list[FindingRow] = []
    invoices = 0
    for first in range(0, len(customers), CUSTOMERS_AT_ONCE):
        some = customers[first : first + CUSTOMERS_AT_ONCE]
        numbers = documents.numbers_of(asked.entity, asked.month, some)
        for done in recheck_invoices(customer_ids=some, numbers=numbers) if numbers else ():
            invoices += done.invoices
            rows += [
                FindingRow(label=one.document, words=str(one), page="invoice", key=one.document)
                for one in done.differences
            ]
        asked.progress(first + len(some), len(customers))
    return found(
        with_keys(rows),
        clean=f"Documents as the ledger says: {invoices}.",
        dirty="Amounts that are not as the ledger says: {count}.",
    )


def with_keys(rows: list[FindingRow]) -> list[FindingRow]:
    """Numbers of documents become their ids. One query."""
    ids = dict(
        Invoice.objects.filter(number__in={row.key for row in rows}).values_list("number", "pk")
    )
    return [FindingRow(row.label, row.words, row.page, str(ids.get(row.key, ""))) for row in rows]


def books_reconcile(asked: Checking) -> Finding:
    """All checks of the reconciliation, on one snapshot of now."""
    done = reconcile_books(at=asked.at, billing_entity_id=asked.entity.pk)
    lines = [
        row.subject_id
        for one in done.checks
        if one.check.subject == "line"
        for row in one.differences
    ]
    invoices = dict(InvoiceLine.objects.filter(pk__in=lines).values_list("pk", "invoice_id"))
    rows = [
        FindingRow(
            label=row.label or str(row.subject_id),
            words=one.check.says,
            page="invoice" if one.check.subject == "line" else one.check.subject,
            key=str(invoices.get(row.subject_id, row.subject_id)),
            currency=row.currency,
            minor=row.difference_minor,
        )
        for one in done.checks
        for row in one.differences
    ]
    compared = sum(total.rows for one in done.checks for total in one.totals)
    return found(
        rows,
        clean=f"{len(done.checks)} checks over {compared} rows come to zero.",
        dirty="Rows that differ: {count}.",
    )


def quick(check: Callable[[BillingEntity, Period], Finding]) -> Callable[[Checking], Finding]:
    return lambda asked: check(asked.entity, asked.month)


CHECKS: Mapping[str, Callable[[Checking], Finding]] = {
    CloseItem.EARLIER: quick(work_left.earlier_months),
    CloseItem.EVENTS: quick(work_left.unrated_events),
    CloseItem.DRAFTS: quick(work_left.drafts_left),
    CloseItem.LEDGER: ledger_is_whole,
    CloseItem.RECHECK: invoices_derive_again,
    CloseItem.RECONCILE: books_reconcile,
    CloseItem.REVENUE: quick(work_left.deferred_left),
    CloseItem.TAX_INPUTS: quick(documents.untaxed_documents),
    CloseItem.RETURNS: lambda asked: tie_returns(
        entity=asked.entity, month=asked.month, at=asked.at
    ),
    CloseItem.APPROVALS: quick(work_left.undecided),
    CloseItem.WEBHOOKS: quick(work_left.unapplied_webhooks),
    CloseItem.DOCUMENTS: quick(documents.undelivered_documents),
    CloseItem.REFUSALS: quick(documents.open_refusals),
    CloseItem.BANK: quick(work_left.unmatched_bank_lines),
}
QUICK = tuple(item.code for item in ITEMS if not item.is_slow)


def check_item(*, code: str, asked: Checking) -> Finding:
    """Compute one item of the checklist."""
    return CHECKS[code](asked)
