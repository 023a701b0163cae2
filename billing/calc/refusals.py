"""Why an entitlement event is refused: stable codes, and sentences that say what to do."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from kernel.refusal import Refusal


def count(seats: int, seat_type: str) -> str:
    return f"{seats} {seat_type} {'seat' if seats == 1 else 'seats'}"


class SeatsBelowZero(Refusal):
    code = "seats_below_zero"

    def __init__(self, wanted: int, seat_type: str, held: int) -> None:
        super().__init__(
            f"{count(wanted, seat_type)} cannot be taken: {count(held, seat_type)} "
            f"{'is' if held == 1 else 'are'} there at that time. Send at most that many, or first "
            "the event that added them."
        )


class SeatsBelowZeroLater(Refusal):
    code = "seats_below_zero"

    def __init__(self, seat_type: str, at: datetime) -> None:
        super().__init__(
            f"This would leave fewer than no {seat_type} seats from {at:%Y-%m-%d %H:%M} UTC on, after "
            "what is already recorded. Correct the later event first, or take fewer seats."
        )


class NothingToReactivate(Refusal):
    code = "nothing_to_reactivate"

    def __init__(self, wanted: int, seat_type: str, held: int) -> None:
        super().__init__(
            f"{count(wanted, seat_type)} cannot be reactivated: {held} suspended or inactive. "
            "Send at most that many, or add new seats."
        )


class NothingToSuspend(Refusal):
    code = "nothing_to_suspend"

    def __init__(self, wanted: int, seat_type: str, held: int) -> None:
        super().__init__(
            f"{count(wanted, seat_type)} cannot be suspended: {held} in use. "
            "Send at most that many."
        )


class SeatStateDiffers(Refusal):
    """The named person's seat is not in a state that the event could end."""

    code = "seat_state_differs"

    def __init__(self, seat_type: str, state: str, wanted: Sequence[str]) -> None:
        super().__init__(
            f"The person's {seat_type} seat is {state}; this is about one that is "
            f"{' or '.join(wanted)}. Look the person up: perhaps it happened already."
        )


MISSING: Mapping[str, type[SeatsBelowZero | NothingToReactivate | NothingToSuspend]] = {
    "seat_suspended": NothingToSuspend,
    "seat_reactivated": NothingToReactivate,
}


class SeatLimitReached(Refusal):
    code = "seat_limit_reached"

    def __init__(self, seat_type: str, limit: int, wanted: int) -> None:
        super().__init__(
            f"The limit is {count(limit, seat_type)} and this would make {wanted}. "
            "Raise the limit or the purchased quantity first, or remove a seat."
        )


class NoFreeSeat(Refusal):
    code = "no_free_seat"

    def __init__(self, seat_type: str) -> None:
        super().__init__(
            f"Every {seat_type} seat already belongs to somebody. Buy or add a seat, or take one from "
            "the person who holds it."
        )


class SeatTypeUnknown(Refusal):
    code = "seat_type_unknown"

    def __init__(self, seat_type: str, known: Sequence[str]) -> None:
        super().__init__(
            f"“{seat_type}” is not a seat type of this plan. Use one of: {', '.join(known)}."
        )


class EffectiveBeforeSubscription(Refusal):
    code = "effective_before_subscription"

    def __init__(self, effective_at: datetime, starts_at: datetime) -> None:
        super().__init__(
            f"{effective_at:%Y-%m-%d %H:%M} UTC is before the subscription starts "
            f"({starts_at:%Y-%m-%d %H:%M} UTC). Send a time from its start on."
        )


class EffectiveTooFar(Refusal):
    code = "effective_too_far"

    def __init__(self, effective_at: datetime) -> None:
        super().__init__(
            f"{effective_at:%Y-%m-%d} is more than 400 days ahead. Send the event nearer its time."
        )


class QuantityNotPositive(Refusal):
    code = "quantity_not_positive"

    def __init__(self, quantity: int) -> None:
        super().__init__(f"A quantity of {quantity} does nothing. Send a whole number from 1.")


class CorrectionTargetUnknown(Refusal):
    code = "correction_target_unknown"

    def __init__(self, event_id: str | None) -> None:
        super().__init__(
            f"There is no event {event_id} of this subscription to correct. Send the id of one."
        )


class CorrectionChangesNothing(Refusal):
    code = "correction_changes_nothing"

    def __init__(self, event_id: str | None) -> None:
        super().__init__(
            f"Event {event_id} already says this. Send another time or quantity, or void it."
        )


class SubscriptionEnded(Refusal):
    code = "subscription_ended"

    def __init__(self, ended_at: datetime) -> None:
        super().__init__(
            f"The subscription ended on {ended_at:%Y-%m-%d}. Send a time before, or start another."
        )
