"""What people ask for: changes of seats in the words of the portal, directories and invitations."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from kernel.refusal import Refusal

ChangeVerb = Literal[
    "assign", "release", "suspend", "reactivate", "reassign", "change_type", "regroup", "invite",
    "accept", "buy",
]  # fmt: skip
TAKES_ROOM = frozenset({"assign", "invite", "regroup"})
WAITING = frozenset({"invited", "assigned"})  # states of a seat whose person has not come yet


@dataclass(frozen=True, slots=True)
class SeatChange:
    """
    One wish; ids are external ones of the subscription, the group and the people.

    `buy` changes how many seats there are by `quantity`, which may be negative: seats nobody holds.
    Every other verb is about one person's seat. `group` says where the person's seat belongs.
    """

    kind: ChangeVerb
    subscription: str
    seat_type: str
    grantee: str = ""
    to_grantee: str = ""
    to_seat_type: str = ""
    group: str = ""
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class SeatAnswer:
    """What became of a wish: accepted, duplicate (done before under this request) or refused."""

    change: SeatChange
    status: Literal["accepted", "duplicate", "refused"]
    event_id: UUID | None = None
    code: str = ""
    message: str = ""


class SeatNotHeld(Refusal):
    """The person holds no seat of this type."""

    code = "seat_not_held"

    def __init__(self, person: str, seat_type: str) -> None:
        super().__init__(f"{person} holds no {seat_type} seat. Look the person up again.")


class SeatHeldAlready(Refusal):
    """The person holds a seat of this type already."""

    code = "seat_held_already"

    def __init__(self, person: str, seat_type: str, state: str) -> None:
        super().__init__(
            f"{person} has a {seat_type} seat already ({state}). Reactivate it if it is suspended; "
            "nothing else is needed."
        )


class SeatsInUse(Refusal):
    """Fewer seats are asked for than people hold."""

    code = "seats_in_use"

    def __init__(self, seat_type: str, free: int) -> None:
        super().__init__(
            f"{free} {seat_type} seats are nobody's; only those can be given back. Release seats of "
            "people first."
        )


class PoolExhausted(Refusal):
    """A group, or one above it, uses all seats of its pool."""

    code = "group_pool_exhausted"

    def __init__(self, group: str, pool: int) -> None:
        super().__init__(
            f"{group} uses all {pool} seats of its pool. Release a seat there, or ask whoever "
            "administers the group above to raise the pool."
        )


class BudgetExceeded(Refusal):
    """The seats of a group would cost more than its budget."""

    code = "group_budget_exceeded"

    def __init__(self, group: str, budget: str, cost: str) -> None:
        super().__init__(
            f"The seats of {group} would cost {cost} a billing cycle; its budget is {budget}. Release "
            "a seat there, or ask whoever administers the group above to raise the budget."
        )
