"""What is known of a case when its next step is decided."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from dunning.calc.declines import Sense, sense_of

Basis = Literal["failed", "overdue"]
TryState = Literal["open", "needs_customer", "succeeded", "failed"]
StepKind = Literal["retry", "message", "access", "end"]

NEW_METHOD = "retry:new:"
AFTER_SUCCESS = "retry:after:"
RETRY = "retry:"


@dataclass(frozen=True, slots=True)
class Try:
    """One charge that was tried: when it was answered (or started, while it is open)."""

    key: str
    at: datetime
    state: TryState
    decline_code: str = ""
    method: str = ""

    @property
    def sense(self) -> Sense:
        return "customer" if self.state == "needs_customer" else sense_of(self.decline_code)


@dataclass(frozen=True, slots=True)
class Method:
    """The card or account the customer lets us charge, and every try of it in the last 30 days."""

    key: str
    network: str
    added_at: datetime
    tried_at: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """A pause or a promise to pay: nothing is done by machine from `since` until `until`."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was done or passed over."""

    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """
    A case as it stands. `open_minor` in minor units of its currency; `zone` is the customer's.

    `first_failed_at` is when the first charge failed or, for who pays by transfer (`basis`
    "overdue"), when the local day after the due date began. It never moves.
    """

    basis: Basis
    first_failed_at: datetime
    zone: str
    open_minor: int
    method: Method | None = None
    tries: tuple[Try, ...] = ()
    is_retry_waiting: bool = False
    holds: tuple[Hold, ...] = ()
    taken: tuple[Taken, ...] = ()
    last_notice_at: datetime | None = None

    @property
    def taken_keys(self) -> frozenset[str]:
        return frozenset(step.key for step in self.taken)

    @property
    def retries_made(self) -> int:
        return sum(is_counted_retry(step.key) for step in self.taken)

    @property
    def last_try(self) -> Try | None:
        return max(self.tries, key=lambda one: one.at, default=None)

    @property
    def has_open_try(self) -> bool:
        return any(one.state == "open" for one in self.tries)

    @property
    def waits_for_customer(self) -> bool:
        return any(one.state == "needs_customer" for one in self.tries)

    def retry_window_ends(self, days: int) -> datetime:
        return self.first_failed_at + timedelta(days=days)

    def free_at(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the holds it falls into."""
        for hold in sorted(self.holds, key=lambda one: one.since):
            if hold.since <= moment < hold.until:
                moment = hold.until
        return moment

    def declines_of(self, method: Method) -> Iterator[Try]:
        """Since the method is there, newest first."""
        tries = sorted(self.tries, key=lambda one: one.at, reverse=True)
        return (one for one in tries if one.method == method.key and one.state == "failed")


def is_counted_retry(key: str) -> bool:
    """The first charge of a new card and one right after a success are not retries of a decline."""
    return key.startswith(RETRY) and not key.startswith((NEW_METHOD, AFTER_SUCCESS))


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next, when, and why in one sentence. `value` is a template or an access level."""

    key: str
    kind: StepKind
    at: datetime
    why: str
    value: str = ""
    message: str = ""
    passes_over: tuple[str, ...] = ()
