"""A stand-in for Stripe that lives for a module, and a customer with a card there."""

from collections.abc import Iterator

import pytest

import config.celery  # noqa: F401 - as the web process does: our broker is the current one
from billing.gateways.stripe import Gateway
from billing.models import GatewayCustomer, PaymentMethod
from tests.billing.gateway.stand_in import KEY, Wire, start
from tests.seatworld import START, SeatWorld


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory) -> Iterator[Wire]:
    child, wire, server = start(tmp_path_factory.mktemp("stripe"))
    yield wire
    server.shutdown()
    server.server_close()
    child.terminate()
    child.wait(10)


@pytest.fixture
def wire(stand_in) -> Wire:
    stand_in.faults.clear()
    stand_in.executed.clear()
    stand_in.bodies.clear()
    return stand_in


@pytest.fixture
def gateway(wire) -> Gateway:
    return Gateway(api_key=KEY, api_base=wire.base, timeout_seconds=5)


@pytest.fixture
def give_card(wire):
    """Attach a card that behaves as asked to the customer, and make it the default."""

    def give(world: SeatWorld, number="4242424242424242", decline_code="") -> PaymentMethod:
        known = GatewayCustomer.objects.filter(customer=world.customer).first()
        if known is None:
            made = wire.call("POST", "/v1/customers", name="Acme")
            known = GatewayCustomer.objects.create(
                customer=world.customer, gateway_id=made["id"], created_at=START
            )
        noted = {"metadata[decline_code]": decline_code} if decline_code else {}
        card = {"number": number, "exp_month": "12", "exp_year": "2032", "cvc": "123"}
        made = wire.call(
            "POST", "/v1/payment_methods", type="card",
            **{f"card[{name}]": value for name, value in card.items()}, **noted,
        )  # fmt: skip
        wire.call("POST", f"/v1/payment_methods/{made['id']}/attach", customer=known.gateway_id)
        PaymentMethod.objects.filter(customer=world.customer).update(is_default=False)
        return PaymentMethod.objects.create(
            customer=world.customer, gateway_id=made["id"], kind="card", brand="visa",
            last4=number[-4:], is_default=True, added_at=START,
        )  # fmt: skip

    return give
