"""Documents of a month: their tax decisions, their files, and refusals that hold something up."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from billing.calc.close.findings import SHOWN, Finding, FindingRow, found
from billing.queries.close.work_left import end_of
from kernel.period import Period
from tax.enums import TaxEngine
from tax.models import BillingEntity

OF_THE_MONTH = """
    invoice.state = 'finalized' AND invoice.billing_entity_id = %(entity)s
    AND invoice.issued_at >= %(first)s::date - interval '2 days'
    AND invoice.issued_at < %(after)s::date + interval '2 days'
    AND (invoice.issued_at AT TIME ZONE invoice.time_zone)::date >= %(first)s
    AND (invoice.issued_at AT TIME ZONE invoice.time_zone)::date < %(after)s
"""
UNTAXED = f"""
SELECT invoice.id, invoice.number, invoice.currency, invoice.tax_minor, count(tax.id),
       coalesce(sum(tax.amount_minor), 0)::bigint, count(*) OVER () AS found
  FROM billing_invoice AS invoice
  LEFT JOIN billing_invoicetax AS tax ON tax.invoice_id = invoice.id
 WHERE {OF_THE_MONTH}
 GROUP BY invoice.id
HAVING invoice.tax_minor <> coalesce(sum(tax.amount_minor), 0)
    OR (%(taxes)s AND count(tax.id) = 0
        AND EXISTS (SELECT FROM billing_invoiceline AS line WHERE line.invoice_id = invoice.id))
 ORDER BY invoice.number LIMIT %(limit)s
"""
UNDELIVERED = f"""
SELECT invoice.id, invoice.number, invoice.currency, invoice.total_minor,
       (invoice.issued_at AT TIME ZONE invoice.time_zone)::date, document.id IS NOT NULL,
       count(*) OVER () AS found
  FROM billing_invoice AS invoice
  LEFT JOIN billing_invoicedocument AS document ON document.invoice_id = invoice.id
  LEFT JOIN LATERAL (SELECT state FROM billing_invoicedelivery
                      WHERE invoice_id = invoice.id ORDER BY number DESC LIMIT 1) AS newest ON true
 WHERE {OF_THE_MONTH}
   AND (document.id IS NULL OR newest.state <> 'sent')
 ORDER BY invoice.number LIMIT %(limit)s
"""
REFUSED = """
SELECT refusal.id, refusal.stage, refusal.subject_label, refusal.message, refusal.first_at::date,
       count(*) OVER () AS found
  FROM billing_stagerefusal AS refusal
  LEFT JOIN billing_invoice AS invoice ON invoice.id = refusal.subject_id
  LEFT JOIN billing_subscription AS subscription ON subscription.id = refusal.subject_id
  LEFT JOIN tax_sellerassignment AS seller
    ON seller.customer_id = coalesce(subscription.customer_id, refusal.subject_id)
 WHERE refusal.resolved_at IS NULL AND refusal.first_at < %(end)s
   AND coalesce(invoice.billing_entity_id, seller.billing_entity_id, %(entity)s) = %(entity)s
 ORDER BY refusal.first_at, refusal.id LIMIT %(limit)s
"""


def said(entity: BillingEntity, month: Period) -> dict[str, Any]:
    return {"entity": entity.pk, "first": month.first, "after": month.after, "limit": SHOWN}


def rows_of(query: str, given: dict[str, Any]) -> tuple[list[tuple[Any, ...]], int]:
    """The rows without their last column, and how many there are beyond them."""
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        rows = cursor.fetchall()
    return [row[:-1] for row in rows], rows[0][-1] - len(rows) if rows else 0


def untaxed_documents(entity: BillingEntity, month: Period) -> Finding:
    """Documents without a tax decision, or whose taxes are not what they charge."""
    taxes = entity.tax_engine != TaxEngine.NONE
    rows, more = rows_of(UNTAXED, {**said(entity, month), "taxes": taxes})
    return found(
        (
            FindingRow(
                label=number,
                words="Its taxes are not what it charges" if decided else "It has no tax decision",
                page="invoice",
                key=str(key),
                currency=currency,
                minor=charged - counted,
            )
            for key, number, currency, charged, decided, counted in rows
        ),
        clean="Every document carries its tax decision, and they add up.",
        dirty="Documents without a tax decision, or that do not add up: {count}.",
        more=more,
    )


def undelivered_documents(entity: BillingEntity, month: Period) -> Finding:
    """Documents issued in the month that are not rendered, or whose newest e-mail did not go out."""
    rows, more = rows_of(UNDELIVERED, said(entity, month))
    return found(
        (
            FindingRow(
                number,
                "Its e-mail did not go out" if is_rendered else "Not rendered yet",
                "invoice",
                str(key),
                currency,
                total,
                str(day),
            )
            for key, number, currency, total, day, is_rendered in rows
        ),
        clean="Every document of the month is kept with its digest, and no e-mail with one is stuck.",
        dirty="Documents not rendered or not delivered: {count}.",
        more=more,
    )


def open_refusals(entity: BillingEntity, month: Period) -> Finding:
    """Refusals met before the month's end that are still open; those of no known seller count everywhere."""
    rows, more = rows_of(REFUSED, {**said(entity, month), "end": end_of(entity, month)})
    return found(
        (
            FindingRow(f"{stage}: {label}", message, "flow", str(key), day=str(day))
            for key, stage, label, message, day in rows
        ),
        clean="No stage refuses anything of the month.",
        dirty="Refusals that wait for a person: {count}.",
        more=more,
    )


BILLED = """
SELECT customer_id FROM tax_sellerassignment WHERE billing_entity_id = %(entity)s
 UNION
SELECT customer_id FROM billing_invoice
 WHERE billing_entity_id = %(entity)s AND state = 'finalized' AND issued_at < %(end)s
 ORDER BY 1
"""
NUMBERS = """
SELECT number FROM billing_invoice
 WHERE billing_entity_id = %(entity)s AND state = 'finalized' AND issued_at < %(end)s
   AND customer_id = ANY(%(customers)s)
"""


def customers_of(entity: BillingEntity, month: Period) -> list[UUID]:
    """Whom the entity invoices or invoiced by the end of the month."""
    return list(column(BILLED, {"entity": entity.pk, "end": end_of(entity, month)}))


def numbers_of(entity: BillingEntity, month: Period, customers: Sequence[UUID]) -> set[str]:
    """Numbers of the documents these customers had from the entity by the end of the month."""
    given = {"entity": entity.pk, "end": end_of(entity, month), "customers": list(customers)}
    return set(column(NUMBERS, given))


def column(query: str, given: dict[str, Any]) -> Iterator[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        for (value,) in cursor.fetchall():
            yield value
