"""What an amount settles: open items in the order given, each as far as it goes."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Open:
    """An open item in minor units, above zero."""

    key: UUID
    open_minor: int


@dataclass(frozen=True, slots=True)
class Part:
    """How much of the amount goes to an item."""

    key: UUID
    amount_minor: int


def settle(*, amount_minor: int, waiting: Iterable[Open]) -> tuple[tuple[Part, ...], int]:
    """Parts in the order of the items, and what is left; parts and rest add up to the amount."""
    parts = []
    left = amount_minor
    for item in waiting:
        used = min(left, item.open_minor)
        if used > 0:
            parts.append(Part(item.key, used))
            left -= used
    return tuple(parts), left
