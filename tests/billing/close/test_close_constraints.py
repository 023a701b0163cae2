"""What the database itself refuses of month end, each by the name of what refuses it."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import ExceptionRequest
from accounts.operations.decide_exception import decide_exception
from accounts.operations.publish_authority import set_up_authority
from accounts.operations.request_exception import Asking, request_exception
from billing.models import (
    CloseCheck,
    CloseReopening,
    CloseRun,
    CloseSignature,
    CloseWaiver,
    JournalEntry,
    PeriodClose,
)
from tests.billing.close.closing import approver, begin, check, lock, person, sign
from tests.seatworld import day


@pytest.fixture
def close(world):
    return begin(world)


@pytest.fixture
def run(close):
    return CloseRun.objects.create(
        close=close, state="finished", started_at=day(3, 3), seen_at=day(3, 3),
        finished_at=day(3, 3), result={"items": []}, digest="a" * 64,
    )  # fmt: skip


def signature(close, run, **said):
    return CloseSignature.objects.create(
        **{
            "close": close, "run": run, "round": 1, "position": 1, "digest": run.digest,
            "by": person("ann"), "at": day(3, 3), **said,
        }
    )  # fmt: skip


def by_name(caught) -> str:
    return caught.value.__cause__.diag.constraint_name


def test_a_month_has_one_close(world, close):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        PeriodClose.objects.create(
            billing_entity=world.entity, month=close.month, begun_at=day(3, 3)
        )

    assert by_name(caught) == "period_close_once_per_entity_and_month"


def test_a_month_is_known_by_its_first_day(world):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        PeriodClose.objects.create(
            billing_entity=world.entity, month=date(2026, 1, 2), begun_at=day(3, 3)
        )

    assert by_name(caught) == "period_close_month_is_its_first_day"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"state": "finished"}, "close_run_finished_has_its_time"),
        ({"digest": "b" * 64}, "close_run_result_has_its_digest"),
    ],
)
def test_a_run_says_when_it_finished_and_what_came_of_it(close, said, name):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        CloseRun.objects.create(close=close, started_at=day(3, 3), seen_at=day(3, 3), **said)

    assert by_name(caught) == name


def test_a_month_is_checked_by_one_run_at_a_time(close):
    CloseRun.objects.create(close=close, started_at=day(3, 3), seen_at=day(3, 3))

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        CloseRun.objects.create(close=close, started_at=day(3, 3), seen_at=day(3, 3))

    assert by_name(caught) == "close_run_one_at_a_time"


def test_a_finished_run_never_changes(run):
    run.digest = "b" * 64

    with pytest.raises(IntegrityError) as changed, transaction.atomic():
        run.save()
    with pytest.raises(IntegrityError) as deleted, transaction.atomic(), connection.cursor() as at:
        at.execute("DELETE FROM billing_closerun")

    assert (by_name(changed), by_name(deleted)) == (
        "close_run_finished_is_final",
        "close_run_stays",
    )


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"outcome": "passed"}, "close_check_outcome_has_its_time"),
        (
            {"outcome": "passed", "count": 1, "computed_at": day(3, 3)},
            "close_check_passed_found_nothing",
        ),
    ],
)
def test_an_item_tells_when_it_was_computed_and_passes_with_nothing_found(close, said, name):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        CloseCheck.objects.filter(close=close, code="bank").update(**said)

    assert by_name(caught) == name


def test_an_item_is_on_the_checklist_once(close):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        CloseCheck.objects.create(close=close, code="bank", due=date(2026, 2, 3))

    assert by_name(caught) == "close_check_once_per_close_and_item"


def waiver(close, **said):
    return CloseWaiver.objects.create(
        **{
            "close": close, "round": 1, "code": "bank", "finding": "f" * 64, "count": 1,
            "reason": "known", "by": person("ann"), "at": day(3, 3), **said,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"reason": ""}, "close_waiver_has_its_reason"),
        ({"code": "ledger"}, "close_waiver_never_for_ledger_recheck_or_books"),
        ({"code": "recheck"}, "close_waiver_never_for_ledger_recheck_or_books"),
        ({"code": "reconcile"}, "close_waiver_never_for_ledger_recheck_or_books"),
        ({}, "close_waiver_once_per_finding"),
    ],
)
def test_what_is_waived_and_what_never(close, said, name):
    waiver(close)

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        waiver(close, **said)

    assert by_name(caught) == name


def test_two_different_people_sign_a_result(close, run):
    signature(close, run)

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        signature(close, run, position=2)

    assert by_name(caught) == "close_signed_by_two_different_people"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"position": 3}, "close_signature_is_first_or_second"),
        ({"round": 2}, "close_signature_in_the_current_round"),
        ({"digest": "c" * 64}, "close_signature_over_a_computed_result"),
        ({"position": 1}, "close_signature_once_per_position"),
    ],
)
def test_a_signature_fits_its_month(close, run, said, name):
    signature(close, run)

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        signature(close, run, by=person("bob"), **said)

    assert by_name(caught) == name


def test_the_second_signature_is_over_the_result_of_the_first(close, run):
    other = CloseRun.objects.create(
        close=close, state="finished", started_at=day(3, 4), seen_at=day(3, 4),
        finished_at=day(3, 4), result={"items": [1]}, digest="b" * 64,
    )  # fmt: skip
    signature(close, run)

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        signature(close, other, position=2, by=person("bob"))

    assert by_name(caught) == "close_signatures_agree"


def test_a_round_is_locked_once(close, run):
    other = CloseRun.objects.create(
        close=close, state="finished", started_at=day(3, 4), seen_at=day(3, 4),
        finished_at=day(3, 4), result={"items": [1]}, digest="b" * 64,
    )  # fmt: skip
    for one in (run, other):
        signature(close, one)
    signature(close, run, position=2, by=person("bob"))

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        signature(close, other, position=2, by=person("bob"))

    assert by_name(caught) == "close_locked_once_per_round"


def test_what_was_signed_waived_and_reopened_stays(lived):
    closed = lock(lived)
    waiver(closed)
    reopen(closed)
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    refusals = set()

    for table in ("periodclose", "closewaiver", "closesignature", "closereopening"):
        for words in (f"UPDATE billing_{table} SET id = id", f"DELETE FROM billing_{table}",
                      f"TRUNCATE billing_{table} CASCADE"):  # fmt: skip
            with pytest.raises(IntegrityError) as caught, transaction.atomic():
                connection.cursor().execute(words)
            refusals.add(by_name(caught).removesuffix("_truncate"))

    assert refusals == {
        "periodclose_append_only", "closewaiver_append_only", "closesignature_append_only",
        "closereopening_append_only",
    }  # fmt: skip


def test_nothing_is_booked_into_a_closed_month(lived):
    lock(lived)

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        JournalEntry.objects.create(
            billing_entity=lived.entity, kind="payout", source_id=uuid4(), currency="USD",
            day=date(2026, 1, 31), posted_at=day(3, 4),
        )  # fmt: skip

    assert by_name(caught) == "journal_entry_stays_out_of_closed_days"


def test_an_entry_moves_to_a_later_day_only(lived):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        JournalEntry.objects.create(
            billing_entity=lived.entity, kind="payout", source_id=uuid4(), currency="USD",
            day=date(2026, 1, 31), original_day=date(2026, 2, 1), posted_at=day(3, 4),
        )  # fmt: skip

    assert by_name(caught) == "journal_entry_moves_out_of_closed_days_only"


def asked_for(close) -> ExceptionRequest:
    """A reopening asked for by Ann."""
    set_up_authority(at=day(1, 1))
    return request_exception(
        asking=Asking(
            kind="reopen_period", terms={"month": f"{close.month:%Y-%m}"}, reason="A payment",
            subject_kind="period_close", subject_id=close.pk,
        ),
        by=person("ann"), at=day(3, 5),
    )  # fmt: skip


def reopen(close, *, approved: bool = True) -> CloseReopening:
    request = asked_for(close)
    if approved:
        approve(request)
    return CloseReopening.objects.create(close=close, round=1, request=request, at=day(3, 6))


def approve(request) -> None:
    for name in ("carla", "dora"):
        decide_exception(
            request_id=request.pk, verdict="approve", reason="Yes", by=approver(name),
            proved_again=True, at=day(3, 6),
        )  # fmt: skip


def test_a_month_is_opened_again_by_an_approved_request(lived):
    closed = lock(lived)

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        reopen(closed, approved=False)

    assert by_name(caught) == "close_reopening_is_approved"


def test_only_the_latest_lock_is_opened_again(lived):
    january = lock(lived)
    lock(lived, date(2026, 2, 1))

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        reopen(january)

    assert by_name(caught) == "close_reopening_of_the_latest_lock"


def test_a_round_ends_once(lived):
    closed = lock(lived)
    reopen(closed)
    check(closed, day(3, 7))
    for name in ("ann", "bob"):
        sign(closed, name, day(3, 8))

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        reopen(closed)

    assert by_name(caught) == "close_reopened_once_per_round"


def test_after_reopening_it_is_signed_in_the_next_round(lived):
    closed = lock(lived)
    reopen(closed)
    check(closed, day(3, 7))

    signed = sign(closed, "ann", day(3, 8))

    assert (signed.round, signed.position) == (2, 1)
