"""A customer whose charges fail: told through the operations of billing and recovery."""

from datetime import datetime, timedelta

from django.db.models import F, Min

from accounts.models import Customer
from accounts.operations.send_queued_mail import send_queued_mail
from billing.calc.gateway_answer import ChargeAnswer
from billing.enums import PaymentMethodKind
from billing.models import PaymentAttempt, PaymentMethod, Receivable
from billing.operations.answer_attempt import answer_attempt
from billing.operations.push_flow import push_flow
from billing.operations.record_payment import record_payment
from billing.operations.start_attempts import start_attempts
from dunning.models import DunningCase, DunningStep, Message
from dunning.operations.set_up_campaigns import set_up_campaigns
from dunning.pipeline import STAGES
from kernel.money import Money
from tests.seatworld import START, SeatWorld, day

PRICE = 200_00
FAILED_AT = day(2, 2, 10)  # a Monday
BERLIN = "Europe/Berlin"


def prepare(world: SeatWorld) -> Receivable:
    """One open invoice of a customer in Berlin, with the campaigns a new installation has."""
    set_up_campaigns(at=day(1, 1))
    Customer.objects.filter(pk=world.customer.pk).update(time_zone=BERLIN)
    world.customer.refresh_from_db()
    world.push(day(1, 15))
    return Receivable.objects.get()


def give_card(world: SeatWorld, at: datetime = START, key: str = "pm_1") -> PaymentMethod:
    PaymentMethod.objects.filter(customer=world.customer).update(is_default=False)
    return PaymentMethod.objects.create(
        customer=world.customer, gateway_id=key, kind="card", brand="visa", last4="4242",
        is_default=True, added_at=at,
    )  # fmt: skip


def collect(at: datetime, code: str = "do_not_honor", state: str = "failed") -> int:
    """What the collect stage and the gateway do: charge what is due, and answer."""
    keys = list(
        Receivable.objects.filter(next_attempt_at__lte=at, open_minor__gt=0).values_list(
            "pk", flat=True
        )
    )
    start_attempts(keys=keys, at=at)
    return answer_all(at, code, state)


def answer_all(at: datetime, code: str = "do_not_honor", state: str = "failed") -> int:
    started = list(PaymentAttempt.objects.filter(state="started"))
    for attempt in started:
        answer = ChargeAnswer(state, f"pi_{attempt.pk}", code if state == "failed" else "")
        answer_attempt(attempt_id=attempt.pk, answer=answer, at=at)
    return len(started)


def fail(world: SeatWorld, code: str = "do_not_honor", at: datetime = FAILED_AT) -> Receivable:
    """The first charge of the customer's card is declined."""
    receivable = prepare(world)
    give_card(world)
    Receivable.objects.update(next_attempt_at=at)
    collect(at, code)
    receivable.refresh_from_db()
    assert receivable.first_failed_at == at
    return receivable


def tick(at: datetime) -> None:
    """What the beat does each minute, the mail included."""
    push_flow(stages=STAGES, at=at)
    send_queued_mail(box=Message, at=at)
    push_flow(stages=STAGES, at=at)


def live(until: datetime, since: datetime = FAILED_AT, code: str = "do_not_honor") -> None:
    """Recovery ticks when a case is due, and what it plans is charged and declined."""
    at = since
    while at <= until:
        tick(at)
        collect(at, code)
        due = DunningCase.objects.filter(look_at__gt=at).aggregate(first=Min("look_at"))["first"]
        at = min(due or until, at + timedelta(days=1)) if at < until else at + timedelta(days=1)


def pay(world: SeatWorld, at: datetime, minor: int = PRICE) -> None:
    record_payment(
        customer=world.customer, billing_entity=world.entity, money=Money(minor, "USD"),
        method=PaymentMethodKind.BANK_TRANSFER, paid_on=at.date(), at=at,
    )  # fmt: skip


def the_case() -> DunningCase:
    return DunningCase.objects.get()


def taken(**wanted: str) -> list[str]:
    return list(
        DunningStep.objects.filter(state="done", **wanted)
        .order_by(F("done_at"), "id")
        .values_list("key", flat=True)
    )
