"""Whom a refusal is about: the customer behind a subscription, a customer, an invoice, a webhook."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Model

from accounts.models import Customer
from billing.enums import StageName
from billing.models import (
    Allocation,
    CreditEntry,
    GatewayEvent,
    Invitation,
    Invoice,
    Payment,
    SeatLedgerEntry,
    Subscription,
)


@dataclass(frozen=True, slots=True)
class SubjectPage:
    """The page to open: `kind` is customer, invoice, money_event or money_payment."""

    kind: str
    id: UUID


OF_CUSTOMERS: Mapping[str, type[Model]] = {
    StageName.EXPIRE: Invitation,
    StageName.AGE: SeatLedgerEntry,
    StageName.RATE: Subscription,
}


def subject_page(*, stage: str, subject_id: UUID) -> SubjectPage | None:
    """
    Expire waits on invitations, age on ledger entries, rate on subscriptions, draft on customers,
    settle on webhooks, post on all that the books are made from, the other stages on invoices.
    """
    if stage == StageName.SETTLE:
        stored = GatewayEvent.objects.filter(pk=subject_id).exists()
        return SubjectPage("money_event", subject_id) if stored else None
    if stage == StageName.DRAFT:
        found = Customer.objects.filter(pk=subject_id).exists()
        return SubjectPage("customer", subject_id) if found else None
    if table := OF_CUSTOMERS.get(stage):
        rows = table._default_manager.filter(pk=subject_id).values_list("customer", flat=True)
        customer = rows.first()
        return SubjectPage("customer", customer) if customer else None
    found = Invoice.objects.filter(pk=subject_id).exists()
    if found or stage != StageName.POST:
        return SubjectPage("invoice", subject_id) if found else None
    return moved_money(subject_id)


def moved_money(subject_id: UUID) -> SubjectPage | None:
    """A payment's page, or the customer whose credit moved or whose invoice was written off."""
    if Payment.objects.filter(pk=subject_id).exists():
        return SubjectPage("money_payment", subject_id)
    for table in (CreditEntry, Allocation):
        rows = table._default_manager.filter(pk=subject_id).values_list("customer", flat=True)
        if customer := rows.first():
            return SubjectPage("customer", customer)
    return None
