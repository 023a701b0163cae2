"""Send a customer to the gateway's own page: to pay open invoices, or to leave a payment method."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from stripe.params.checkout import SessionCreateParams

from billing.enums import AttemptState
from billing.gateways import stripe as door
from billing.gateways.stripe import Gateway
from billing.models import PaymentAttempt, Receivable
from billing.operations.answer_attempt import answer_attempt
from billing.operations.open_gateway_customer import open_gateway_customer
from billing.operations.start_attempts import NothingOpen
from kernel.refusal import Refusal


class InvoicesDiffer(Refusal):
    code = "invoices_differ"


def start_checkout(
    *,
    gateway: Gateway,
    receivable_ids: Sequence[UUID],
    success_url: str,
    cancel_url: str,
    at: datetime,
) -> str:
    """
    The address of a page on which what is open on these invoices is paid at once.

    A charge that waits for the customer's confirmation is canceled first, so that the same money is
    not taken twice. Called outside transactions.

    :raises NothingOpen: if all of them are settled
    :raises InvoicesDiffer: if they are of several customers, sellers or currencies
    :raises GatewayUnreachable: if the gateway does not answer
    """
    invoices = open_invoices(receivable_ids)
    first = invoices[0]
    cancel_waiting(gateway=gateway, invoices=invoices, at=at)
    known = open_gateway_customer(gateway=gateway, customer_id=first.customer_id, at=at)
    noted = {"invoices": ",".join(str(one.pk) for one in invoices)}
    params: SessionCreateParams = {
        "mode": "payment",
        "customer": known.gateway_id,
        "success_url": success_url,
        "cancel_url": cancel_url,
        "metadata": noted,
        "payment_intent_data": {"metadata": noted},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": first.currency.lower(),
                    "unit_amount": one.open_minor,
                    "product_data": {"name": f"Invoice {one.invoice.number}"},
                },
            }
            for one in invoices
        ],
    }
    open_now = "-".join(str(one.open_minor) for one in invoices)
    key = f"checkout-{first.pk}-{open_now}-{int(at.timestamp())}"
    return door.create_session(gateway, params=params, key=key)[1]


def open_invoices(receivable_ids: Sequence[UUID]) -> list[Receivable]:
    invoices = list(
        Receivable.objects.filter(pk__in=receivable_ids, open_minor__gt=0)
        .select_related("invoice")
        .order_by("due_date", "pk")
    )
    if not invoices:
        raise NothingOpen("Nothing is open any more. Thank you.")
    if len({(one.customer_id, one.billing_entity_id, one.currency) for one in invoices}) > 1:
        raise InvoicesDiffer(
            "These invoices are of several customers, sellers or currencies. Pay them one by one."
        )
    return invoices


def cancel_waiting(*, gateway: Gateway, invoices: Sequence[Receivable], at: datetime) -> None:
    """Close attempts that wait for the customer; one that went through meanwhile is a payment."""
    waiting = PaymentAttempt.objects.filter(
        receivable__in=invoices, state=AttemptState.NEEDS_CUSTOMER
    )
    cancel_attempts(waiting, gateway=gateway, at=at)


def cancel_settled(*, gateway: Gateway, at: datetime, limit: int = 50) -> int:
    """Close attempts that wait for a customer although the invoice was paid, or is to be charged anew."""
    is_over = Q(receivable__open_minor=0) | Q(receivable__next_attempt_at__lte=at)
    waiting = PaymentAttempt.objects.filter(is_over, state=AttemptState.NEEDS_CUSTOMER).order_by(
        "pk"
    )[:limit]
    return cancel_attempts(waiting, gateway=gateway, at=at)


def cancel_attempts(attempts: Iterable[PaymentAttempt], *, gateway: Gateway, at: datetime) -> int:
    """Ask the gateway to cancel each and store what it says; how many were asked."""
    count = 0
    for attempt in attempts:
        answer = door.cancel_charge(gateway, gateway_id=attempt.gateway_id)
        answer_attempt(attempt_id=attempt.pk, answer=answer, at=at)
        count += 1
    return count


def start_method_setup(
    *, gateway: Gateway, customer_id: UUID, success_url: str, cancel_url: str, at: datetime
) -> str:
    """The address of a page on which a customer leaves a payment method; nothing is charged."""
    known = open_gateway_customer(gateway=gateway, customer_id=customer_id, at=at)
    params: SessionCreateParams = {
        "mode": "setup",
        "customer": known.gateway_id,
        "currency": "eur",
        "success_url": success_url,
        "cancel_url": cancel_url,
        "metadata": {"customer": str(customer_id)},
    }
    key = f"setup-{customer_id}-{int(at.timestamp())}"
    return door.create_session(gateway, params=params, key=key)[1]
