"""Back to rest after a fault: servers up, processes supervised, beat ticking, until nothing waits."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count

from django.db import connection
from django.db.utils import InterfaceError, OperationalError

from tests.chaos.judges import nothing_waits
from tests.chaos.processes import House
from tests.chaos.scene import Findings, Scene

REST_SECONDS = 150
TICK_SECONDS = 4
LOOKS = 3  # so often in a row nothing waits: hands may be between two stages
ROUNDS_BEFORE_DAILY_RUN = 2
DAILY_RUN = "billing.tasks.start_daily_run"


def come_to_rest(
    house: House,
    scene: Callable[[], Scene],
    call: Callable[[str], None],
    often: Sequence[str],
) -> Findings:
    """
    Mend what the fault broke outside the product, and let the product mend itself.

    The clock of beat ticks faster than in production, and its daily run comes after some ticks: a
    run killed before it was recorded is nobody's but the next day's. Findings: what waits at the end.
    """
    for wire in (*house.postgres.values(), house.redis):
        wire.disarm()
        wire.release()
    house.stripe.calm()
    house.mail.calm()
    house.listener.calm()
    rounds, looks = count(), 0
    deadline, next_tick = time.monotonic() + REST_SECONDS, 0.0
    while True:
        house.keep_up()
        found = waiting(scene)
        looks = 0 if found else looks + 1
        if looks == LOOKS:
            house.await_web()
            return []
        if time.monotonic() > deadline:
            return [f"no rest within {REST_SECONDS} s: {one}" for one in found]
        if found and time.monotonic() > next_tick:
            let_minutes_pass()
            for task in often:
                call(task)
            if next(rounds) == ROUNDS_BEFORE_DAILY_RUN:
                call(DAILY_RUN)
            next_tick = time.monotonic() + TICK_SECONDS
        time.sleep(0.25)


def waiting(scene: Callable[[], Scene]) -> Findings:
    """What waits now, through a connection that a crash of the server may have cost us."""
    try:
        return nothing_waits(scene())
    except (OperationalError, InterfaceError):
        connection.close()
        return ["the database does not answer"]


def let_minutes_pass() -> None:
    """For what was put off or claimed by a hand that died. A call still under way is met with its own key."""
    with suppress(OperationalError, InterfaceError), connection.cursor() as cursor:
        cursor.execute("UPDATE billing_paymentattempt SET ask_at = now() WHERE ask_at > now()")
        cursor.execute("UPDATE billing_refund SET ask_at = now() WHERE ask_at > now()")
        cursor.execute(
            "UPDATE dunning_message SET send_after = now() WHERE state = 'queued' AND send_after > now()"
        )
        cursor.execute(
            """UPDATE dunning_message SET claimed_at = claimed_at - interval '16 minutes'
                WHERE state = 'sending' AND claimed_at < now() - interval '20 seconds'"""
        )
        cursor.execute(
            "UPDATE billing_webhookdelivery SET due_at = now() WHERE state = 'waiting' AND due_at > now()"
        )
        cursor.execute(
            """UPDATE billing_webhookdelivery SET claimed_at = claimed_at - interval '6 minutes'
                WHERE state = 'sending' AND claimed_at < now() - interval '10 seconds'"""
        )
