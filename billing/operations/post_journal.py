"""Post: every finalized document and every movement of money becomes one balanced entry."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet

from billing.enums import InvoiceState, JournalKind, StageName
from billing.models import (
    Allocation,
    CreditEntry,
    Invoice,
    JournalEntry,
    JournalPosting,
    Payment,
    Payout,
    RecognitionSlice,
)
from billing.operations.recognize_revenue import recognize_months
from billing.operations.refuse import Refused, record_refusals
from billing.operations.set_up_books import set_up_books
from billing.queries.books_work import CAME_BACK, OWN_ENTRY, PAID
from billing.queries.closed_periods import keep_open
from billing.records.booked_documents import booked_documents
from billing.records.booked_money import (
    booked_credit,
    booked_payments,
    booked_payout,
    booked_write_offs,
)
from billing.records.booking import Booking, EntityBooks
from billing.records.copy_rows import copy_rows
from billing.records.row_ids import row_ids
from kernel.stage import StageOutcome

NO_HOLDER = (
    "Payouts arrive at one seller's bank and none is said to hold the gateway's account. Open its "
    "books in the admin, set “holds gateway account”, then try again."
)


@transaction.atomic
def post_journal(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """
    Post these sources, each once; a key that is a slice recognizes its whole month.

    A payout that no entity takes is refused until somebody says whose bank it is.
    """
    books = set_up_books()
    bookings = [*source_bookings(keys, books)]
    payouts, refused = payout_bookings(keys, books)
    write_bookings([*bookings, *payouts], books=books, at=at)
    if refused:
        record_refusals(stage=StageName.POST, refused=refused, at=at)
    months = recognize_months(keys=keys, books=books, at=at)
    return StageOutcome(passed=len(bookings) + len(payouts) + months, refused=len(refused))


def source_bookings(keys: Sequence[UUID], books: Mapping[UUID, EntityBooks]) -> Iterable[Booking]:
    """All but payouts; what somebody else posted meanwhile is left out."""
    named = "customer"
    invoices = Invoice.objects.filter(state=InvoiceState.FINALIZED).select_related(named)
    yield from booked_documents(unposted(invoices, keys))
    yield from booked_payments(unposted(Payment.objects.select_related(named), keys))
    credit = CreditEntry.objects.filter(reason__in=OWN_ENTRY).select_related(
        named, "allocation__receivable__invoice", "refund__payment", "payment", "invoice"
    )
    yield from booked_credit(unposted(credit, keys), books)
    lost = Allocation.objects.select_related(named, "receivable__invoice")
    yield from booked_write_offs(unposted(lost.filter(source="write_off"), keys), books)


def unposted(rows: "QuerySet[Any]", keys: Sequence[UUID]) -> list[Any]:
    """These rows, locked, less those with an entry: looked up after the lock, so that it is true."""
    found = list(
        rows.filter(pk__in=keys).select_for_update(of=("self",), no_key=True).order_by("pk")
    )
    done = set(
        JournalEntry.objects.filter(source_id__in=[row.pk for row in found]).values_list(
            "source_id", flat=True
        )
    )
    return [row for row in found if row.pk not in done]


def payout_bookings(
    keys: Sequence[UUID], books: Mapping[UUID, EntityBooks]
) -> tuple[list[Booking], list[Refused]]:
    """A payout posts when it is paid, and once more if it comes back."""
    rows = Payout.objects.filter(pk__in=keys).select_for_update(no_key=True)
    payouts = list(rows.order_by("pk"))
    if not payouts:
        return [], []
    holder = next((one for one in books.values() if one.holds_gateway_account), None)
    if holder is None:
        return [], [
            Refused(one.pk, one.gateway_id, "payout_without_entity", NO_HOLDER) for one in payouts
        ]
    kinds = {
        (entry.source_id, entry.kind)
        for entry in JournalEntry.objects.filter(source_id__in=[one.pk for one in payouts])
    }
    found = []
    for one in payouts:
        is_posted = (one.pk, JournalKind.PAYOUT) in kinds
        is_undone = (one.pk, JournalKind.PAYOUT_FAILED) in kinds
        if one.state == PAID and not is_posted:
            found.append(booked_payout(one, holder, is_back=False))
        if one.state in CAME_BACK and is_posted and not is_undone:
            found.append(booked_payout(one, holder, is_back=True))
    return found, []


def write_bookings(
    bookings: Sequence[Booking], *, books: Mapping[UUID, EntityBooks], at: datetime
) -> None:
    """
    Entries, their postings and the schedules of their lines by one COPY each.

    What is dated in closed days is booked on the first open day and names its own.
    """
    closed = keep_open({one.entity_id for one in bookings}) if bookings else {}
    ids = row_ids()
    written = [(next(ids), booking.on_an_open_day(closed)) for booking in bookings]
    copy_if(
        JournalEntry,
        ("id", "billing_entity", "kind", "source_id", "currency", "day", "original_day",
         "customer", "document", "text", "posted_at"),
        [
            (key, one.entity_id, one.kind, one.source_id, one.currency, one.day, one.original_day,
             one.customer_id, one.document, one.text[:200], at)
            for key, one in written
        ],
    )  # fmt: skip
    copy_if(
        JournalPosting,
        ("id", "entry", "position", "role", "account", "amount_minor", "invoice", "text"),
        [
            (next(ids), key, position, leg.role, books[one.entity_id].accounts[leg.role], leg.minor,
             leg.invoice, leg.text[:100])
            for key, one in written
            for position, leg in enumerate(one.legs, start=1)
        ],
    )  # fmt: skip
    copy_if(
        RecognitionSlice,
        ("id", "billing_entity", "currency", "line", "month", "ends_on", "days", "amount_minor",
         "entry"),
        [
            (next(ids), one.entity_id, one.currency, part.line, part.month, part.ends_on, part.days,
             part.minor, key if one.is_earned(part) else None)
            for key, one in written
            for part in one.slices
        ],
    )  # fmt: skip


def copy_if(model: type[Model], fields: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        copy_rows(model, fields=fields, rows=rows)
