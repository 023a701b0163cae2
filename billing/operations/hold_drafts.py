"""Holding drafts whose tax cannot be decided, and releasing them when it can."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from uuid6 import uuid7

from billing.models import Invoice, TaxHold
from tax.calc.types import Hold

UPSERT = """
INSERT INTO billing_taxhold
    (id, customer_id, invoice_id, code, message, market, since, checked_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (invoice_id) WHERE released_at IS NULL DO UPDATE SET
    code = excluded.code, message = excluded.message, market = excluded.market,
    checked_at = excluded.checked_at
"""


def hold_drafts(*, drafts: Sequence[Invoice], holds: Mapping[UUID, Hold], at: datetime) -> None:
    """Open a hold for each draft, or bring the open one up to date; it keeps its owner and age."""
    with connection.cursor() as cursor:
        cursor.executemany(
            UPSERT,
            [
                (
                    uuid7(), draft.customer_id, draft.pk, holds[draft.pk].code,
                    holds[draft.pk].message, draft.customer.country, at, at,
                )
                for draft in drafts
            ],
        )  # fmt: skip
    Invoice.objects.filter(pk__in=[draft.pk for draft in drafts]).update(
        tax_minor=None, tax_note=""
    )


def release_drafts(*, drafts: Sequence[Invoice], at: datetime) -> int:
    """Close the open holds of drafts that are decided now; returns how many."""
    open_holds = TaxHold.objects.filter(invoice__in=drafts, released_at=None)
    return open_holds.update(released_at=at, checked_at=at)
