"""A month is closed by two people over one result; then nothing is booked into it."""

from datetime import date

import pytest

from accounts.models import ExceptionRequest
from accounts.operations.decide_exception import decide_exception
from billing.enums import CloseOutcome, PaymentMethodKind
from billing.models import JournalEntry, StageRefusal
from billing.operations.ask_exception import ask_exception
from billing.operations.check_month import CHECKS
from billing.operations.compute_close import CloseLocked, CloseMonthNotOver, start_close_run
from billing.operations.push_flow import push_flow
from billing.operations.reconcile_books import reconcile_books
from billing.operations.record_payment import PaymentDayClosed, record_payment
from billing.operations.reopen_close import (
    NotTheLatestLock,
    ReopeningNotApproved,
    reopen_close,
)
from billing.operations.sign_close import (
    CloseMoved,
    CloseNeedsApprover,
    CloseNotClean,
    CloseSignedByYou,
    sign_close,
)
from billing.operations.waive_close_item import (
    CloseNothingToWaive,
    CloseReasonMissing,
    CloseWaiverNotAllowed,
    waive_close_item,
)
from billing.pipeline import GRANT, POST
from billing.queries.closed_periods import closed_through, customer_closed_through, is_closed
from kernel.money import Money
from tests.billing.close.closing import (
    FEBRUARY,
    JANUARY,
    approver,
    begin,
    check,
    live,
    lock,
    outcomes,
    person,
    sign,
    state,
)
from tests.seatworld import SeatWorld, day


def pay(world: SeatWorld, on: date, at) -> None:
    record_payment(
        customer=world.customer, billing_entity=world.entity, paid_on=on, at=at,
        method=PaymentMethodKind.CARD, gateway_id="pi_late", money=Money(50_00, "USD"),
    )  # fmt: skip


def test_a_clean_month_passes_every_item(lived):
    close = begin(lived)

    run = check(close)

    assert set(outcomes(close).values()) == {CloseOutcome.PASSED}, {
        one.check.code: one.check.words for one in state(close).blocking
    }
    assert len(run.digest) == 64


def test_computed_again_over_the_same_rows_the_digest_is_the_same(lived):
    close = begin(lived)

    first, second = check(close), check(close, day(3, 4))

    assert first.digest == second.digest


def test_a_month_is_not_begun_before_it_is_over(lived):
    with pytest.raises(CloseMonthNotOver):
        begin(lived, date(2026, 3, 1), day(3, 31))


def test_two_people_close_a_month(lived):
    close = begin(lived)
    check(close)

    sign(close, "ann")
    half = (state(close).is_locked, closed_through(lived.entity.pk))
    sign(close, "bob")

    assert half == (False, None)
    assert state(close).is_locked
    assert closed_through(lived.entity.pk) == date(2026, 1, 31)
    assert is_closed(lived.entity.pk, JANUARY)
    assert is_closed(lived.entity.pk, date(2025, 12, 24)), "what came before is closed with it"
    assert not is_closed(lived.entity.pk, FEBRUARY)
    assert customer_closed_through(lived.customer.pk) == date(2026, 1, 31)


def test_one_person_does_not_sign_twice(lived):
    close = begin(lived)
    check(close)
    sign(close, "ann")

    with pytest.raises(CloseSignedByYou):
        sign(close, "ann")

    assert not state(close).is_locked


def test_the_second_signature_is_an_approvers(lived):
    close = begin(lived)
    run = check(close)
    sign(close, "ann")

    with pytest.raises(CloseNeedsApprover):
        sign_close(
            close_id=close.pk, digest=run.digest, by=person("bob"), may_lock=False, at=day(3, 3)
        )


def test_an_open_item_keeps_the_month_open(lived):
    StageRefusal.objects.create(
        stage="rate", subject_id=lived.subscription.pk, subject_label="acme-team", code="no_price",
        message="No price is published.", first_at=day(1, 20), last_at=day(1, 20),
    )  # fmt: skip
    close = begin(lived)
    check(close)

    with pytest.raises(CloseNotClean, match="No stage refuses anything"):
        sign(close, "ann")


def test_a_payment_that_came_in_between_asks_for_new_checks(lived):
    close = begin(lived)
    check(close)
    sign(close, "ann")
    pay(lived, date(2026, 1, 30), day(3, 3, 8))

    with pytest.raises(CloseMoved, match="the month's journal, payments"):
        sign(close, "bob")


def test_a_first_signature_over_another_result_counts_for_nothing(lived):
    close = begin(lived)
    check(close)
    sign(close, "ann")
    pay(lived, date(2026, 1, 30), day(3, 3, 8))
    push_flow(stages=(POST,), at=day(3, 3, 8))
    check(close, day(3, 4))

    signed = sign(close, "bob")

    assert (signed.position, state(close).is_locked) == (1, False)
    sign(close, "ann")
    assert state(close).is_locked


def test_what_the_signer_did_not_see_is_not_signed(lived):
    close = begin(lived)
    check(close)

    with pytest.raises(CloseMoved):
        sign_close(
            close_id=close.pk, digest="0" * 64, by=person("ann"), may_lock=True, at=day(3, 3)
        )


def test_months_are_closed_in_order(lived):
    live(lived, day(4, 2))
    lock(lived)
    march = begin(lived, date(2026, 3, 1), day(4, 3))
    check(march, day(4, 3))

    assert outcomes(march)["earlier"] == CloseOutcome.FOUND
    with pytest.raises(CloseNotClean):
        sign(march, "ann")


def test_a_locked_month_is_not_checked_again(lived):
    close = lock(lived)

    with pytest.raises(CloseLocked):
        start_close_run(close=close, at=day(3, 5))


def test_money_of_a_closed_month_is_booked_on_the_first_open_day_and_the_books_stay_at_zero(lived):
    lock(lived)
    pay(lived, date(2026, 1, 30), day(3, 3, 12))

    push_flow(stages=(POST,), at=day(3, 3, 13))

    entry = JournalEntry.objects.get(kind="received")
    assert (entry.day, entry.original_day) == (date(2026, 2, 1), date(2026, 1, 30))
    assert reconcile_books(at=day(3, 3, 13)).is_clean


def test_a_person_chooses_no_day_in_a_closed_month(lived):
    lock(lived)

    with pytest.raises(PaymentDayClosed, match="closed through 2026-01-31"):
        record_payment(
            customer=lived.customer, billing_entity=lived.entity, paid_on=date(2026, 1, 31),
            method=PaymentMethodKind.MANUAL, reason="cash", money=Money(1, "USD"), at=day(3, 4),
        )  # fmt: skip


def test_an_item_that_breaks_says_so_and_blocks(lived, monkeypatch):
    close = begin(lived)
    monkeypatch.setitem(CHECKS, "bank", lambda asked: 1 // 0)

    check(close)

    item = state(close).items[-1]
    assert (item.check.outcome, item.is_settled, item.may_be_waived) == ("error", False, False)
    assert "ZeroDivisionError" in item.check.words


@pytest.fixture
def refused(lived):
    StageRefusal.objects.create(
        stage="rate", subject_id=lived.subscription.pk, subject_label="acme-team", code="no_price",
        message="No price is published.", first_at=day(1, 20), last_at=day(1, 20),
    )  # fmt: skip
    close = begin(lived)
    check(close)
    return close


def waive(close, code="refusals", reason="A test customer"):
    item = next(one for one in state(close).items if one.check.code == code)
    return waive_close_item(
        close_id=close.pk, code=code, finding=item.check.finding, reason=reason, by=person("ann"),
        at=day(3, 3),
    )  # fmt: skip


def test_a_finding_that_is_explained_no_longer_blocks(refused):
    waive(refused)

    sign(refused, "ann")
    sign(refused, "bob")

    assert [one.waiver.reason for one in state(refused).waived] == ["A test customer"]


def test_another_finding_needs_another_waiver(lived, refused):
    waive(refused)
    StageRefusal.objects.create(
        stage="tax", subject_id=lived.customer.pk, subject_label="acme", code="x", message="Y",
        first_at=day(1, 21), last_at=day(1, 21),
    )  # fmt: skip

    check(refused, day(3, 4))

    assert [one.check.code for one in state(refused).blocking] == ["refusals"]


@pytest.mark.parametrize("code", ["earlier", "ledger", "recheck", "reconcile"])
def test_ledger_recheck_and_books_are_never_waived(refused, code):
    with pytest.raises(CloseWaiverNotAllowed):
        waive(refused, code)


def test_a_waiver_needs_a_finding_and_a_reason(refused):
    with pytest.raises(CloseNothingToWaive):
        waive(refused, "bank")
    with pytest.raises(CloseReasonMissing):
        waive(refused, reason=" ")


def asked_to_reopen(world) -> ExceptionRequest:
    return ask_exception(
        kind="reopen_period", subject=world.entity.code, terms={"month": "2026-01"},
        reason="A payment is missing", by=person("ann"), at=day(3, 5),
    )  # fmt: skip


def agree(request) -> None:
    for name in ("carla", "dora"):
        decide_exception(
            request_id=request.pk, verdict="approve", reason="Yes", by=approver(name),
            proved_again=True, at=day(3, 6),
        )  # fmt: skip


def test_an_approved_request_opens_the_latest_month_again(lived):
    close = lock(lived)
    request = asked_to_reopen(lived)
    agree(request)

    push_flow(stages=(GRANT,), at=day(3, 7))

    request.refresh_from_db()
    assert (state(close).is_locked, state(close).round) == (False, 2)
    assert closed_through(lived.entity.pk) is None
    assert request.carried_out_at == day(3, 7)
    assert [one.request.number for one in state(close).reopenings] == [request.number]


def test_reopening_waits_for_the_second_approver(lived):
    close = lock(lived)
    request = asked_to_reopen(lived)

    with pytest.raises(ReopeningNotApproved):
        reopen_close(request_id=request.pk, at=day(3, 7))

    assert state(close).is_locked


def test_a_month_below_a_later_lock_stays_closed(lived):
    lock(lived)
    request = asked_to_reopen(lived)
    agree(request)
    lock(lived, FEBRUARY)

    with pytest.raises(NotTheLatestLock):
        reopen_close(request_id=request.pk, at=day(3, 7))


def test_reopening_twice_is_reopening_once(lived):
    lock(lived)
    request = asked_to_reopen(lived)
    agree(request)

    first, second = (reopen_close(request_id=request.pk, at=day(3, 7)) for _ in range(2))

    assert first == second


def test_an_event_of_a_closed_month_is_billed_in_an_open_one(lived):
    lock(lived)
    lived.send("late", day(3, 4), effective_at=day(1, 20), quantity=2)

    (invoice,) = lived.push(day(3, 16))
    push_flow(stages=(POST,), at=day(3, 17))

    assert "adjustment" in invoice.lines.values_list("kind", flat=True)
    assert JournalEntry.objects.get(source_id=invoice.pk).day == date(2026, 3, 16)
    assert reconcile_books(at=day(3, 17)).is_clean
