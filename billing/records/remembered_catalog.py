"""The catalog of plans, kept by this process for as long as its rows are what they were when read."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from billing.calc.types import PolicyTerms
from billing.records.catalog_book import CatalogBook, load_catalog_book
from billing.records.prepared import run_prepared

# A digest of all there is of a plan: whatever becomes different there makes it another one.
DIGESTS = """
SELECT plan_id, sha256(convert_to(string_agg(said, ' ' ORDER BY said COLLATE "C"), 'UTF8'))
  FROM (SELECT plan_id, seat_type::text AS said
          FROM billing_seattype AS seat_type WHERE plan_id = ANY($1::uuid[])
         UNION ALL
        SELECT seat_type.plan_id, price::text
          FROM billing_seattype AS seat_type
          JOIN billing_price AS price ON price.seat_type_id = seat_type.id
         WHERE seat_type.plan_id = ANY($1::uuid[]) AND price.subscription_id IS NULL
         UNION ALL
        SELECT plan_id, policy::text
          FROM billing_seatpolicy AS policy WHERE plan_id = ANY($1::uuid[])) AS catalog
 GROUP BY plan_id
"""
kept: dict[tuple[str, UUID], tuple[bytes, CatalogBook]] = {}
parsed: dict[tuple[UUID, str], PolicyTerms] = {}  # a version of a policy never changes


def remembered_catalog(plan_ids: Collection[UUID]) -> CatalogBook:
    """
    As `load_catalog_book` without single prices, by one statement where nothing has changed.

    Kept by database and plan. What another transaction changes while it is read is not kept.
    """
    database = str(connection.settings_dict["NAME"])
    digests = plan_digests(plan_ids)
    book = CatalogBook(policy_terms=parsed)
    for plan_id, digest in digests.items():
        known, of_plan = kept.get((database, plan_id), (b"", None))
        if of_plan is None or known != digest:
            of_plan = load_catalog_book(plan_ids={plan_id}, price_ids=set())
            if plan_digests([plan_id])[plan_id] == digest:
                kept[database, plan_id] = digest, of_plan
        book.take_in(of_plan)
    return book


def plan_digests(plan_ids: Collection[UUID]) -> dict[UUID, bytes]:
    """By plan; empty for a plan that sells nothing."""
    return dict.fromkeys(plan_ids, b"") | dict(run_prepared(DIGESTS, [list(plan_ids)]))
