"""Cards at the stand-in for Stripe, given before the first invoice as a checkout would."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import Customer
from billing.calc.gateway_answer import MethodFacts
from billing.enums import PaymentMethodKind
from billing.gateways.stripe import Gateway
from billing.models import Payment
from billing.operations.open_gateway_customer import open_gateway_customer
from billing.operations.record_method import record_method
from billing.operations.record_payment import record_payment
from billing.operations.request_refund import request_refund
from kernel.money import Money
from tests.chaos.scene import Charge
from tests.chaos.stripe_door import CHARGES, KEY, REFUNDS, StripeDoor

TOO_MUCH = 500  # cents


def give_card(door: StripeDoor, external_id: str, number: str) -> None:
    """Attach a card at the gateway and record it as its webhook would tell."""
    customer = Customer.objects.get(external_id=external_id)
    gateway = Gateway(api_key=KEY, api_base=f"http://127.0.0.1:{door.upstream}")
    known = open_gateway_customer(gateway=gateway, customer_id=customer.pk, at=timezone.now())
    card = {"number": number, "exp_month": "12", "exp_year": "2032", "cvc": "123"}
    method = door.direct(
        "POST", "/v1/payment_methods", type="card",
        **{f"card[{name}]": value for name, value in card.items()},
    )  # fmt: skip
    door.direct("POST", f"/v1/payment_methods/{method['id']}/attach", customer=known.gateway_id)
    facts = MethodFacts(
        method["id"], known.gateway_id, "card", "visa", number[-4:], date(2032, 12, 31)
    )
    record_method(facts=facts, at=timezone.now())


def ask_back(external_id: str) -> bool:
    """Five euros too much by transfer go back by the customer's card; False until the card was charged."""
    customer = Customer.objects.get(external_id=external_id)
    paid = Payment.objects.filter(customer=customer, kind="received", method="card").first()
    if paid is None:
        return False
    now = timezone.now()
    with transaction.atomic():
        record_payment(
            customer=customer, billing_entity=paid.billing_entity, method=PaymentMethodKind.BANK_TRANSFER,
            money=Money(TOO_MUCH, paid.currency), paid_on=now.date(), at=now,
        )  # fmt: skip
        request_refund(payment_id=paid.pk, amount_minor=TOO_MUCH, reason="Paid twice", at=now)
    return True


def refunds_of(door: StripeDoor) -> list[Charge]:
    """What the gateway really gave back; `invoice` is our refund's id."""
    return [
        Charge(one["id"], one["metadata"].get("refund", ""), one["amount"])
        for one in door.all_of(REFUNDS)
        if one["status"] == "succeeded"
    ]


def charges_of(door: StripeDoor) -> list[Charge]:
    """What the gateway really took."""
    return [
        Charge(
            gateway_id=intent["id"],
            invoice=intent["metadata"].get("invoice", ""),
            amount_minor=intent["amount"],
        )
        for intent in door.all_of(CHARGES)
        if intent["status"] == "succeeded"
    ]
