"""What a person of a customer's directory should have, and the steps from what they have."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from billing.calc.seat_changes import WAITING

SUSPENDED, INACTIVE, REMOVED = "suspended", "inactive", "removed"
RELEASE, SUSPEND = "release", "suspend"
FREEING_FIRST = ("release", "suspend", "change_type", "regroup", "reactivate", "assign")


@dataclass(frozen=True, slots=True)
class Rule:
    """
    A mapping: members of `directory_group` (empty: everybody) are in `group` and hold a seat.

    Without a subscription no seat; without a group no group. The smallest rank of a subscription wins.
    """

    directory_group: str = ""
    group: str = ""
    subscription: str = ""
    seat_type: str = ""
    when_gone: str = RELEASE
    rank: int = 1


@dataclass(frozen=True, slots=True)
class HeldSeat:
    """A seat the person has now; `group` is the external id of ours, empty for none."""

    subscription: str
    seat_type: str
    group: str = ""
    state: str = "active"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Groups by external id, and one rule by subscription."""

    groups: frozenset[str]
    seats: Mapping[str, Rule]


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a seat; `kind` as change_seats knows it."""

    kind: str
    subscription: str
    seat_type: str
    to_seat_type: str = ""
    group: str = ""


def wanted_of(
    rules: Sequence[Rule], *, directory_groups: Iterable[str], is_active: bool, everyone: str
) -> Wanted:
    """Somebody inactive gets nothing; somebody active is at least in the group of everyone."""
    if not is_active:
        return Wanted(frozenset(), {})
    inside = {"", *directory_groups}
    matching = [rule for rule in rules if rule.directory_group in inside]
    groups = frozenset(rule.group for rule in matching if rule.group)
    seats: dict[str, Rule] = {}
    for rule in sorted(matching, key=lambda one: (one.rank, one.directory_group == "")):
        if rule.subscription:
            seats.setdefault(rule.subscription, rule)
    return Wanted(groups or frozenset([everyone]), seats)


def steps_to(
    wanted: Wanted, *, held: Sequence[HeldSeat], given: Mapping[str, str], is_leaving: bool
) -> tuple[Step, ...]:
    """
    The steps to what is wanted, those that free seats first.

    `given`: what to do at the end with each seat the directory gave, by subscription. Other seats stay
    until the person leaves the company: then they are released too.
    """
    steps: list[Step] = []
    here = [seat for seat in held if seat.state != REMOVED]
    for seat in here:
        if seat.subscription in wanted.seats:
            continue
        if seat.subscription in given:
            steps += step_off(seat, given[seat.subscription])
        elif is_leaving:
            steps += step_off(seat, RELEASE)
    for subscription, rule in wanted.seats.items():
        seats = [seat for seat in here if seat.subscription == subscription]
        steps += steps_on(rule, seats)
    return tuple(sorted(steps, key=lambda one: FREEING_FIRST.index(one.kind)))


def step_off(seat: HeldSeat, when_gone: str) -> list[Step]:
    """
    A seat that is suspended already stays so when that is all there is to do.

    One that waits for its person goes: nobody ever used it.
    """
    if when_gone == SUSPEND and seat.state not in WAITING:
        if seat.state in (SUSPENDED, INACTIVE):
            return []
        return [Step("suspend", seat.subscription, seat.seat_type)]
    return [Step("release", seat.subscription, seat.seat_type)]


def steps_on(rule: Rule, seats: Sequence[HeldSeat]) -> list[Step]:
    """Assign a seat, or bring the one that is held to the wanted type, group and state."""
    if not seats:
        return [Step("assign", rule.subscription, rule.seat_type, group=rule.group)]
    seat = next((one for one in seats if one.seat_type == rule.seat_type), seats[0])
    steps = []
    if seat.seat_type != rule.seat_type:
        steps.append(Step("change_type", rule.subscription, seat.seat_type, rule.seat_type))
    if seat.state in (SUSPENDED, INACTIVE):
        steps.append(Step("reactivate", rule.subscription, rule.seat_type))
    if rule.group and seat.group != rule.group:
        steps.append(Step("regroup", rule.subscription, rule.seat_type, group=rule.group))
    return steps
