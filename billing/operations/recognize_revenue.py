"""Recognize: what a month has earned moves from deferred revenue to revenue, once."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from uuid6 import uuid7

from billing.calc.books.postings import recognition
from billing.enums import JournalKind
from billing.models import JournalEntry, JournalPosting, RecognitionSlice
from billing.operations.set_up_books import set_up_books
from billing.queries.closed_periods import keep_open
from billing.records.booking import EntityBooks, first_open_day
from kernel.period import add_months
from kernel.refusal import Refusal

TAKE = """
WITH earned AS (
    UPDATE billing_recognitionslice SET entry_id = %s
     WHERE billing_entity_id = %s AND currency = %s AND month = %s AND ends_on < %s
       AND entry_id IS NULL
    RETURNING amount_minor
)
SELECT count(*), coalesce(sum(amount_minor), 0)::bigint FROM earned
"""


class NotOverYet(Refusal):
    code = "revenue_day_not_over"


@transaction.atomic
def recognize_revenue(*, billing_entity_id: UUID, through: date, at: datetime) -> int:
    """
    On demand: recognize every deferred slice of the entity whose service is over by a day.

    Returns how many entries were written. `through` is the last day that counts as over.

    :raises NotOverYet: if that day is today in the entity's books, or later
    """
    books = set_up_books()
    if through >= books[billing_entity_id].day_of(at):
        raise NotOverYet(f"{through} is not over yet. Revenue is earned by days that are over.")
    group = ("month", "billing_entity_id", "currency")
    waiting = RecognitionSlice.objects.filter(
        billing_entity=billing_entity_id, entry=None, ends_on__lte=through
    )
    firsts = waiting.order_by(*group, "pk").distinct(*group)
    return sum(
        recognize_month(first, books=books[billing_entity_id], over=through, at=at)
        for first in list(firsts)
    )


def recognize_months(
    *, keys: Sequence[UUID], books: Mapping[UUID, EntityBooks], at: datetime
) -> int:
    """The month of each of these slices, as far as it is over; returns how many entries."""
    done = 0
    for first in RecognitionSlice.objects.filter(pk__in=keys, entry=None).order_by("month", "pk"):
        mine = books[first.billing_entity_id]
        yesterday = mine.day_of(at) - timedelta(days=1)
        done += recognize_month(first, books=mine, over=yesterday, at=at)
    return done


def recognize_month(
    first: RecognitionSlice, *, books: EntityBooks, over: date, at: datetime
) -> bool:
    """
    One entry for all slices like the first: same entity, currency and month, over by a day.

    Its source is that first slice, so that two hands at once cannot both write it.
    """
    rows = RecognitionSlice.objects.select_for_update(no_key=True).filter(pk=first.pk)
    if rows.get().entry_id:
        return False
    earned_on = min(add_months(first.month, 1) - timedelta(days=1), over)
    closed = keep_open([first.billing_entity_id]).get(first.billing_entity_id)
    day = first_open_day(earned_on, closed_through=closed)
    entry = JournalEntry.objects.create(
        id=uuid7(), billing_entity_id=first.billing_entity_id, kind=JournalKind.RECOGNITION,
        source_id=first.pk, currency=first.currency, day=day, posted_at=at,
        original_day=None if day == earned_on else earned_on,
        document=f"REV-{first.month:%Y-%m}", text=f"All lines with service in {first.month:%Y-%m}",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE,
            [entry.pk, first.billing_entity_id, first.currency, first.month,
             earned_on + timedelta(days=1)],
        )  # fmt: skip
        _, earned = cursor.fetchone()
    JournalPosting.objects.bulk_create(
        JournalPosting(
            entry=entry, position=position, role=leg.role, account=books.accounts[leg.role],
            amount_minor=leg.minor,
        )
        for position, leg in enumerate(recognition(minor=earned), start=1)
    )  # fmt: skip
    return True
