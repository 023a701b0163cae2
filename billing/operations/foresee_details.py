"""What other billing details would do to the tax of the next invoices: tried out, then rolled back."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Customer
from billing.enums import SubscriptionState
from billing.models import Subscription
from billing.operations.change_billing_details import BillingDetails
from billing.operations.preview_invoice import Preview, preview_invoice
from kernel.refusal import Refusal
from tax.calc.tax_number import plain_number
from tax.enums import TaxIdCheckState
from tax.models import TaxIdCheck
from tax.operations.record_evidence import record_evidence
from tax.operations.record_tax_id_answer import record_tax_id_answer

SOURCE = "tried out"


@dataclass(frozen=True, slots=True)
class NextInvoice:
    """The next invoice of a subscription, or the refusal that keeps it from being foreseen."""

    subscription: str
    preview: Preview | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DetailsEffect:
    """
    The next invoices as they are, with the new details, and once a register has confirmed the new
    tax number (empty where none is asked about it).
    """

    before: tuple[NextInvoice, ...]
    after: tuple[NextInvoice, ...]
    confirmed: tuple[NextInvoice, ...]


def foresee_details(*, customer_id: UUID, details: BillingDetails, at: datetime) -> DetailsEffect:
    """
    The real preview three times. Nothing stays: the new details live in a transaction that ends.

    They are written past the history, which tells of changes that happened.
    """
    before = next_invoices(customer_id, at=at)
    with transaction.atomic():
        Customer.objects.filter(pk=customer_id).update(**asdict(details))
        customer = Customer.objects.get(pk=customer_id)
        record_evidence(customers=[customer], source=SOURCE, at=at)
        after = next_invoices(customer_id, at=at)
        confirmed: tuple[NextInvoice, ...] = ()
        if is_asked_about(customer):
            record_tax_id_answer(
                customer=customer, number=customer.tax_number, is_valid=True, by=None, at=at
            )
            confirmed = next_invoices(customer_id, at=at)
        transaction.set_rollback(True)
    return DetailsEffect(before, after, confirmed)


def is_asked_about(customer: Customer) -> bool:
    number = plain_number(customer.tax_number)
    pending = TaxIdCheck.objects.filter(
        customer=customer, number=number, state=TaxIdCheckState.PENDING
    )
    return bool(number) and pending.exists()


def next_invoices(customer_id: UUID, *, at: datetime) -> tuple[NextInvoice, ...]:
    """One for each active subscription, in the order they began."""
    active = Subscription.objects.filter(customer=customer_id, state=SubscriptionState.ACTIVE)
    rows = active.order_by("starts_on", "external_id").values_list("pk", "external_id")
    return tuple(next_invoice(key, name, at=at) for key, name in rows)


def next_invoice(subscription_id: UUID, name: str, *, at: datetime) -> NextInvoice:
    try:
        return NextInvoice(name, preview_invoice(subscription_id=subscription_id, at=at))
    except Refusal as refusal:
        return NextInvoice(name, None, refusal.message)
