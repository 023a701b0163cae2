"""Foresee a void: what the ledger would bill instead, by the code that voids, and nothing stays."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.operations.determine_tax import determine_tax
from billing.operations.regenerate_invoice import regenerate_invoice
from billing.operations.void_invoice import VoidOrder, void_invoice
from billing.queries.void_changes import VoidChanges, void_changes


def foresee_void(*, invoice_id: UUID, order: VoidOrder, at: datetime) -> VoidChanges:
    """
    The invoice beside its replacement, were it voided at `at`. It is done and taken back.

    The customer and its subscriptions are locked for that long, and so is the number series.

    :raises Refusal: what voiding would refuse
    """
    with transaction.atomic():
        void = void_invoice(invoice_id=invoice_id, order=order, at=at)
        drafts = regenerate_invoice(void_id=void.pk, at=at)
        determine_tax(keys=[one.pk for one in drafts], at=at)
        changes = void_changes(void)
        transaction.set_rollback(True)
    return changes
