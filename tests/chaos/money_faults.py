"""Faults between us and Stripe: answers lost, late and refused, webhooks many times over, hands killed."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.chaos.cards import ask_back
from tests.chaos.company import DECLINED_CARD, GOOD_CARD, Promise
from tests.chaos.faults import MOMENTS, TEN, WORK, DidNotHappen, FoundWrong, Ground, Pick, finish
from tests.chaos.processes import STRIPE_SECONDS
from tests.chaos.stripe_door import CHARGES, REFUNDS, Trouble, event_about, send_webhook
from tests.chaos.wire import Trip

CHARGE_SECONDS = 40
ASK = "billing.tasks.ask_gateway"


def stripe_trouble(ground: Ground, trouble: Trouble, words: str) -> str:
    """One kind of trouble for some charges in a row, then all is well."""
    trouble = Trouble(
        method=trouble.method, path=trouble.path, runs=trouble.runs, status=trouble.status,
        seconds=trouble.seconds, times=ground.chance.randint(1, 4),
    )  # fmt: skip
    times = trouble.times
    ground.house.stripe.expect(trouble)
    charge_somebody(ground)
    wait_for(trouble, ground)
    return f"Stripe {words} (the next {times} times)"


def hand_killed_while_asking(ground: Ground, *, is_done: bool) -> str:
    """kill -9 of the worker between Stripe's doing and our writing down, or right before it did."""
    worker = ground.house.children["worker"]
    whole = ground.chance.random() < 0.5
    act = worker.kill if whole else worker.kill_one_hand
    trouble = ground.house.stripe.expect(Trouble(runs=is_done, status=0, act=act))
    charge_somebody(ground)
    wait_for(trouble, ground)
    who = "worker" if whole else "one hand"
    return f"{who} killed {'after' if is_done else 'before'} Stripe charged, its answer lost"


def lookup_fails_too(ground: Ground) -> str:
    """The answer of a charge is lost, and so is that of looking it up."""
    door = ground.house.stripe
    trouble = door.expect(Trouble(status=0))
    door.expect(Trouble(method="GET", status=ground.chance.choice([0, 500, 429]), times=2))
    charge_somebody(ground)
    wait_for(trouble, ground)
    return "Stripe charged, its answer was lost, and looking it up failed twice"


def ten_threads_one_webhook(ground: Ground) -> str:
    """The answer of a charge is lost; ten callers deliver its webhook, some under another event id."""
    trouble = ground.house.stripe.expect(Trouble(status=0))
    (promise, *_) = charge_somebody(ground)
    wait_for(trouble, ground)
    intent = intent_for(ground, promise)
    one = event_about("payment_intent.succeeded", intent, f"evt_{promise.customer}_one")
    other = event_about("payment_intent.succeeded", intent, f"evt_{promise.customer}_other")
    bodies = [one] * (TEN - 2) + [other] * 2
    ground.chance.shuffle(bodies)
    with ThreadPoolExecutor(TEN) as callers:
        statuses = list(callers.map(partial(send_webhook, ground.house.port), bodies))
    if set(statuses) != {200}:
        raise FoundWrong(f"ten callers of a webhook were answered {statuses}")
    ground.webhooks.update({f"evt_{promise.customer}_one", f"evt_{promise.customer}_other"})
    return "Stripe charged, its answer was lost; ten threads delivered its webhook under two ids"


def webhook_while_redis_hangs(ground: Ground) -> str:
    """The broker accepts and says nothing; a webhook must be stored and answered all the same."""
    (promise, *_) = charge_somebody(ground)
    intent = wait_for_intent(ground, promise)
    server = ground.house.redis_process()
    os.kill(server.pid, signal.SIGSTOP)
    began = time.monotonic()
    try:
        event_id = f"evt_{promise.customer}_hanging"
        body = event_about("payment_intent.succeeded", intent, event_id)
        status = send_webhook(ground.house.port, body)
    finally:
        took = time.monotonic() - began
        os.kill(server.pid, signal.SIGCONT)
    if status != 200:
        raise FoundWrong(f"a webhook while Redis hung was answered {status} after {took:.0f} s")
    ground.webhooks.add(event_id)
    return f"a webhook came while Redis hung; answered in {took:.1f} s"


def web_killed_with_webhooks(ground: Ground) -> str:
    """kill -9 of the web among webhooks; Stripe delivers again what was not answered."""
    (promise, *_) = charge_somebody(ground)
    intent = wait_for_intent(ground, promise)
    events = {
        f"evt_{promise.customer}_{n}": event_about(
            "payment_intent.succeeded", intent, f"evt_{promise.customer}_{n}"
        )
        for n in range(TEN)
    }
    house = ground.house
    trip = Trip(
        b'INSERT INTO "billing_gatewayevent"', ground.chance.choice(MOMENTS),
        skip=ground.chance.randrange(TEN - 2), act=house.children["web"].kill,
    )  # fmt: skip
    house.postgres["web"].arm(trip)
    with ThreadPoolExecutor(4) as callers:
        first = callers.map(partial(send_webhook, house.port), events.values())
        statuses = dict(zip(events, first, strict=True))
    if not trip.fell.is_set():
        raise DidNotHappen
    ground.webhooks.update(one for one, status in statuses.items() if status == 200)
    house.children["web"].wait(10)
    house.keep_up()
    house.await_web()
    unanswered = [one for one, status in statuses.items() if status != 200]
    for one in unanswered:
        if (status := send_webhook(house.port, events[one])) != 200:
            raise FoundWrong(f"a webhook delivered again was answered {status}")
        ground.webhooks.add(one)
    return f"web killed among ten webhooks; {len(unanswered)} delivered again"


def refund_trouble(ground: Ground, *, kill: bool) -> str:
    """A refund's answer is lost, or the worker dies between Stripe's giving back and our writing down."""
    (promise, *_) = charge_somebody(ground)
    wait_for_intent(ground, promise)
    act = ground.house.children["worker"].kill if kill else Trouble().act
    status = ground.chance.choice([0, 429, 500])
    trouble = Trouble(path=REFUNDS, runs=status != 429, status=status, act=act)
    deadline = time.monotonic() + CHARGE_SECONDS
    while not ask_back(promise.customer):
        if time.monotonic() > deadline:
            raise DidNotHappen
        time.sleep(0.5)
    ground.house.stripe.expect(trouble)
    while not trouble.met.wait(3):
        if time.monotonic() > deadline + CHARGE_SECONDS:
            ground.house.stripe.calm()
            raise DidNotHappen
        ground.call_worker(ASK)
    answer = {0: "lost", 429: "429", 500: "500"}[status]
    return f"a refund's answer was {answer}{' and the worker killed' if kill else ''}"


def mail_answer_lost(ground: Ground, *, kill: bool) -> str:
    """The mail server takes a message and its answer is lost, perhaps with the worker that waited for it."""
    house = ground.house
    before = len(house.mail.accepted)
    if kill:
        house.mail.when_taken = house.children["worker"].kill
    else:
        house.mail.losing = 1
    ground.company.sign_up(card=DECLINED_CARD)
    ground.call_worker("billing.tasks.start_daily_run")
    deadline = time.monotonic() + CHARGE_SECONDS
    while len(house.mail.accepted) == before:
        if time.monotonic() > deadline:
            house.mail.calm()
            raise DidNotHappen
        time.sleep(2)
        for task in WORK:
            ground.call_worker(task)
    return f"a mail was taken, its answer lost{' and the worker killed' if kill else ''}"


def charge_somebody(ground: Ground) -> list[Promise]:
    """Invoices for customers with a good card, and the worker called to charge them."""
    promises = [ground.company.sign_up(card=GOOD_CARD), *ground.some_customers()]
    if status := finish(ground.house.run_invoices("--no-render")):
        raise FoundWrong(f"a run without any fault ended with {status}; see run.log")
    ground.call_worker(ASK)
    return promises


def wait_for(trouble: Trouble, ground: Ground) -> None:
    if not trouble.met.wait(CHARGE_SECONDS):
        ground.house.stripe.calm()
        raise DidNotHappen


def intent_for(ground: Ground, promise: Promise) -> dict[str, object]:
    """The customer's PaymentIntent at the gateway."""
    customers = ground.house.stripe.direct("GET", "/v1/customers?limit=100")["data"]
    names = {one["metadata"].get("customer"): one["id"] for one in customers}
    for intent in ground.house.stripe.all_of(CHARGES):
        if intent["customer"] == names.get(promise.customer) and intent["status"] == "succeeded":
            return intent
    raise DidNotHappen


def wait_for_intent(ground: Ground, promise: Promise) -> dict[str, object]:
    deadline = time.monotonic() + CHARGE_SECONDS
    while time.monotonic() < deadline:
        try:
            return intent_for(ground, promise)
        except DidNotHappen:
            time.sleep(0.2)
    raise DidNotHappen


LATE = STRIPE_SECONDS + 2.0
TROUBLES = {
    "answers got lost": Trouble(status=0),
    "hung up before doing anything": Trouble(runs=False, status=0),
    "charged and answered too late": Trouble(seconds=LATE),
    "was slow": Trouble(seconds=1.0),
    "answered 429": Trouble(runs=False, status=429),
    "answered 500 without charging": Trouble(runs=False, status=500),
    "charged and answered 500": Trouble(status=500),
}


def money_catalog() -> list[Pick]:
    """Every kind of fault at the gateway."""
    faults = [
        Pick(2, f"Stripe {words}", partial(stripe_trouble, trouble=trouble, words=words))
        for words, trouble in TROUBLES.items()
    ]
    return [
        *faults,
        Pick(
            3, "worker killed after Stripe charged", partial(hand_killed_while_asking, is_done=True)
        ),
        Pick(
            2,
            "worker killed before Stripe charged",
            partial(hand_killed_while_asking, is_done=False),
        ),
        Pick(2, "Stripe lookup fails too", lookup_fails_too),
        Pick(3, "ten threads, one webhook", ten_threads_one_webhook),
        Pick(2, "webhook while Redis hangs", webhook_while_redis_hangs),
        Pick(2, "web killed with webhooks", web_killed_with_webhooks),
        Pick(2, "refund answer lost", partial(refund_trouble, kill=False)),
        Pick(2, "worker killed after refund", partial(refund_trouble, kill=True)),
        Pick(2, "mail answer lost", partial(mail_answer_lost, kill=False)),
        Pick(2, "worker killed with mail", partial(mail_answer_lost, kill=True)),
    ]
