"""Money that came in while its invoice was in recovery, by day and currency."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

SQL = """
SELECT a.currency, a.day, sum(a.amount_minor)
  FROM (
    SELECT c.currency, (a.recorded_at AT TIME ZONE 'UTC')::date AS day, a.amount_minor
      FROM dunning_dunningcase c
      JOIN dunning_casereceivable r ON r.case_id = c.id
      JOIN billing_allocation a ON a.receivable_id = r.receivable_id
       AND a.source = 'payment'
       AND a.recorded_at >= greatest(r.joined_at, %(since)s)
       AND a.recorded_at < %(until)s
       AND (c.closed_at IS NULL OR a.recorded_at <= c.closed_at)
     WHERE c.closed_at IS NULL OR c.closed_at >= %(since)s
  ) AS a
 GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class RecoveredDay:
    """Minor units of `currency`; the day is in UTC."""

    currency: str
    day: date
    amount_minor: int


def recovered_by_day(*, since: datetime, until: datetime) -> list[RecoveredDay]:
    """From `since` up to, not including, `until`. One query."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"since": since, "until": until})
        return [RecoveredDay(name, day, int(minor)) for name, day, minor in cursor.fetchall()]
