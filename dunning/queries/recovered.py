"""What recovery brought back, by month, campaign, decline code or seller. One query each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import connection

Grouping = Literal["month", "campaign", "decline_code", "billing_entity"]

GROUPS: dict[Grouping, str] = {
    "month": "to_char(c.first_failed_at AT TIME ZONE %(zone)s, 'YYYY-MM')",
    "campaign": "k.code",
    "decline_code": "coalesce(d.decline_code, '')",
    "billing_entity": "e.code",
}

SQL = """
WITH stake AS (
    SELECT r.case_id, sum(r.open_minor) AS minor
      FROM dunning_casereceivable r GROUP BY r.case_id
), settled AS (
    SELECT r.case_id,
           coalesce(sum(a.amount_minor) FILTER (WHERE a.source = 'payment'), 0) AS paid,
           coalesce(sum(a.amount_minor) FILTER (WHERE a.source = 'credit'), 0) AS credited,
           coalesce(sum(a.amount_minor) FILTER (WHERE a.source = 'write_off'), 0) AS lost
      FROM dunning_casereceivable r
      JOIN dunning_dunningcase c ON c.id = r.case_id
      JOIN billing_allocation a ON a.receivable_id = r.receivable_id
       AND a.recorded_at >= r.joined_at
       AND (c.closed_at IS NULL OR a.recorded_at <= c.closed_at)
     GROUP BY r.case_id
), declined AS (
    SELECT DISTINCT ON (r.case_id) r.case_id, a.decline_code
      FROM dunning_casereceivable r
      JOIN billing_paymentattempt a ON a.receivable_id = r.receivable_id AND a.decline_code <> ''
     ORDER BY r.case_id, a.started_at
)
SELECT {group} AS label, c.currency, count(*), count(*) FILTER (WHERE c.closed_reason = 'paid'),
       sum(s.minor), coalesce(sum(t.paid), 0), coalesce(sum(t.credited), 0),
       coalesce(sum(t.lost), 0)
  FROM dunning_dunningcase c
  JOIN stake s ON s.case_id = c.id
  JOIN dunning_campaign k ON k.id = c.campaign_id
  JOIN tax_billingentity e ON e.id = c.billing_entity_id
  LEFT JOIN settled t ON t.case_id = c.id
  LEFT JOIN declined d ON d.case_id = c.id
 WHERE c.first_failed_at >= %(since)s AND c.first_failed_at < %(until)s
   AND (%(campaign)s = '' OR k.code = %(campaign)s)
   AND (%(decline_code)s = '' OR d.decline_code = %(decline_code)s)
   AND (%(currency)s = '' OR c.currency = %(currency)s)
 GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class RecoveredRow:
    """Cases that first failed in the span, in one currency. Amounts in minor units."""

    label: str
    currency: str
    cases: int
    paid_cases: int
    stake_minor: int
    recovered_minor: int
    credited_minor: int
    written_off_minor: int

    @property
    def open_minor(self) -> int:
        """Still being worked on."""
        settled = self.recovered_minor + self.credited_minor + self.written_off_minor
        return self.stake_minor - settled

    @property
    def rate_percent(self) -> int:
        """Money paid of the money at stake, in whole percent, rounded down."""
        return 100 * self.recovered_minor // self.stake_minor if self.stake_minor else 0


def recovered_by(
    *,
    grouping: Grouping,
    since: datetime,
    until: datetime,
    zone: str = "UTC",
    campaign: str = "",
    decline_code: str = "",
    currency: str = "",
) -> list[RecoveredRow]:
    """
    By what is asked, cases of which the first failure lies in the span. An empty filter means any.

    `decline_code` is that of the first decline, empty where an invoice was overdue without one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            SQL.format(group=GROUPS[grouping]),
            {
                "since": since,
                "until": until,
                "zone": zone,
                "campaign": campaign,
                "decline_code": decline_code,
                "currency": currency,
            },
        )
        return [
            RecoveredRow(
                label, currency, cases, paid, int(stake), int(got), int(credited), int(lost)
            )
            for label, currency, cases, paid, stake, got, credited, lost in cursor.fetchall()
        ]
