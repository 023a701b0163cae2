"""What can be done with a person's seat: its words, what it means for their access, and the way back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

VerbName = Literal["assign", "suspend", "reactivate", "type", "hand-over", "move", "release"]


@dataclass(frozen=True, slots=True)
class Verb:
    """
    A change of one person's seat, in the words of its page.

    `access` and `undo` say what it means for the person and how it is taken back; {person}, {seat},
    {to_person}, {to_seat} and {group} are filled in. `states`: of seats it is offered for.
    """

    name: VerbName
    kind: str
    title: str
    button: str
    access: str
    undo: str
    done: str
    states: frozenset[str] = frozenset()
    is_dangerous: bool = False

    def words(self, sentence: str, names: Mapping[str, str]) -> str:
        return sentence.format_map(names)


USABLE = frozenset({"active", "assigned", "accepted", "inactive"})
HELD = USABLE | {"suspended"}
VERBS: dict[str, Verb] = {
    one.name: one
    for one in (
        Verb(
            "assign", "assign", "Give {person} a seat", "Assign the seat",
            "{person} may use what a {seat} seat includes at once.",
            "Release the seat. What that gives back is shown before.",
            "{person} has a {seat} seat.",
        ),
        Verb(
            "suspend", "suspend", "Suspend {person}’s {seat} seat", "Suspend the seat",
            "{person} may not use the {seat} seat until it is reactivated. It stays theirs.",
            "Reactivate it on the same page at any time.",
            "{person}’s {seat} seat is suspended.",
            states=USABLE,
        ),
        Verb(
            "reactivate", "reactivate", "Reactivate {person}’s {seat} seat", "Reactivate the seat",
            "{person} may use the {seat} seat again at once.",
            "Suspend it again on the same page.",
            "{person}’s {seat} seat is active again.",
            states=frozenset({"suspended", "inactive"}),
        ),
        Verb(
            "type", "change_type", "Change {person}’s {seat} seat to another type",
            "Change the seat type",
            "{person} may use what a {to_seat} seat includes, in place of the {seat} seat.",
            "Change it back the same way. What that costs is shown before.",
            "{person} has a {to_seat} seat.",
            states=USABLE,
        ),
        Verb(
            "hand-over", "reassign", "Hand {person}’s {seat} seat over", "Hand the seat over",
            "{person} may not use the {seat} seat any more; {to_person} may, at once.",
            "Hand it back the same way.",
            "{to_person} has the {seat} seat now.",
            states=USABLE,
        ),
        Verb(
            "move", "regroup", "Move {person}’s {seat} seat to another group", "Move to the group",
            "Nothing changes in what {person} may use. The seat counts for {group} from now on.",
            "Move it back the same way.",
            "{person}’s {seat} seat counts for {group} now.",
            states=HELD,
        ),
        Verb(
            "release", "release", "Release {person}’s {seat} seat", "Release the seat",
            "{person} may not use the {seat} seat any more, at once.",
            "Assign a seat again. What that costs is shown before.",
            "{person} no longer has a {seat} seat.",
            states=HELD, is_dangerous=True,
        ),
    )
}  # fmt: skip
LABELS: dict[str, str] = {
    "suspend": "Suspend",
    "reactivate": "Reactivate",
    "type": "Change type",
    "hand-over": "Hand over",
    "move": "Move",
    "release": "Release",
}


def offered_for(state: str) -> tuple[tuple[str, str], ...]:
    """Names and labels of what can be done with a seat in a state."""
    return tuple((name, label) for name, label in LABELS.items() if state in VERBS[name].states)
