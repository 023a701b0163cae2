"""Finalized invoices with taxes in the database, from events to the number, ready to be rendered."""

from decimal import Decimal

from billing.models import Invoice, InvoiceTax
from billing.operations.push_flow import push_flow
from billing.pipeline import STAGES
from tax.enums import TaxTreatment
from tests.seatworld import SeatWorld, day

NOTE = "No VAT: the service is supplied where the customer is."


def issue(world: SeatWorld, **changes: object) -> Invoice:
    """Acme's first month: drafted, its tax decided as outside the scope, finalized."""
    push_flow(stages=stages_until("tax"), at=day(1, 15))
    (draft,) = Invoice.objects.filter(tax_minor=None)
    decide(draft, **changes)
    (issued,) = world.push(day(1, 19))
    return issued


def decide(draft: Invoice, **changes: object) -> InvoiceTax:
    """What the tax stage leaves on a draft."""
    lines = list(draft.lines.all())
    values = {
        "number": 1,
        "name": "VAT",
        "jurisdiction": "US",
        "treatment": TaxTreatment.OUTSIDE_SCOPE,
        "category_code": "O",
        "rate_percent": Decimal(0),
        "base_minor": sum(line.amount_minor for line in lines),
        "amount_minor": 0,
        "positions": [line.position for line in lines],
        "tax_point": draft.cycle_date,
        "rule": "outside_scope",
        "words": "Outside the scope of Irish VAT.",
        "note": NOTE,
        "inputs": {},
        **changes,
    }
    Invoice.objects.filter(pk=draft.pk).update(tax_minor=0, tax_note=NOTE)
    return InvoiceTax.objects.create(customer=draft.customer, invoice=draft, **values)


def stages_until(name: str):
    names = [stage.name for stage in STAGES]
    return STAGES[: names.index(name)]
