"""Sign a month off: the first of two people prepares, the second locks. Nothing may have moved since."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from billing.enums import CloseItem
from billing.models import CloseSignature, PeriodClose
from billing.operations.check_month import QUICK, Checking, check_item
from billing.operations.compute_close import CloseLocked, digest_of_finding
from billing.queries.close.checklist import CloseState, close_state
from billing.queries.close.month_books import marks_of_month
from billing.queries.closed_periods import lock_books
from kernel.refusal import Refusal


class CloseMoved(Refusal):
    code = "close_moved_since_computed"


class CloseNotClean(Refusal):
    code = "close_items_open"


class CloseSignedByYou(Refusal):
    code = "close_needs_two_people"


class CloseNeedsApprover(Refusal):
    code = "close_second_signature_is_an_approvers"


@transaction.atomic
def sign_close(
    *, close_id: UUID, digest: str, by: User, may_lock: bool, at: datetime
) -> CloseSignature:
    """
    Sign the result with this digest, as the page showed it. The second signature locks the month.

    Nobody books while it is checked again that the quick items and the month's rows are the same.
    `may_lock` says whether this person may give the second signature.

    :raises CloseLocked: if it is signed twice already
    :raises CloseMoved: if the result, or what it was computed from, is another by now
    :raises CloseNotClean: naming the items that neither passed nor are waived
    :raises CloseSignedByYou: if the first signature is the same person's
    :raises CloseNeedsApprover: if it is the second and this person may not lock
    """
    close = (
        PeriodClose.objects.select_for_update(of=("self",))
        .select_related("billing_entity")
        .get(pk=close_id)
    )
    lock_books([close.billing_entity_id], alone=True)
    state = close_state(close)
    check_signable(state, digest=digest, by=by)
    if state.signatures and not may_lock:
        raise CloseNeedsApprover("The second signature locks the month: an approver gives it.")
    check_nothing_moved(state, at=at)
    assert state.result is not None
    return CloseSignature.objects.create(
        close=close, round=state.round, position=len(state.signatures) + 1, run=state.result,
        digest=digest, by=by, at=at,
    )  # fmt: skip


def check_signable(state: CloseState, *, digest: str, by: User) -> None:
    """What the rows at hand tell already."""
    if state.is_locked:
        raise CloseLocked("This month is signed by two people and locked.")
    if state.run is not None:
        raise CloseMoved("The checks are being run again. Sign when they are finished.")
    if state.result is None or state.result.digest != digest:
        raise CloseMoved("The checks were run again since. Look at the new result, then sign.")
    if state.blocking:
        names = ", ".join(CloseItem(one.check.code).label for one in state.blocking)
        raise CloseNotClean(f"These items are open: {names}. Mend or waive them first.")
    if any(one.by_id == by.pk for one in state.signatures):
        raise CloseSignedByYou("You signed this month already. A second person has to sign it.")


def check_nothing_moved(state: CloseState, *, at: datetime) -> None:
    """Compute the quick items and the marks of the month again."""
    close, month = state.close, state.month
    assert state.result is not None
    known = state.result.result or {}
    found = {one["code"]: one["finding"] for one in known.get("items", [])}
    asked = Checking(close.billing_entity, month, at, progress=lambda done, total: None)
    moved = [
        CloseItem(code).label
        for code in QUICK
        if digest_of_finding(code, check_item(code=code, asked=asked)) != found.get(code)
    ]
    if known.get("marks") != marks_of_month(close.billing_entity_id, month):
        moved.append("the month's journal, payments or bank lines")
    if moved:
        raise CloseMoved(f"Moved since the checks were run: {'; '.join(moved)}. Run them again.")
