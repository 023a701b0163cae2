"""A payment method its customer wants gone is forgotten by the gateway and by us, or by neither."""

import pytest

from billing.gateways.stripe import GatewayUnreachable
from billing.models import PaymentMethod
from billing.operations.record_method import MethodGone
from billing.operations.remove_method import remove_method
from tests.seatworld import day


def kept(world) -> list[PaymentMethod]:
    return list(PaymentMethod.objects.filter(customer=world.customer, detached_at=None))


def test_a_removed_card_is_gone_at_the_gateway_and_never_the_default(
    world, gateway, give_card, wire
):
    card = give_card(world)

    remove_method(gateway=gateway, customer_id=world.customer.pk, method_id=card.pk, at=day(2, 1))

    card.refresh_from_db()
    assert (card.detached_at, card.is_default) == (day(2, 1), False)
    assert wire.call("GET", f"/v1/payment_methods/{card.gateway_id}")["customer"] is None
    with pytest.raises(MethodGone):
        remove_method(
            gateway=gateway, customer_id=world.customer.pk, method_id=card.pk, at=day(2, 2)
        )


def test_a_gateway_that_does_not_answer_leaves_the_card(world, gateway, give_card, wire):
    card = give_card(world)
    wire.faults.append(500)

    with pytest.raises(GatewayUnreachable):
        remove_method(
            gateway=gateway, customer_id=world.customer.pk, method_id=card.pk, at=day(2, 1)
        )

    assert kept(world) == [card]
