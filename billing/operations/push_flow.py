"""Push work through stages until nothing waits. Any number of hands may push at once."""

import gc
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from billing.operations.refuse import Refused, record_refusals
from kernel.refusal import Refusal
from kernel.stage import Stage, StageOutcome

logger = logging.getLogger(__name__)

PASSING = ("08", "40", "57P")  # SQLSTATE: connection lost, deadlock or conflict, server going down
Watch = Callable[[Stage, StageOutcome], None]


def push_flow(*, stages: Sequence[Stage], at: datetime, watch: Watch | None = None) -> None:
    """
    Drain each stage in turn, telling `watch` after every chunk.

    Work that other hands hold is passed over: whoever holds it brings it to the later stages.
    """
    for stage in stages:
        while (outcome := push_chunk(stage=stage, at=at)) is not None:
            if watch:
                watch(stage, outcome)


def push_chunk(*, stage: Stage, at: datetime) -> StageOutcome | None:
    """One chunk in one transaction; None when nothing waits. A chunk that breaks goes key by key."""
    try:
        with collector_paused(), transaction.atomic():
            keys = stage.waiting(at=at, limit=stage.chunk)
            return stage.step(keys=keys, at=at) if keys else None
    except Exception:  # one poisoned subject must not stop the others; each is tried alone below
        logger.exception("stage %s: a chunk broke and is pushed key by key", stage.name)
    return push_one_by_one(stage=stage, at=at)


@contextmanager
def collector_paused() -> Iterator[None]:
    """
    A chunk makes many records and hardly a cycle; looking for cycles among them took a third of its time.

    What there is of them is collected between chunks.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def push_one_by_one(*, stage: Stage, at: datetime) -> StageOutcome | None:
    with transaction.atomic():
        keys = stage.waiting(at=at, limit=stage.chunk)
    outcome = StageOutcome(0, 0)
    for key in keys:
        outcome += push_alone(stage=stage, key=key, at=at)
    return outcome if keys else None


def push_alone(*, stage: Stage, key: UUID, at: datetime) -> StageOutcome:
    """
    A key that breaks alone is parked as a refusal with what went wrong, in sight of a person.

    A lost connection is nobody's: it ends this hand, and the next one finds the key waiting.
    """
    try:
        with transaction.atomic():
            return stage.step(keys=[key], at=at)
    except Exception as error:
        if is_passing(error):
            raise
        logger.exception("stage %s: %s is parked", stage.name, key)
        code = error.code if isinstance(error, Refusal) else "unexpected_error"
        refused = Refused(key, str(key), code, f"{type(error).__name__}: {error}")
        record_refusals(stage=stage.name, refused=[refused], at=at)
        return StageOutcome(passed=0, refused=1)


def is_passing(error: Exception) -> bool:
    """Whether the database or the way to it is to blame, and not the key."""
    if not isinstance(error, InterfaceError | OperationalError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(PASSING)
