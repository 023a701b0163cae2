"""Whom a refusal is about: the customer behind a subscription, a customer, or an invoice."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import Customer
from billing.enums import StageName
from billing.models import Invoice, Subscription


@dataclass(frozen=True, slots=True)
class SubjectPage:
    """The page to open: `kind` is customer or invoice."""

    kind: str
    id: UUID


def subject_page(*, stage: str, subject_id: UUID) -> SubjectPage | None:
    """Rate waits on subscriptions, draft on customers, every later stage on invoices."""
    if stage == StageName.RATE:
        customer = (
            Subscription.objects.filter(pk=subject_id).values_list("customer", flat=True).first()
        )
        return SubjectPage("customer", customer) if customer else None
    if stage == StageName.DRAFT:
        found = Customer.objects.filter(pk=subject_id).exists()
        return SubjectPage("customer", subject_id) if found else None
    return (
        SubjectPage("invoice", subject_id)
        if Invoice.objects.filter(pk=subject_id).exists()
        else None
    )
