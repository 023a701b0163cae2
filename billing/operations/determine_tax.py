"""Tax: what the draft's tax is, or why it is none. It charges nothing without a registration."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.calc.tax_note import no_registration_note
from billing.enums import InvoiceState
from billing.models import Invoice
from kernel.stage import StageOutcome


@transaction.atomic
def determine_tax(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """
    Record each draft's tax in minor units and the sentence that explains it.

    No billing entity has a tax registration on record yet, so no tax may be charged (DESIGN,
    invariant 9); the sentence says so on the invoice instead of leaving a silent zero.
    """
    drafts = list(
        Invoice.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=keys, state=InvoiceState.DRAFT)
        .select_related("billing_entity")
    )
    for draft in drafts:
        draft.tax_minor = 0
        draft.tax_note = no_registration_note(
            seller=draft.billing_entity.legal_name, language=draft.language
        )
    Invoice.objects.bulk_update(drafts, ["tax_minor", "tax_note"])
    return StageOutcome(passed=len(drafts), refused=0)
