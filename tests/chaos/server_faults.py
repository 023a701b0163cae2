"""Faults of the servers we stand on: PostgreSQL and Redis hang, die or cannot be reached for a while."""

import os
import signal
import time
from functools import partial

from tests.chaos.faults import FALL_SECONDS, DidNotHappen, FoundWrong, Ground, Pick, finish
from tests.chaos.wire import Moment, Trip, Wire


def redis_away(ground: Ground, how: str, seconds: float) -> str:
    """Redis hangs, dies or cannot be reached for a while; web and run go on without it."""
    house = ground.house
    promises = ground.some_customers()
    begin, end = {
        "hangs": (
            lambda: os.kill(house.redis_process().pid, signal.SIGSTOP),
            lambda: os.kill(house.redis_process().pid, signal.SIGCONT),
        ),
        "is killed": (house.kill_redis, house.start_servers),
        "cannot be reached": (house.redis.shut, house.redis.release),
    }[how]
    ground.call_worker("billing.tasks.start_daily_run")
    time.sleep(ground.chance.uniform(0, 0.5))
    since = time.monotonic()
    begin()
    try:
        promises += ground.some_customers()
        status = finish(house.run_invoices())
        time.sleep(max(0.0, seconds - (time.monotonic() - since)))
    finally:
        away = time.monotonic() - since
        end()
    if status:
        raise FoundWrong(f"a run while Redis {how} ended with {status}; see run.log")
    return f"Redis {how} for {away:.0f} s, {len(promises)} customers signed up and a run went on"


def postgres_killed(ground: Ground) -> str:
    """The database server crashes under run, worker and web, and comes back."""
    ground.some_customers()
    run = ground.house.run_invoices()
    ground.call_worker("billing.tasks.start_daily_run")
    run.wait(ground.chance.uniform(0.8, 3.5))
    ground.house.kill_postgres()
    time.sleep(ground.chance.uniform(0, 2))
    ground.house.start_servers()
    status = finish(run)
    return f"PostgreSQL killed and started again; the run ended with {status}"


def postgres_away(ground: Ground, how: str) -> str:
    """The database cannot be reached, or answers nothing, for some seconds in the middle of work."""
    ground.some_customers()
    wires = list(ground.house.postgres.values())
    wire = ground.house.postgres["run"]
    reached = Trip(b"", Moment.DURING, skip=ground.chance.randrange(ground.run_messages))
    wire.arm(reached)
    run = ground.house.run_invoices()
    ground.call_worker("billing.tasks.start_daily_run")
    if not reached.fell.wait(FALL_SECONDS):
        finish(run)
        raise DidNotHappen
    seconds = ground.chance.uniform(0.5, 6)
    for one in wires:
        Wire.shut(one) if how == "away" else Wire.hold(one)
    time.sleep(seconds)
    for one in wires:
        one.release()
    status = finish(run)
    return f"PostgreSQL {how} for {seconds:.1f} s from a cut on; the run ended with {status}"


def server_catalog(*, long: bool) -> list[Pick]:
    """Every kind of fault of the servers. `long` lets Redis stay away for a minute."""
    away = 60.0 if long else 4.0
    return [
        Pick(2, "PostgreSQL killed", postgres_killed),
        Pick(2, "PostgreSQL away", partial(postgres_away, how="away")),
        Pick(1, "PostgreSQL hanging", partial(postgres_away, how="hanging")),
        *[
            Pick(1, f"Redis {how}", partial(redis_away, how=how, seconds=away))
            for how in ("hangs", "is killed", "cannot be reached")
        ],
    ]
