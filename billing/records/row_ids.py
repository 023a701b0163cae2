"""Keys of rows that are written together."""

from collections.abc import Iterator
from itertools import count

from uuid6 import uuid7

COUNTED_BITS = 32


def row_ids() -> Iterator[str]:
    """
    Version 7 UUIDs in ascending order, as text: the moment and the chance of one, then counted on.

    Each tells its neighbors, so they are for rows whose keys open nothing.
    """
    first = uuid7().int >> COUNTED_BITS << COUNTED_BITS
    return (f"{first + number:032x}" for number in count())
