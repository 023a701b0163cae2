"""A stage of the flow: a work list that is a query, and the step that empties it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


class Waiting(Protocol):
    """The keys that wait for a stage at an instant, oldest first, at most `limit`."""

    def __call__(self, *, at: datetime, limit: int) -> Sequence[UUID]: ...


class WaitingCount(Protocol):
    """How many wait at an instant, and since when the oldest does (None when nobody waits)."""

    def __call__(self, *, at: datetime) -> tuple[int, datetime | None]: ...


@dataclass(frozen=True, slots=True)
class StageOutcome:
    """What one chunk came to: keys that passed, and keys refused."""

    passed: int
    refused: int

    def __add__(self, other: "StageOutcome") -> "StageOutcome":
        return StageOutcome(self.passed + other.passed, self.refused + other.refused)


@dataclass(frozen=True, slots=True)
class Stage:
    """
    One step of the flow, in the words the board and docs/flow.md show.

    `step` takes up to `chunk` keys, does all of them or none, and may be called again with the same.
    A key it cannot serve for a reason a person can mend is refused, and the others pass.
    """

    name: str
    waits_as: str
    writes: str
    once_because: str
    waiting: Waiting
    waiting_count: WaitingCount
    step: Callable[..., StageOutcome]
    chunk: int
