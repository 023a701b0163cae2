"""Acme with two open invoices of 200.00 USD, and money that moved: the given of the money pages."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.enums import AttemptState, AttemptTrigger, PaymentMethodKind
from billing.models import (
    Dispute,
    GatewayEvent,
    Payment,
    PaymentAttempt,
    PaymentMethod,
    Receivable,
    StageRefusal,
)
from billing.operations.record_payment import record_payment
from kernel.money import Money
from tests.seatworld import SeatWorld, day

PRICE = 200_00


@dataclass
class MoneyWorld:
    """`first` is due before `second`."""

    seats: SeatWorld
    first: Receivable
    second: Receivable

    @classmethod
    def make(cls) -> "MoneyWorld":
        return cls.of(SeatWorld.make())

    @classmethod
    def of(cls, seats: SeatWorld) -> "MoneyWorld":
        seats.push(day(1, 15))
        seats.push(day(2, 15))
        first, second = Receivable.objects.select_related("invoice").order_by("due_date")
        return cls(seats, first, second)

    @property
    def customer(self):
        return self.seats.customer

    def pay(self, minor: int, at: datetime | None = None, **said) -> Payment:
        at = at or day(2, 20)
        return record_payment(
            **{
                "customer": self.customer, "billing_entity": self.seats.entity,
                "method": PaymentMethodKind.BANK_TRANSFER, "money": Money(minor, "USD"),
                "paid_on": at.date(), "at": at, **said,
            }
        )  # fmt: skip

    def card(self) -> PaymentMethod:
        return PaymentMethod.objects.create(
            customer=self.customer, gateway_id="pm_1", kind="card", brand="visa", last4="4242",
            is_default=True, added_at=day(1, 15),
        )  # fmt: skip

    def attempt(self, receivable: Receivable, state=AttemptState.FAILED, **said) -> PaymentAttempt:
        return PaymentAttempt.objects.create(
            **{
                "customer": self.customer, "receivable": receivable,
                "number": receivable.attempts.count() + 1, "trigger": AttemptTrigger.ISSUE,
                "currency": "USD", "amount_minor": receivable.open_minor or PRICE, "state": state,
                "started_at": day(2, 15), "answered_at": day(2, 16), **said,
            }
        )  # fmt: skip

    def dispute(self, payment: Payment, state: str = "open") -> Dispute:
        return Dispute.objects.create(
            customer=self.customer, payment=payment, gateway_id="du_1", currency="USD",
            amount_minor=payment.amount_minor, reason="fraudulent", state=state,
            opened_at=day(3, 1), evidence_due_at=day(3, 15),
        )  # fmt: skip


def event(number: int, *, object_id: str = "pi_1", applied: bool = True, **said) -> GatewayEvent:
    return GatewayEvent.objects.create(
        **{
            "event_id": f"evt_{number}", "kind": "payment_intent.succeeded",
            "object_id": object_id, "created_at": day(2, 20), "received_at": day(2, 20, 1),
            "body": json.dumps({"id": f"evt_{number}"}),
            "applied_at": day(2, 20, 2) if applied else None,
            "outcome": "Attempt 1: succeeded." if applied else "", **said,
        }
    )  # fmt: skip


def park(subject: UUID) -> StageRefusal:
    return StageRefusal.objects.create(
        stage="settle", subject_id=subject, subject_label="evt", code="unexpected_error",
        message="KeyError: 'status'", first_at=day(2, 20, 2), last_at=day(2, 20, 3), attempts=2,
    )  # fmt: skip
