"""A customer's payment methods as the gateway tells of them: added, changed, forgotten."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.calc.gateway_answer import MethodFacts
from billing.models import GatewayCustomer, PaymentMethod
from billing.operations.record_payment import lock_account
from kernel.refusal import Refusal


class MethodGone(Refusal):
    code = "payment_method_gone"


@transaction.atomic
def record_method(*, facts: MethodFacts, at: datetime) -> PaymentMethod | None:
    """
    Add or update a method of a customer of ours; None for somebody else's.

    The newest added becomes the default: a customer adds a card because the old one should go.
    """
    owner = GatewayCustomer.objects.filter(gateway_id=facts.gateway_customer).first()
    if owner is None:
        return None
    lock_account(owner.customer_id)
    said = {
        "kind": facts.kind, "brand": facts.brand, "last4": facts.last4,
        "expires_on": facts.expires_on,
    }  # fmt: skip
    method, is_new = PaymentMethod.objects.update_or_create(
        gateway_id=facts.gateway_id,
        defaults=said,
        create_defaults={**said, "customer_id": owner.customer_id, "added_at": at},
    )
    if is_new:
        make_default(method)
    return method


def make_default(method: PaymentMethod) -> None:
    """The one method charged by itself. The account must be locked."""
    PaymentMethod.objects.filter(customer=method.customer_id, is_default=True).exclude(
        pk=method.pk
    ).update(is_default=False)
    PaymentMethod.objects.filter(pk=method.pk).update(is_default=True)


@transaction.atomic
def choose_default_method(*, method_id: UUID) -> None:
    """:raises MethodGone: if it was forgotten"""
    method = PaymentMethod.objects.get(pk=method_id)
    lock_account(method.customer_id)
    method.refresh_from_db()
    if method.detached_at:
        raise MethodGone("This payment method was removed. Choose another, or add it again.")
    make_default(method)


@transaction.atomic
def forget_method(*, gateway_id: str, at: datetime) -> PaymentMethod | None:
    """Never charge it again; another one becomes the default only by a choice."""
    method = PaymentMethod.objects.filter(gateway_id=gateway_id).first()
    if method and not method.detached_at:
        method.detached_at, method.is_default = at, False
        method.save(update_fields=["detached_at", "is_default"])
    return method
