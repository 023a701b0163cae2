"""Quotas of groups: those of one level add up to at most what is above them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Overfull:
    """What lies below a group (None: below the limit itself) adds up to more than there is."""

    group: str | None
    given: int
    there_is: int


def first_overfull(
    *, parents: Mapping[str, str | None], quotas: Mapping[str, int], limit: int
) -> Overfull | None:
    """
    The topmost place where quotas do not fit, or None.

    A quota counts against the nearest group above it that has one, or against the limit.
    """
    given: defaultdict[str | None, int] = defaultdict(int)
    for group, quantity in quotas.items():
        given[above(group, parents, quotas)] += quantity
    there_is: dict[str | None, int] = {None: limit}
    there_is.update(quotas)
    places = sorted(given, key=lambda place: (place is not None, place or ""))
    for place in places:
        if given[place] > there_is[place]:
            return Overfull(place, given[place], there_is[place])
    return None


def above(group: str, parents: Mapping[str, str | None], quotas: Mapping[str, int]) -> str | None:
    """The nearest group above with a quota."""
    place = parents.get(group)
    while place is not None and place not in quotas:
        place = parents.get(place)
    return place
