"""The faults. Each breaks something while the product works and says in words what it did."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from tests.chaos.agreements import agree
from tests.chaos.company import DECLINED_CARD, GOOD_CARD, Company, Promise, event_of
from tests.chaos.processes import Child, House
from tests.chaos.wire import Moment, Trip

RUN_STATEMENTS = {
    "grant": b'UPDATE "accounts_exceptionrequest"',
    "age": b'INSERT INTO "billing_entitlementevent"',
    "rate": b'"billing_ratedspan"',
    "draft": b'COPY "billing_invoiceline"',
    "tax": b'"billing_invoicetax"',
    "finalize": b"UPDATE billing_invoice AS invoice SET",
    "receivable": b"INSERT INTO billing_receivable",
    "render": b'INSERT INTO "billing_invoicedocument"',
    "collect": b'INSERT INTO "billing_paymentattempt"',
    "post": b'"billing_journalposting"',
}
WORKER_STATEMENTS = {
    **RUN_STATEMENTS,
    "settle": b'UPDATE "billing_gatewayevent"',
    "answer": b'UPDATE "billing_paymentattempt"',
    "payment": b'INSERT INTO "billing_payment"',
    "case": b'INSERT INTO "dunning_dunningcase"',
    "step": b'INSERT INTO "dunning_dunningstep"',
    "message": b'INSERT INTO "dunning_message"',
    "mail": b'UPDATE "dunning_message"',
}
MONEY = ("collect", "settle", "answer", "payment")
RECOVERY = ("case", "step", "message", "mail")
WORK = ("billing.tasks.tick", "billing.tasks.ask_gateway", "dunning.tasks.tick")
COMMIT = b"COMMIT"
MOMENTS = tuple(Moment)
RUN_SECONDS = 150
FALL_SECONDS = 45
TEN = 10


class DidNotHappen(Exception):
    """The product was done before the fault could meet it; the campaign takes another."""


class FoundWrong(Exception):
    """The product answered wrongly while the fault went on."""


@dataclass(slots=True)
class Ground:
    """Where faults happen: the processes, the company, and a way to call the worker as beat does."""

    house: House
    company: Company
    chance: random.Random
    call_worker: Callable[[str], None]
    webhooks: set[str]  # ids of events that the web answered well
    run_messages: int = 150  # what a run asked of PostgreSQL when last counted

    def some_customers(self) -> list[Promise]:
        return self.company.grow(self.chance.choice([1, 1, 2]))


Fault = Callable[[Ground], str]


@dataclass(frozen=True, slots=True)
class Pick:
    """A kind of fault and how often it comes."""

    weight: int
    name: str
    fault: Fault


def run_killed_at_a_stage(ground: Ground, stage: str) -> str:
    """kill -9 of the run at a statement of a stage."""
    prepare(ground, stage)
    moment = ground.chance.choice(MOMENTS)
    return kill_run(ground, Trip(RUN_STATEMENTS[stage], moment), f"while {stage} writes")


def prepare(ground: Ground, stage: str) -> None:
    """Somebody the stage will have work with."""
    if stage in MONEY:
        ground.company.sign_up(card=GOOD_CARD)
    elif stage in RECOVERY:
        ground.company.sign_up(card=DECLINED_CARD)
    else:
        customers = ground.some_customers()
        if stage == "grant":
            agree(customers[0])


def run_killed_anywhere(ground: Ground) -> str:
    """kill -9 of the run at any message to PostgreSQL."""
    ground.some_customers()
    message = ground.chance.randrange(ground.run_messages)
    moment = ground.chance.choice(MOMENTS)
    return kill_run(ground, Trip(b"", moment, skip=message), f"at message {message + 1}")


def run_killed_at_a_commit(ground: Ground) -> str:
    """kill -9 of the run around a COMMIT."""
    ground.some_customers()
    commit, moment = ground.chance.randrange(9), ground.chance.choice(MOMENTS)
    return kill_run(ground, Trip(COMMIT, moment, skip=commit), f"at COMMIT {commit + 1}")


def kill_run(ground: Ground, trip: Trip, where: str) -> str:
    wire = ground.house.postgres["run"]
    started = threading.Event()

    def kill() -> None:
        started.wait()
        run.kill()

    trip.act = kill
    wire.arm(trip)
    run = ground.house.run_invoices()
    started.set()
    finish(run)
    if not trip.fell.is_set():
        raise DidNotHappen
    return f"run killed {where}, {trip.moment.value}"


def run_cut_at_a_commit(ground: Ground) -> str:
    """The run's connection breaks around a COMMIT; the run itself lives on."""
    ground.some_customers()
    commit, moment = ground.chance.randrange(9), ground.chance.choice(MOMENTS)
    trip = ground.house.postgres["run"].arm(Trip(COMMIT, moment, skip=commit))
    status = finish(ground.house.run_invoices())
    if not trip.fell.is_set():
        raise DidNotHappen
    return (
        f"connection of the run cut at COMMIT {commit + 1}, {moment.value}; it ended with {status}"
    )


def run_cut_again_and_again(ground: Ground) -> str:
    """The run's network is bad for a while: connection after connection breaks, soon after it was made."""
    ground.some_customers()
    wire = ground.house.postgres["run"]
    cuts = [ground.chance.choice(MOMENTS) for _ in range(ground.chance.randint(2, 8))]
    first = Trip(b"", cuts[0], skip=ground.chance.randrange(ground.run_messages))

    def cut_next() -> None:
        cuts.pop()
        if cuts:
            wire.arm(Trip(b"", cuts[-1], skip=ground.chance.randint(3, 20), act=cut_next))

    times, first.act = len(cuts), cut_next
    wire.arm(first)
    run = ground.house.run_invoices()
    if ground.chance.random() < 0.5:
        ground.call_worker("billing.tasks.start_daily_run")
    status = finish(run)
    if not first.fell.is_set():
        raise DidNotHappen
    return (
        f"{times - len(cuts)} connections of the run cut one after another; it ended with {status}"
    )


def two_runs_at_once(ground: Ground) -> str:
    """Two runs of the same day, and the worker called to it as well."""
    ground.some_customers()
    runs = [ground.house.run_invoices() for _ in range(2)]
    with_worker = ground.chance.random() < 0.5
    if with_worker:
        ground.call_worker("billing.tasks.start_daily_run")
    statuses = [finish(run) for run in runs]
    if any(statuses):
        raise FoundWrong(f"two runs at once ended with {statuses}; see run.log")
    return f"two runs of the day at once{' and the worker' if with_worker else ''}"


def one_of_two_runs_killed(ground: Ground) -> str:
    """Two runs share the day's work; whichever comes to a message first dies there, the other goes on."""
    ground.some_customers()
    first = Trip(
        b"", ground.chance.choice(MOMENTS), skip=ground.chance.randrange(ground.run_messages)
    )
    ready, runs = threading.Event(), []

    def kill() -> None:
        ready.wait()
        ground.chance.choice(runs).kill()

    first.act = kill
    ground.house.postgres["run"].arm(first)
    runs += [ground.house.run_invoices() for _ in range(2)]
    ready.set()
    statuses = [finish(run) for run in runs]
    if not first.fell.is_set():
        raise DidNotHappen
    return f"one of two runs killed, a connection of one cut, {first.moment.value}; ended with {statuses}"


def finish(run: Child) -> int:
    status = run.wait(RUN_SECONDS)
    if status is None:
        run.end()
        raise FoundWrong(f"a run did not end within {RUN_SECONDS} s")
    run.log.close()
    return status


def worker_killed_at_a_stage(ground: Ground, stage: str) -> str:
    """kill -9 of the worker, or of one of its hands, at a statement of a stage."""
    prepare(ground, stage)
    worker = ground.house.children["worker"]
    whole = ground.chance.random() < 0.6
    act = worker.kill if whole else worker.kill_one_hand
    trip = Trip(WORKER_STATEMENTS[stage], ground.chance.choice(MOMENTS), act=act)
    let_worker_fall(ground, trip)
    who = "worker" if whole else "one hand of the worker"
    return f"{who} killed while {stage} writes, {trip.moment.value}"


def worker_cut_at_a_commit(ground: Ground) -> str:
    """A connection of the worker breaks around a COMMIT."""
    ground.some_customers()
    trip = Trip(COMMIT, ground.chance.choice(MOMENTS), skip=ground.chance.randrange(9))
    let_worker_fall(ground, trip)
    return f"a connection of the worker cut at a COMMIT, {trip.moment.value}"


def let_worker_fall(ground: Ground, trip: Trip) -> None:
    ground.call_worker("billing.tasks.start_daily_run")
    let_fall(ground, trip, role="worker", tasks=WORK)


def let_fall(ground: Ground, trip: Trip, *, role: str, tasks: Sequence[str]) -> None:
    """
    Call tasks until one of that role meets the trip.

    :raises DidNotHappen: if none does in time
    """
    wire = ground.house.postgres[role]
    wire.arm(trip)
    for task in tasks:
        ground.call_worker(task)
    deadline = time.monotonic() + FALL_SECONDS
    while not trip.fell.wait(3):
        if time.monotonic() > deadline:
            wire.disarm()
            raise DidNotHappen
        for task in tasks:
            ground.call_worker(task)


def web_killed_while_told(ground: Ground) -> str:
    """kill -9 of the web, or of one of its processes, while products tell it things."""
    web = ground.house.children["web"]
    whole = ground.chance.random() < 0.6
    message = ground.chance.randrange(60)
    act = web.kill if whole else web.kill_one_hand
    trip = Trip(b"", ground.chance.choice(MOMENTS), skip=message, act=act)
    told = tell_through(ground, trip)
    who = "web" if whole else "one process of the web"
    return (
        f"{who} killed at message {message + 1}, {trip.moment.value}; {told} retries by the client"
    )


def web_cut_at_a_commit(ground: Ground) -> str:
    """A connection of the web breaks around a COMMIT: the client never learns, and asks again."""
    commit = ground.chance.randrange(6)
    trip = Trip(COMMIT, ground.chance.choice(MOMENTS), skip=commit)
    told = tell_through(ground, trip)
    return f"connection of the web cut at COMMIT {commit + 1}, {trip.moment.value}; {told} retries"


def tell_through(ground: Ground, trip: Trip) -> int:
    """Sign customers up while the trip is armed and a supervisor watches; how often it was asked again."""
    before = ground.company.service.retries
    ground.house.postgres["web"].arm(trip)
    done = threading.Event()

    def supervise() -> None:
        while not done.wait(0.2):
            ground.house.keep_up()

    supervisor = threading.Thread(target=supervise)
    supervisor.start()
    try:
        ground.company.grow(2)
    finally:
        done.set()
        supervisor.join()
    if not trip.fell.is_set():
        ground.house.postgres["web"].disarm()
        raise DidNotHappen
    return ground.company.service.retries - before


def ten_threads_one_event(ground: Ground) -> str:
    """Ten callers send one event at once, under one key or ten."""
    (promise,) = ground.company.grow(1)
    event = {**event_of(promise, "ten"), "kind": "seat_added"}
    keys = ground.chance.choice(["one", "ten"])
    names = [f"{promise.subscription}-ten" + (str(n) if keys == "ten" else "") for n in range(TEN)]
    with ThreadPoolExecutor(TEN) as callers:
        post = partial(ground.company.service.post, "entitlement-events", event)
        answers = list(callers.map(post, names))
    promise.events.add(event["source_event_id"])
    statuses = Counter(status for status, _ in answers)
    event_ids = {answer.get("event_id") for _, answer in answers}
    if len(event_ids) != 1 or not set(statuses) <= {200, 201}:
        raise FoundWrong(f"ten callers of one event were answered {answers}")
    return f"ten threads sent one event with {keys} keys: {dict(statuses)}"


def process_catalog() -> list[Pick]:
    """Every kind of fault of our own processes and their connections."""
    faults = [
        Pick(4, "run killed anywhere", run_killed_anywhere),
        Pick(4, "run killed at a commit", run_killed_at_a_commit),
        Pick(6, "run cut at a commit", run_cut_at_a_commit),
        Pick(3, "run cut again and again", run_cut_again_and_again),
        Pick(4, "two runs at once", two_runs_at_once),
        Pick(3, "one of two runs killed", one_of_two_runs_killed),
        Pick(5, "worker cut at a commit", worker_cut_at_a_commit),
        Pick(5, "web killed", web_killed_while_told),
        Pick(5, "web cut at a commit", web_cut_at_a_commit),
        Pick(3, "ten threads, one event", ten_threads_one_event),
    ]
    for stage in RUN_STATEMENTS:
        name = f"run killed at {stage}"
        faults.append(Pick(2, name, partial(run_killed_at_a_stage, stage=stage)))
    for stage in WORKER_STATEMENTS:
        name = f"worker killed at {stage}"
        faults.append(Pick(1, name, partial(worker_killed_at_a_stage, stage=stage)))
    return faults
