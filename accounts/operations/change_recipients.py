"""Who receives a customer's invoices: add an address, take one away."""

from uuid import UUID

from django.db import transaction

from accounts.models import BillingOwner, Customer
from kernel.refusal import Refusal


class RecipientExists(Refusal):
    """The address receives the invoices of this customer already."""

    code = "recipient_exists"


class RecipientGone(Refusal):
    """The address does not receive the invoices of this customer any more."""

    code = "recipient_gone"


class LastRecipient(Refusal):
    """Invoices must reach somebody."""

    code = "last_recipient"


@transaction.atomic
def add_recipient(*, customer_id: UUID, email: str, name: str) -> BillingOwner:
    """
    Somebody known at the customer begins to receive invoices; anybody else becomes a recipient only.

    :raises RecipientExists: if the address receives them already
    """
    Customer.objects.select_for_update(of=("self",)).get(pk=customer_id)
    known = BillingOwner.objects.filter(customer=customer_id, email__iexact=email).first()
    if known is None:
        return BillingOwner.objects.create(
            customer_id=customer_id, name=name or email, email=email, manages_billing=False
        )
    if known.receives_invoices:
        raise RecipientExists(f"{email} receives the invoices already.")
    known.receives_invoices = True
    known.save(update_fields=["receives_invoices"])
    return known


@transaction.atomic
def remove_recipient(*, customer_id: UUID, recipient_id: UUID) -> BillingOwner:
    """
    Invoices go there no more. Who also manages billing keeps that; who only received is forgotten.

    :raises RecipientGone: if somebody was faster
    :raises LastRecipient: if nobody would be left
    """
    Customer.objects.select_for_update(of=("self",)).get(pk=customer_id)
    receiving = BillingOwner.objects.filter(customer=customer_id, receives_invoices=True)
    found = receiving.filter(pk=recipient_id).first()
    if found is None:
        raise RecipientGone("This address does not receive the invoices any more.")
    if not receiving.exclude(pk=recipient_id).exists():
        raise LastRecipient(
            "Invoices must reach somebody. Add another address first, then remove this one."
        )
    if found.manages_billing or found.user_id:
        found.receives_invoices = False
        found.save(update_fields=["receives_invoices"])
    else:
        found.delete()
    return found
