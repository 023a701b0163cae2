"""A voided invoice and what replaces it, both ways. Found from ratings; nothing more is stored."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from billing.models import Invoice, InvoiceVoid

REPLACED = """
SELECT line.invoice_id, voided.void_id, line.id
  FROM billing_voidedspans AS voided
  JOIN billing_rating AS rating
    ON rating.subscription_id = voided.subscription_id AND rating.number = voided.after_rating + 1
  JOIN billing_ratedspan AS span
    ON span.rating_id = rating.id
  JOIN billing_invoiceline AS line ON line.rated_span_id = span.id
"""


def replacements_of(void_id: UUID) -> list[Invoice]:
    """
    Where the ratings after the void billed: one invoice in most cases, none if nothing was owed.

    A rating bills all that is due, so other charges may stand on it too.
    """
    keys = [invoice for invoice, _, _ in replaced("voided.void_id = %s", void_id)]
    return list(Invoice.objects.filter(pk__in=keys).order_by("drafted_at", "pk"))


def voids_replaced_by(invoice_id: UUID) -> list[InvoiceVoid]:
    """The voids whose time this invoice bills anew."""
    keys = [void for _, void, _ in replaced("line.invoice_id = %s", invoice_id)]
    found = InvoiceVoid.objects.filter(pk__in=keys).select_related("invoice", "credit_note", "by")
    return list(found.order_by("at"))


def replacements_by_void(void_ids: Collection[UUID]) -> list[tuple[UUID, str]]:
    """Void and number of each document that bills its time anew, "" for a draft; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT found.void_id, invoice.number FROM ({REPLACED}) AS found"
            " JOIN billing_invoice AS invoice ON invoice.id = found.invoice_id"
            " WHERE found.void_id = ANY(%s) ORDER BY 1, 2",
            [list(void_ids)],
        )
        return list(cursor.fetchall())


def replaced(condition: str, key: UUID) -> list[tuple[UUID, UUID, UUID]]:
    """Replacement and voided invoice, for each line that bills anew."""
    with connection.cursor() as cursor:
        cursor.execute(f"{REPLACED} WHERE {condition}", [key])
        return list(cursor.fetchall())
