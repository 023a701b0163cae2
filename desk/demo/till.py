"""How the demo's customers pay: by cards good and bad, by transfers on time, late, short, or never."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from django.contrib.auth.models import User

from accounts.models import Customer
from accounts.operations.send_queued_mail import send_queued_mail
from billing.calc.gateway_answer import read_charge
from billing.enums import AttemptState, PaymentMethodKind
from billing.models import PaymentAttempt, Receivable
from billing.operations.ask_gateway import ask_charges, ask_refunds
from billing.operations.open_gateway_customer import open_gateway_customer
from billing.operations.push_flow import push_flow
from billing.operations.record_payment import record_payment
from billing.operations.start_checkout import start_checkout
from billing.pipeline import COLLECT
from desk.demo.bank import Bank, Deposit
from desk.demo.stand_in import CardBox
from dunning.models import Message
from dunning.pipeline import STAGES as RECOVERY
from kernel.money import Money

HABITS = ("good", "funds", "lost", "bank", "on_time", "late", "short", "forgetful", "never")
HABIT_WEIGHTS = (40, 5, 2, 3, 35, 8, 3, 3, 0.5)
ROUNDS_UP = 0.015
CARD_HABITS = {"good", "funds", "lost", "bank"}
CHANGES_CARD_AFTER = timedelta(days=9)
CONFIRMS_AFTER = timedelta(days=2)
DELAYS = {"on_time": (-9, 0), "late": (3, 19), "short": (-3, 2), "forgetful": (24, 34)}


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money a customer will send. Minor units of the invoice's currency."""

    receivable_id: UUID
    on: date
    share_percent: int


class Till:
    """Pays for every customer by its habit; the same for the same seed."""

    def __init__(self, *, random: Random, box: CardBox, clerk: User) -> None:
        self.random = random
        self.bank = Bank(random=random, clerk=clerk)
        self.box = box
        self.habits: dict[UUID, str] = {}
        self.seen: set[UUID] = set()
        self.planned: list[Transfer] = []

    def meet(self, customer: Customer, *, at: datetime) -> None:
        """A new customer: a card left, or an agreement to transfer."""
        (habit,) = self.random.choices(HABITS, HABIT_WEIGHTS)
        self.habits[customer.pk] = habit
        if habit in CARD_HABITS:
            self.leave_card(customer.pk, habit, at=at)

    def leave_card(self, customer_id: UUID, kind: str, *, at: datetime) -> None:
        known = open_gateway_customer(gateway=self.box.gateway, customer_id=customer_id, at=at)
        self.box.leave_card(gateway_customer=known.gateway_id, kind=kind, at=at)

    def charge(self, *, at: datetime) -> None:
        """Ask the gateway all that is written down."""
        while ask_charges(gateway=self.box.gateway, now=lambda: at):
            pass
        ask_refunds(gateway=self.box.gateway, now=lambda: at)

    def follow_up(self, *, at: datetime) -> None:
        """The day's work of recovery, and the charges it plans."""
        push_flow(stages=(*RECOVERY, COLLECT), at=at)
        send_queued_mail(box=Message, at=at)
        self.charge(at=at)

    def receive(self, *, at: datetime) -> None:
        """Transfers that arrive today, and customers who act on a message of ours."""
        self.plan_transfers()
        today = at.date()
        due = [one for one in self.planned if one.on <= today]
        self.planned = [one for one in self.planned if one.on > today]
        deposits = [one for transfer in due if (one := self.deposit(transfer))]
        self.bank.send(deposits, at=at)
        self.bank.look_at_open_lines(at=at)
        self.react(at=at)

    def plan_transfers(self) -> None:
        """When and how much each new open invoice will be paid by transfer."""
        payers = [key for key, habit in self.habits.items() if habit in DELAYS]
        new = Receivable.objects.filter(customer__in=payers, open_minor__gt=0).exclude(
            pk__in=self.seen
        )
        for one in new.order_by("due_date", "pk"):
            self.seen.add(one.pk)
            habit = self.habits[one.customer_id]
            delay = self.random.randint(*DELAYS[habit])
            share = 60 if habit == "short" and self.random.random() < 0.4 else 100
            on = one.due_date + timedelta(days=delay)
            self.planned.append(Transfer(one.pk, on, share))
            if share < 100:
                self.planned.append(Transfer(one.pk, on + timedelta(days=21), 100))

    def deposit(self, transfer: Transfer) -> Deposit | None:
        """What arrives on our account; nothing where the invoice was settled otherwise."""
        owed = Receivable.objects.select_related("invoice", "customer", "billing_entity").get(
            pk=transfer.receivable_id
        )
        minor = owed.open_minor * transfer.share_percent // 100
        if not minor:
            return None
        if self.random.random() < ROUNDS_UP:
            minor += 500
        return Deposit(owed, minor)

    def react(self, *, at: datetime) -> None:
        """Bad cards are replaced after a while; what a bank wants confirmed is confirmed."""
        failed = Receivable.objects.filter(open_minor__gt=0, first_failed_at__isnull=False)
        rows = failed.values_list("customer_id", "first_failed_at").order_by("customer_id")
        for customer_id, since in rows:
            habit = self.habits.get(customer_id)
            if habit in ("funds", "lost") and since and at - since >= CHANGES_CARD_AFTER:
                self.habits[customer_id] = "good"
                self.leave_card(customer_id, "good", at=at)
        self.confirm(
            PaymentAttempt.objects.filter(
                state=AttemptState.NEEDS_CUSTOMER, answered_at__lte=at - CONFIRMS_AFTER
            ).order_by("pk"),
            at=at,
        )

    def confirm(self, attempts: Iterable[PaymentAttempt], *, at: datetime) -> None:
        """The customer follows the link to pay; the gateway's page asks, and it says yes."""
        for attempt in attempts:
            url = start_checkout(
                gateway=self.box.gateway, receivable_ids=[attempt.receivable_id],
                success_url="http://127.0.0.1/paid", cancel_url="http://127.0.0.1/", at=at,
            )  # fmt: skip
            paid = read_charge(
                self.box.pay(
                    url,
                    gateway_customer=attempt.customer.gateway_customer.gateway_id,
                    invoice=str(attempt.receivable_id),
                )
            )
            owed = Receivable.objects.select_related("customer", "billing_entity").get(
                pk=attempt.receivable_id
            )
            record_payment(
                customer=owed.customer, billing_entity=owed.billing_entity,
                method=PaymentMethodKind.CARD, money=Money(owed.open_minor, owed.currency),
                paid_on=at.date(), at=at, invoices=[owed.pk], gateway_id=paid.gateway_id,
            )  # fmt: skip
