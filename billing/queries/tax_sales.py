"""Sales by seller, place and day, net of tax: what thresholds are measured with."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from tax.calc.types import Place

SALES = """
SELECT i.billing_entity_id, (i.issued_at AT TIME ZONE i.time_zone)::date,
       i.buyer->>'country', upper(trim(i.buyer->>'region')), i.currency,
       coalesce((t.inputs->'buyer'->>'is_business')::boolean
                AND t.inputs->'buyer'->>'number_state' = 'valid', false),
       sum(i.subtotal_minor)::bigint, count(*) FILTER (WHERE i.kind = 'invoice')
  FROM billing_invoice i
  LEFT JOIN billing_invoicetax t ON t.invoice_id = i.id AND t.number = 1
 WHERE i.state = 'finalized' AND i.issued_at >= %s AND i.issued_at <= %s
 GROUP BY 1, 2, 3, 4, 5, 6
"""


@dataclass(frozen=True, slots=True)
class PlaceSales:
    """A seller's sales to a place on a local day; minor units of `currency`, credits taken off."""

    day: date
    place: Place
    currency: str
    is_confirmed_business: bool
    amount_minor: int
    transactions: int


def sales_since(*, first: datetime, at: datetime) -> dict[UUID, list[PlaceSales]]:
    """By billing entity, from `first` to `at`; one query, added up in the database."""
    with connection.cursor() as cursor:
        cursor.execute(SALES, [first, at])
        rows = cursor.fetchall()
    found: defaultdict[UUID, list[PlaceSales]] = defaultdict(list)
    for entity_id, day, country, region, currency, is_confirmed, amount, count in rows:
        place = Place(country or "", region or "")
        found[entity_id].append(PlaceSales(day, place, currency, is_confirmed, amount, count))
    return found


def currencies_and_days(sales: Iterable[PlaceSales]) -> tuple[set[str], set[date]]:
    rows = list(sales)
    return {one.currency for one in rows}, {one.day for one in rows}
