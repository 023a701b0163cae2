"""A signature and a booking at the same time: one waits for the other, and nothing slips in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from billing.models import JournalEntry, JournalPosting
from billing.operations.sign_close import CloseMoved
from billing.queries.closed_periods import keep_open
from tests.billing.close.closing import begin, check, live, sign, state
from tests.seatworld import SeatWorld, day

PATIENCE = 10


def book(world: SeatWorld, *, locked: Event, go_on: Event) -> None:
    """Book an entry of January in a transaction that ends only when it is told to."""
    try:
        with transaction.atomic():
            keep_open([world.entity.pk])
            locked.set()
            assert go_on.wait(PATIENCE)
            entry = JournalEntry.objects.create(
                billing_entity=world.entity, kind="payout", source_id=uuid4(), currency="USD",
                day=date(2026, 1, 31), posted_at=day(3, 3),
            )  # fmt: skip
            for position, minor in ((1, 5), (2, -5)):
                JournalPosting.objects.create(
                    entry=entry, position=position, role="cash_bank", account="1000",
                    amount_minor=minor,
                )  # fmt: skip
    finally:
        connection.close()


def sign_second(close) -> None:
    try:
        sign(close, "bob")
    finally:
        connection.close()


@pytest.fixture
def signed_once(committed_world):
    live(committed_world, day(3, 2))
    close = begin(committed_world)
    check(close)
    sign(close, "ann")
    return close


def test_a_signature_waits_for_a_booking_under_way_and_sees_it(committed_world, signed_once):
    locked, go_on = Event(), Event()

    with ThreadPoolExecutor(2) as hands:
        booking = hands.submit(book, committed_world, locked=locked, go_on=go_on)
        assert locked.wait(PATIENCE)
        signing = hands.submit(sign_second, signed_once)
        with pytest.raises(TimeoutError):
            signing.result(timeout=0.5)
        go_on.set()
        booking.result(PATIENCE)
        with pytest.raises(CloseMoved):
            signing.result(PATIENCE)

    assert not state(signed_once).is_locked


def test_a_booking_after_the_signature_is_refused(committed_world, signed_once):
    locked, go_on = Event(), Event()
    go_on.set()

    sign(signed_once, "bob")
    with ThreadPoolExecutor(1) as hands, pytest.raises(IntegrityError, match="closed through"):
        hands.submit(book, committed_world, locked=locked, go_on=go_on).result(PATIENCE)
