"""What the database itself refuses of the books, each by the name of what refuses it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from billing.models import (
    AccountMapping,
    Books,
    JournalEntry,
    JournalPosting,
    RecognitionSlice,
)
from billing.operations.push_flow import push_flow
from billing.operations.recognize_revenue import recognize_revenue
from billing.operations.reconcile_books import reconcile_books
from billing.pipeline import POST
from tests.seatworld import PAPERLESS, SeatWorld, day, make_customer, start


def check_now() -> None:
    """Deferred constraints speak now, not at the end of the test."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def bare_entry(world: SeatWorld, **said) -> JournalEntry:
    return JournalEntry.objects.create(
        **{
            "billing_entity": world.entity, "kind": "payout", "source_id": uuid4(),
            "currency": "EUR", "day": date(2026, 2, 1), "posted_at": day(2, 1), **said,
        }
    )  # fmt: skip


def add_leg(entry: JournalEntry, minor: int, *, position: int, role: str = "cash_bank"):
    return JournalPosting.objects.create(
        entry=entry, position=position, role=role, account="1000", amount_minor=minor
    )


def test_an_entry_that_adds_up_commits(world):
    entry = bare_entry(world)
    add_leg(entry, 5, position=1)
    add_leg(entry, -5, position=2)

    check_now()

    assert entry.postings.count() == 2


def test_an_entry_that_does_not_add_up_cannot_commit(world):
    entry = bare_entry(world)
    add_leg(entry, 5, position=1)
    add_leg(entry, -4, position=2)

    with pytest.raises(IntegrityError, match="2 postings that add up to 1") as refused:
        check_now()

    assert refused.value.__cause__.diag.constraint_name == "journal_entry_balances"


def test_an_entry_without_postings_cannot_commit(world):
    bare_entry(world)

    with pytest.raises(IntegrityError, match="0 postings") as refused:
        check_now()

    assert refused.value.__cause__.diag.constraint_name == "journal_entry_balances"


def test_a_posting_added_later_keeps_the_balance(world):
    """journal_posting_keeps_balance watches entries that are already there."""
    world.push(day(1, 15))
    check_now()

    add_leg(JournalEntry.objects.get(), 1, position=9)

    with pytest.raises(IntegrityError, match="3 postings that add up to 1"):
        check_now()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_of_a_transaction_that_does_not_add_up(committed_world):
    with pytest.raises(IntegrityError, match="add up"), transaction.atomic():
        add_leg(bare_entry(committed_world), 5, position=1)

    assert not JournalEntry.objects.exists()


def test_a_source_is_posted_once_per_kind(world):
    source = uuid4()
    bare_entry(world, source_id=source)
    bare_entry(world, source_id=source, kind="payout_failed")

    with pytest.raises(IntegrityError, match="journal_entry_once_per_source_and_kind"):
        bare_entry(world, source_id=source)


def test_a_position_is_taken_once(world):
    entry = bare_entry(world)
    add_leg(entry, 5, position=1)

    with pytest.raises(IntegrityError, match="journal_posting_position_once"):
        add_leg(entry, -5, position=1)


def test_a_receivable_names_its_invoice(world):
    with pytest.raises(IntegrityError, match="journal_posting_of_a_receivable_names_its_invoice"):
        add_leg(bare_entry(world), 5, position=1, role="receivable")


@pytest.mark.parametrize("table", ["billing_journalentry", "billing_journalposting"])
@pytest.mark.parametrize(
    "change", ["UPDATE {0} SET id = id", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"]
)
def test_what_is_posted_stays_as_posted(world, table, change):
    """journalentry_append_only, journalposting_append_only and their …_truncate."""
    world.push(day(1, 15))
    check_now()

    with pytest.raises(IntegrityError, match="append-only") as refused, transaction.atomic():
        connection.cursor().execute(change.format(table))

    name = refused.value.__cause__.diag.constraint_name
    assert name.removesuffix("_truncate") in (
        table.removeprefix("billing_") + "_append_only", "recognition_slice_stays",
        "journalposting_append_only",
    )  # fmt: skip


def test_a_month_of_a_line_is_earned_once_and_never_changes(world):
    world.push(day(1, 15))
    first = RecognitionSlice.objects.first()
    recognize_revenue(billing_entity_id=world.entity.pk, through=date(2026, 2, 28), at=day(3, 1))
    other = JournalEntry.objects.get(kind="invoice")

    for change in ({"entry": other}, {"entry": None}, {"amount_minor": 1}):
        with (
            pytest.raises(IntegrityError, match="recognized once") as refused,
            transaction.atomic(),
        ):
            RecognitionSlice.objects.filter(pk=first.pk).update(**change)
        assert refused.value.__cause__.diag.constraint_name == "recognition_slice_recognized_once"


@pytest.mark.parametrize("change", ["DELETE FROM {0}", "TRUNCATE {0}"])
def test_a_schedule_stays(world, change):
    """recognition_slice_stays and recognition_slice_stays_truncate."""
    world.push(day(1, 15))
    check_now()

    with pytest.raises(IntegrityError, match="append-only") as refused, transaction.atomic():
        connection.cursor().execute(change.format("billing_recognitionslice"))

    assert refused.value.__cause__.diag.constraint_name.startswith("recognition_slice_stays")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({}, "recognition_slice_once_per_line_and_month"),
        ({"month": date(2026, 5, 1)}, "recognition_slice_has_days"),
        ({"month": date(2025, 5, 1), "days": 0}, "recognition_slice_has_days"),
    ],
)
def test_a_slice_keeps_its_shape(world, said, name):
    world.push(day(1, 15))
    known = RecognitionSlice.objects.values().first()

    with pytest.raises(IntegrityError, match=name):
        RecognitionSlice.objects.create(**{**known, "id": uuid4(), **said})


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"role": "revenue"}, "account_mapping_once_per_role"),
        ({"number": "12a4"}, "account_mapping_number_is_digits"),
    ],
)
def test_an_account_is_one_number_of_digits(world, said, name):
    world.push(day(1, 15))

    with pytest.raises(IntegrityError, match=name):
        AccountMapping.objects.filter(role="fees").update(**said)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"fiscal_year_first_month": 13}, "books_fiscal_year_begins_in_a_month"),
        ({"account_length": 3}, "books_account_length_is_four_to_eight"),
        ({"datev_client": "12a"}, "books_datev_numbers_are_digits"),
    ],
)
def test_settings_of_books_keep_their_shape(world, said, name):
    world.push(day(1, 15))

    with pytest.raises(IntegrityError, match=name):
        Books.objects.update(**said)


def test_one_entity_holds_the_gateways_account(world):
    world.push(day(1, 15))
    other = type(world.entity).objects.create(
        code="US", legal_name="Seatworks Inc.", address_line1="1", city="Boston", country="US",
        currency="USD",
    )  # fmt: skip

    with pytest.raises(IntegrityError, match="books_one_holds_the_gateway_account"):
        Books.objects.create(
            billing_entity=other, chart="generic", time_zone="UTC", holds_gateway_account=True
        )


@pytest.mark.django_db(transaction=True)
def test_two_hands_at_once_post_each_source_once(committed_world):
    customers = [make_customer(committed_world.entity, f"other-{n}") for n in range(8)]
    for customer in customers:
        start(committed_world.plan, customer, f"sub-{customer.external_id}")
    push_flow(stages=[one for one in PAPERLESS if one.name != "post"], at=day(1, 15))

    with ThreadPoolExecutor(4) as hands:
        list(hands.map(post_alone, [day(3, 1)] * 4))

    assert JournalEntry.objects.filter(kind="invoice").count() == 9
    assert JournalEntry.objects.filter(kind="recognition").count() == 2
    assert not RecognitionSlice.objects.filter(entry=None).exists()
    assert reconcile_books(at=day(3, 1)).is_clean


def post_alone(at) -> None:
    try:
        push_flow(stages=[POST], at=at)
    finally:
        connection.close()
