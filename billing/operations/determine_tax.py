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
    drafts = Invoice.objects.filter(pk__in=keys, state=InvoiceState.DRAFT)
    kinds = drafts.values_list("billing_entity", "billing_entity__legal_name", "language")
    passed = 0
    for entity_id, seller, language in kinds.distinct().order_by():
        same = drafts.filter(billing_entity=entity_id, language=language)
        passed += same.update(
            tax_minor=0, tax_note=no_registration_note(seller=seller, language=language)
        )
    return StageOutcome(passed=passed, refused=0)
