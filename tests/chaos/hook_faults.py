"""Faults of telling products: receivers out of sorts, the messenger killed, its servers away meanwhile."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from kombu.exceptions import OperationalError as BrokerAway

from tests.chaos.faults import COMMIT, FALL_SECONDS, MOMENTS, DidNotHappen, Ground, Pick, let_fall
from tests.chaos.listener import Mood
from tests.chaos.wire import Trip

TELL = "billing.tasks.tell_products"
STATEMENTS = {
    "it writes messages": b'INSERT INTO "billing_webhookdelivery"',
    "it claims what it sends next": b"UPDATE billing_webhookdelivery AS delivery",
    "it records what was sent": b'INSERT INTO "billing_webhookattempt"',
}
ILL = (Mood.FAILS, Mood.HANGS, Mood.CUTS)


def receiver_is_unwell(ground: Ground) -> str:
    """The receiver takes one in four; the others it refuses, lets hang, or cuts off once it has read them."""
    listener = ground.house.listener
    listener.moods = tuple(Mood)
    before = len(listener.heard)
    ground.company.grow(2)
    tell_until(ground, lambda: any(not one.is_taken for one in listener.heard[before:]))
    time.sleep(ground.chance.uniform(0, 2))
    heard = listener.heard[before:]
    taken = sum(one.is_taken for one in heard)
    return f"a receiver took {taken} of {len(heard)} webhooks and failed the others"


def messenger_killed(ground: Ground, where: str) -> str:
    """kill -9 of the messenger at a statement: before a message is sent, or sent and not recorded."""
    unwell = out_of_sorts(ground)
    ground.some_customers()
    act = ground.house.children["messenger"].kill
    trip = Trip(STATEMENTS[where], ground.chance.choice(MOMENTS), act=act)
    let_fall(ground, trip, role="messenger", tasks=(TELL,))
    return f"messenger killed while {where}, {trip.moment.value}{unwell}"


def messenger_cut_at_a_commit(ground: Ground) -> str:
    """A connection of the messenger breaks around a COMMIT."""
    unwell = out_of_sorts(ground)
    ground.some_customers()
    trip = Trip(COMMIT, ground.chance.choice(MOMENTS), skip=ground.chance.randrange(4))
    let_fall(ground, trip, role="messenger", tasks=(TELL,))
    return f"connection of the messenger cut at a COMMIT, {trip.moment.value}{unwell}"


def out_of_sorts(ground: Ground) -> str:
    """Every other time the receiver is unwell besides; in words."""
    if ground.chance.random() < 0.5:
        return ""
    ground.house.listener.moods = (Mood.WELL, ground.chance.choice(ILL))
    return f"; the receiver now and then {ground.house.listener.moods[1].value}"


def messenger_killed_while_a_receiver_reads(ground: Ground) -> str:
    """kill -9 once the receiver has read a message: it takes it, and we do not know."""
    ground.some_customers()
    when_heard(ground, ground.house.children["messenger"].kill)
    return "messenger killed while a receiver read; what it took is not recorded"


def server_away_while_sending(ground: Ground, how: str) -> str:
    """A server goes away once a receiver has read a message, so that its answer meets nobody."""
    house = ground.house
    wire = house.postgres["messenger"]
    begin, end = {
        "PostgreSQL is away": (wire.shut, wire.release),
        "PostgreSQL hangs": (wire.hold, wire.release),
        "PostgreSQL is killed": (house.kill_postgres, house.start_servers),
        "Redis is killed": (house.kill_redis, house.start_servers),
    }[how]
    ground.some_customers()
    try:
        when_heard(ground, begin)
        time.sleep(ground.chance.uniform(0.5, 4))
    finally:
        end()
    return f"{how} while webhooks are on their way"


def when_heard(ground: Ground, act: Callable[[], None]) -> None:
    """Call the messenger until a receiver has read a message; what is done then is done before it answers."""
    done = threading.Event()

    def act_once() -> None:
        act()
        done.set()

    ground.house.listener.when_heard = act_once
    tell_until(ground, done.is_set)


def tell_until(ground: Ground, is_enough: Callable[[], bool]) -> None:
    """:raises DidNotHappen: if it does not come to it in time"""
    deadline = time.monotonic() + FALL_SECONDS
    while not is_enough():
        if time.monotonic() > deadline:
            raise DidNotHappen
        with suppress(BrokerAway):  # the very thing that is broken here
            ground.call_worker(TELL)
        time.sleep(1)


def hook_catalog() -> list[Pick]:
    """Every kind of fault between us and the products that listen."""
    return [
        Pick(3, "webhook receiver unwell", receiver_is_unwell),
        *[Pick(2, f"messenger killed while {one}", partial(messenger_killed, where=one)) for one in STATEMENTS],
        Pick(2, "messenger cut at a commit", messenger_cut_at_a_commit),
        Pick(2, "messenger killed while a receiver reads", messenger_killed_while_a_receiver_reads),
        *[
            Pick(1, f"{how} while webhooks are sent", partial(server_away_while_sending, how=how))
            for how in ("PostgreSQL is away", "PostgreSQL hangs", "PostgreSQL is killed", "Redis is killed")
        ],
    ]  # fmt: skip
