"""A month in the journal: sums by role and kind, and marks by which signing sees that nothing moved."""

from datetime import date
from uuid import UUID

from django.db import connection

from billing.calc.close.figures import Figures, Sums, month_figures
from kernel.period import Period

SUMS = """
SELECT entry.currency, posting.role, entry.kind,
       coalesce(sum(posting.amount_minor) FILTER (WHERE entry.day < %(first)s), 0)::bigint,
       coalesce(sum(posting.amount_minor) FILTER (WHERE entry.day >= %(first)s), 0)::bigint
  FROM billing_journalentry AS entry
  JOIN billing_journalposting AS posting ON posting.entry_id = entry.id
 WHERE entry.billing_entity_id = %(entity)s AND entry.day < %(after)s
 GROUP BY entry.currency, posting.role, entry.kind
"""
MARKS = """
SELECT 'entries', count(*), max(id::text) FROM billing_journalentry
 WHERE billing_entity_id = %(entity)s AND day >= %(first)s AND day < %(after)s
UNION ALL
SELECT 'payments', count(*), max(id::text) FROM billing_payment
 WHERE billing_entity_id = %(entity)s AND paid_on >= %(first)s AND paid_on < %(after)s
UNION ALL
SELECT 'bank_lines', count(*), max(id::text) FROM billing_bankline
 WHERE billing_entity_id = %(entity)s AND booked_on >= %(first)s AND booked_on < %(after)s
"""


def figures_of_month(entity_id: UUID, month: Period) -> tuple[Figures, ...]:
    """By currency; from all entries up to the month's end. One query."""
    with connection.cursor() as cursor:
        cursor.execute(SUMS, given(entity_id, month))
        return month_figures(Sums(*row) for row in cursor.fetchall())


def marks_of_month(entity_id: UUID, month: Period) -> dict[str, str]:
    """How many rows the month has and the newest of each: they differ as soon as one is added."""
    with connection.cursor() as cursor:
        cursor.execute(MARKS, given(entity_id, month))
        return {name: f"{count} {newest or ''}".strip() for name, count, newest in cursor}


def given(entity_id: UUID, month: Period) -> dict[str, UUID | date]:
    return {"entity": entity_id, "first": month.first, "after": month.after}
