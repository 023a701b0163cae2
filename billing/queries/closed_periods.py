"""Which days are closed: a seller's books are locked up to the last day of its latest signed month."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef

from billing.models import CloseReopening, CloseSignature, PeriodClose
from tax.models import SellerAssignment


@dataclass(frozen=True, slots=True)
class ClosedMonth:
    """A seller's month by its first day."""

    entity: str
    month: date


CLOSED = """
SELECT id, books_closed_through(id) FROM tax_billingentity
 WHERE id = ANY(%s) AND books_closed_through(id) IS NOT NULL
"""
CLOSED_TO_CUSTOMERS = """
SELECT customer_id, max(books_closed_through(billing_entity_id))
  FROM (SELECT customer_id, billing_entity_id FROM tax_sellerassignment WHERE customer_id = ANY(%(ids)s)
         UNION
        SELECT customer_id, billing_entity_id FROM billing_invoice
         WHERE customer_id = ANY(%(ids)s) AND state = 'finalized') AS seller
 GROUP BY customer_id HAVING max(books_closed_through(billing_entity_id)) IS NOT NULL
"""
LOCK = """
SELECT lock_books_of(id, %s) FROM (SELECT id FROM tax_billingentity WHERE id = ANY(%s) ORDER BY id) AS entity
"""


def is_closed(billing_entity_id: UUID, on: date) -> bool:
    """Whether a local date of the entity's books is closed."""
    last = closed_through(billing_entity_id)
    return last is not None and on <= last


def closed_through(billing_entity_id: UUID) -> date | None:
    """The last closed day of an entity's books; None if no month was ever closed."""
    return closed_days([billing_entity_id]).get(billing_entity_id)


def customer_closed_through(customer_id: UUID) -> date | None:
    """The last closed day for one customer; see closed_to_customers."""
    return closed_to_customers([customer_id]).get(customer_id)


def closed_to_customers(customer_ids: Collection[UUID]) -> dict[UUID, date]:
    """
    The last closed day for each customer that has one: of the seller who invoices it, or of any who did.

    What becomes effective on that day or before touches a closed period. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(CLOSED_TO_CUSTOMERS, {"ids": list(customer_ids)})
        return dict(cursor.fetchall())


def closed_days(entity_ids: Collection[UUID]) -> dict[UUID, date]:
    """The last closed day of each of these entities that has one. One query."""
    with connection.cursor() as cursor:
        cursor.execute(CLOSED, [list(entity_ids)])
        return dict(cursor.fetchall())


def closed_before(customer_id: UUID, *, on: date, at: datetime) -> ClosedMonth | None:
    """
    The month whose lock already covered a day for a customer's sellers at an instant, if one did.

    For what was recorded at that instant and became effective on that day: it corrects a closed period.
    """
    sellers = SellerAssignment.objects.filter(customer=customer_id).values("billing_entity")
    reopened = CloseReopening.objects.filter(
        close=OuterRef("close"), round=OuterRef("round"), at__lte=at
    )
    locks = CloseSignature.objects.filter(
        ~Exists(reopened), close=OuterRef("pk"), position=2, at__lte=at
    )
    closes = PeriodClose.objects.filter(
        Exists(locks), billing_entity__in=sellers, month__gte=on.replace(day=1)
    ).order_by("month")
    found = closes.values_list("billing_entity__code", "month").first()
    return ClosedMonth(*found) if found else None


def keep_open(entity_ids: Collection[UUID]) -> dict[UUID, date]:
    """As `closed_days`, and no month of these entities is signed before this transaction ends."""
    lock_books(entity_ids, alone=False)
    return closed_days(entity_ids)


def lock_books(entity_ids: Collection[UUID], *, alone: bool) -> None:
    """Until the transaction ends: alone to close or reopen, with others to book."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [alone, list(entity_ids)])
