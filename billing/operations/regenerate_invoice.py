"""Regenerate: bill the time of a voided invoice anew from the ledger as known now, as a draft."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from billing.models import Invoice, InvoiceVoid, Subscription
from billing.operations.draft_invoices import draft_invoices
from billing.operations.rate_periods import rate_periods
from billing.queries.voids import replacements_of


@transaction.atomic
def regenerate_invoice(*, void_id: UUID, at: datetime) -> list[Invoice]:
    """
    Rate and draft what the void reopened, as the stages would with the next push.

    Where they were faster, this only answers what they drafted. A subscription that cannot be rated
    is refused by its stage and stays waiting; nothing is owed when the ledger says so.

    :return: the replacements, drafts in most cases
    """
    void = InvoiceVoid.objects.select_related("invoice").get(pk=void_id)
    waiting = Subscription.objects.filter(voids__void=void, voids__after_rating=F("rating_count"))
    keys = list(waiting.values_list("pk", flat=True))
    if keys:
        rate_periods(keys=keys, at=at)
        draft_invoices(keys=[void.invoice.customer_id], at=at)
    return replacements_of(void.pk)
