"""Compare what answers are made of with what it was made of: spans with the ledger, totals with records."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection, transaction

from billing.calc.holdings import holdings_of
from billing.models import SeatHolding, Subscription, UsageTotal
from billing.operations.project_holdings import FIELDS, holding_rows
from billing.records.ledger_batch import load_ledger_batch

CHUNK = 500
COMPARED = FIELDS[1:]  # each projection gives its rows ids of their own
# Of each total of a person or of all: the sum of the records of its cycle.
TOTALS = """
SELECT subscription.external_id, feature.code, coalesce(grantee.external_id, 'all'), total.from_at,
       total.quantity, coalesce(sum(record.quantity), 0)
  FROM billing_usagetotal AS total
  JOIN billing_subscription AS subscription ON subscription.id = total.subscription_id
  JOIN billing_feature AS feature ON feature.id = total.feature_id
  LEFT JOIN accounts_grantee AS grantee ON grantee.id = total.grantee_id
  LEFT JOIN billing_usagerecord AS record
    ON record.subscription_id = total.subscription_id AND record.feature_id = total.feature_id
   AND record.used_at >= total.from_at AND record.used_at < total.until_at
   AND (total.grantee_id IS NULL OR record.grantee_id = total.grantee_id)
 WHERE total.group_id IS NULL AND total.subscription_id = ANY(%s)
 GROUP BY total.id, subscription.id, feature.id, grantee.id
HAVING total.quantity <> coalesce(sum(record.quantity), 0)
"""


@dataclass(slots=True)
class EntitlementCheck:
    """How much was compared, and a sentence for each difference."""

    subscriptions: int = 0
    spans: int = 0
    totals: int = 0
    differences: list[str] = field(default_factory=list)


def verify_entitlements(*, customer: str = "") -> EntitlementCheck:
    """Of one customer (an external id) or of all; nothing is changed, appends wait for their turn."""
    wanted = Subscription.objects.filter(customer__external_id=customer) if customer else None
    found = (wanted if wanted is not None else Subscription.objects.all()).order_by("pk")
    report = EntitlementCheck()
    for chunk in chunks(found.iterator(chunk_size=CHUNK)):
        compare_spans(chunk, report)
        compare_totals(chunk, report)
    return report


def chunks(rows: Iterable[Subscription]) -> Iterator[list[Subscription]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


@transaction.atomic
def compare_spans(subscriptions: Sequence[Subscription], report: EntitlementCheck) -> None:
    """Under the locks of the ledgers, so that nothing moves between reading one and the other."""
    by_name = {one.external_id: one for one in subscriptions}
    batch = load_ledger_batch(events=[], subscriptions=by_name)
    columns = [SeatHolding._meta.get_field(name).attname for name in COMPARED]  # type: ignore[union-attr]
    stored: dict[Any, set[tuple[Any, ...]]] = {one.pk: set() for one in subscriptions}
    for row in SeatHolding.objects.filter(subscription__in=subscriptions).values_list(*columns):
        stored[row[1]].add(row)
    for name, ledger in batch.ledgers.items():
        rows = holding_rows(holdings_of(ledger.facts), ledger=ledger, batch=batch)
        told = {row[1:] for row in rows}
        report.subscriptions += 1
        report.spans += len(told)
        kept = stored[ledger.subscription.pk]
        report.differences += [f"{name}: the ledger says {said(row)}" for row in told - kept]
        report.differences += [f"{name}: only stored is {said(row)}" for row in kept - told]


def said(row: tuple[Any, ...]) -> str:
    _, _, seat_type, grantee, _, state, from_at, until_at, _ = row
    return f"{state} of {grantee} as {seat_type} from {from_at} until {until_at}"


def compare_totals(subscriptions: Sequence[Subscription], report: EntitlementCheck) -> None:
    keys = [one.pk for one in subscriptions]
    report.totals += UsageTotal.objects.filter(subscription__in=keys, group=None).count()
    with connection.cursor() as cursor:
        cursor.execute(TOTALS, [keys])
        report.differences += [
            f"{name}: {code} of {who} from {from_at} is {total}, and its records are {records}"
            for name, code, who, from_at, total, records in cursor.fetchall()
        ]
