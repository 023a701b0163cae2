"""What leaves for Stripe carries only names Stripe's own library knows, at every depth."""

import sys
import typing
from urllib.parse import parse_qsl

import pytest
import stripe.params as known
from stripe.params.checkout import SessionCreateParams
from typing_extensions import get_type_hints, is_typeddict

from billing.enums import AttemptTrigger
from billing.models import Payment, Receivable
from billing.operations.ask_gateway import ask_charges, ask_refunds
from billing.operations.record_method import forget_method
from billing.operations.request_refund import request_refund
from billing.operations.start_attempts import start_attempt
from billing.operations.start_checkout import start_checkout, start_method_setup
from billing.operations.start_setup import start_setup
from billing.operations.take_back_allocation import take_back_allocation
from tests.seatworld import day

ISSUED = day(1, 15)
CREATES = {
    "/v1/payment_intents": known.PaymentIntentCreateParams,
    "/v1/refunds": known.RefundCreateParams,
    "/v1/customers": known.CustomerCreateParams,
    "/v1/setup_intents": known.SetupIntentCreateParams,
    "/v1/checkout/sessions": SessionCreateParams,
}


def tree(form: str) -> dict:
    """a[b][0]=c as nested dictionaries."""
    found: dict = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        *path, last = name.replace("]", "").split("[")
        inner = found
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return found


def unknown(params: dict, shape: type, where: str = "") -> list[str]:
    """Names that a typed dictionary of the library does not have."""
    names = {**vars(typing), **vars(sys.modules[shape.__module__])}
    names.setdefault("StripeContext", typing.Any)
    hints = get_type_hints(shape, globalns=names)
    problems = [f"{where}{name}" for name in params if name not in hints]
    for name, value in params.items():
        inner = typed_inside(hints.get(name))
        if isinstance(value, dict) and inner:
            rows = value.values() if all(key.isdigit() for key in value) else [value]
            for row in rows:
                problems += unknown(row, inner, f"{where}{name}.")
    return problems


def typed_inside(hint: object) -> type | None:
    """The typed dictionary somewhere in a hint such as NotRequired[List[X] | Literal[""]]."""
    if is_typeddict(hint):
        return hint
    return next((found for one in typing.get_args(hint) if (found := typed_inside(one))), None)


def test_the_check_itself_finds_a_wrong_name_at_any_depth():
    wrong = tree("amount=1&amuont=2&automatic_payment_methods[enabeld]=true")

    assert unknown(wrong, known.PaymentIntentCreateParams) == [
        "amuont", "automatic_payment_methods.enabeld",
    ]  # fmt: skip


def test_every_request_we_make_is_one_the_library_knows(world, gateway, give_card, wire):
    world.push(ISSUED)
    start_setup(gateway=gateway, customer_id=world.customer.pk, at=ISSUED)
    start_method_setup(
        gateway=gateway, customer_id=world.customer.pk, success_url="https://x.example/ok",
        cancel_url="https://x.example/no", at=ISSUED,
    )  # fmt: skip
    receivable = Receivable.objects.get()
    start_checkout(
        gateway=gateway, receivable_ids=[receivable.pk], success_url="https://x.example/ok",
        cancel_url="https://x.example/no", at=ISSUED,
    )  # fmt: skip
    give_card(world)
    start_attempt(receivable_id=receivable.pk, trigger=AttemptTrigger.STAFF, at=ISSUED)
    ask_charges(gateway=gateway, now=lambda: ISSUED)
    payment = Payment.objects.get()
    take_back_allocation(allocation_id=payment.allocations.get().pk, reason="x", at=day(1, 16))
    request_refund(payment_id=payment.pk, amount_minor=1_00, reason="asked", at=day(1, 17))
    ask_refunds(gateway=gateway, now=lambda: day(1, 17))

    sent = {path: tree(body) for path, body in wire.bodies if path in CREATES}

    assert set(sent) == set(CREATES)
    for path, params in sent.items():
        assert unknown(params, CREATES[path]) == [], path


@pytest.mark.django_db
def test_forgetting_a_method_nobody_knows_changes_nothing():
    assert forget_method(gateway_id="pm_unknown", at=ISSUED) is None
