"""Back to rest after a fault: servers up, processes supervised, beat ticking, until nothing waits."""

import time
from collections.abc import Callable
from itertools import cycle

from django.db import connection
from django.db.utils import InterfaceError, OperationalError

from tests.chaos.judges import Findings, Scene, nothing_waits
from tests.chaos.processes import House

REST_SECONDS = 150
TICK_SECONDS = 4
TICK = "billing.tasks.tick"
DAILY_RUN = "billing.tasks.start_daily_run"


def come_to_rest(house: House, scene: Callable[[], Scene], call: Callable[[str], None]) -> Findings:
    """
    Mend what the fault broke outside the product, and let the product mend itself.

    The clock of beat ticks faster than in production, and its daily run comes after some ticks: a
    run killed before it was recorded is nobody's but the next day's. Findings: what waits at the end.
    """
    for wire in (*house.postgres.values(), house.redis):
        wire.disarm()
        wire.release()
    beat = cycle((TICK, TICK, DAILY_RUN))
    deadline, next_tick = time.monotonic() + REST_SECONDS, 0.0
    while True:
        house.keep_up()
        found = waiting(scene)
        if not found:
            house.await_web()
            return []
        if time.monotonic() > deadline:
            return [f"no rest within {REST_SECONDS} s: {one}" for one in found]
        if time.monotonic() > next_tick:
            call(next(beat))
            next_tick = time.monotonic() + TICK_SECONDS
        time.sleep(0.25)


def waiting(scene: Callable[[], Scene]) -> Findings:
    """What waits now, through a connection that a crash of the server may have cost us."""
    try:
        return nothing_waits(scene())
    except (OperationalError, InterfaceError):
        connection.close()
        return ["the database does not answer"]
