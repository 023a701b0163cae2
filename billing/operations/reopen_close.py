"""Reopen a locked month: what the grant stage does with an approved exception of that kind."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.enums import ExceptionKind, ExceptionState
from accounts.models import ExceptionRequest
from billing.models import CloseReopening, PeriodClose
from billing.queries.close.checklist import close_state
from billing.queries.closed_periods import closed_through, lock_books
from kernel.refusal import Refusal


class ReopeningNotApproved(Refusal):
    code = "close_reopening_not_approved"


class NotTheLatestLock(Refusal):
    code = "close_not_the_latest_lock"


@transaction.atomic
def reopen_close(*, request_id: UUID, at: datetime) -> CloseReopening:
    """
    End the round; the month needs checks and two signatures again. A second call answers with the first.

    :raises ReopeningNotApproved: if the request is of another kind, or not approved
    :raises NotTheLatestLock: if the month is not locked, or a later one is
    """
    request = ExceptionRequest.objects.select_for_update(of=("self",)).get(pk=request_id)
    done = CloseReopening.objects.filter(request=request).first()
    if done:
        return done
    if request.kind != ExceptionKind.REOPEN_PERIOD or request.state != ExceptionState.APPROVED:
        raise ReopeningNotApproved(f"{request.number} is not an approved reopening of a month.")
    close = PeriodClose.objects.select_for_update(no_key=True).get(pk=request.subject)
    lock_books([close.billing_entity_id], alone=True)
    state = close_state(close)
    if not state.is_locked or closed_through(close.billing_entity_id) != state.month.last:
        raise NotTheLatestLock(
            f"Only the latest locked month can be opened again, and {close} is not. "
            "Ask for the latest one first."
        )
    return CloseReopening.objects.create(close=close, round=state.round, request=request, at=at)
