"""Age: seats nobody used for the days the policy names become inactive, by an ordinary event."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from billing.enums import EventKind, StageName
from billing.operations.receive_events import receive_events
from billing.operations.refuse import Refused, record_refusals
from billing.queries.quiet_seats import quiet_seats
from billing.records.incoming import IncomingEvent
from kernel.stage import StageOutcome

SOURCE = "seatledger"


def age_seats(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """
    Report the seats behind these ledger entries as inactive, effective when their days ran out.

    The event's id is the entry's, so a second hand finds a duplicate.
    """
    seats = quiet_seats(keys)
    events = [
        IncomingEvent(
            source=SOURCE,
            source_event_id=f"inactive-{seat.entry_id}",
            kind=EventKind.SEAT_INACTIVE,
            subscription=seat.subscription,
            seat_type=seat.seat_type,
            grantee=seat.grantee,
            effective_at=seat.inactive_at,
            actor="Seatledger",
        )
        for seat in seats
    ]
    answers = receive_events(events=events, client=None, at=at)
    refused = [
        Refused(seat.entry_id, f"{seat.grantee} in {seat.subscription}", one.code, one.message)
        for seat, one in zip(seats, answers, strict=True)
        if one.status == "refused"
    ]
    record_refusals(stage=StageName.AGE, refused=refused, at=at)
    return StageOutcome(passed=len(keys) - len(refused), refused=len(refused))
