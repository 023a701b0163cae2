"""An issued invoice as a credit sees it: what earlier credit notes and the ledger gave back of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Sum

from billing.calc.credits import Creditable, CreditableLine, CreditableTax
from billing.models import Invoice, InvoiceLine, InvoiceTax, RatedSpan
from tax.records.fact_rows import ppm

ChargeKey = tuple[UUID, UUID, date]


@dataclass(frozen=True, slots=True)
class CreditedInvoice:
    """An invoice with its rows, and what is creditable of it. `local_credited` by tax number."""

    invoice: Invoice
    lines: Sequence[InvoiceLine]
    taxes: Sequence[InvoiceTax]
    creditable: Creditable
    local_credited: dict[int, int]


def load_credited_invoice(invoice: Invoice, *, with_ledger: bool = True) -> CreditedInvoice:
    """
    As of now, in a fixed number of queries.

    :param with_ledger: whether what corrections by the ledger gave back counts as given back
    """
    lines = list(invoice.lines.select_related("rated_span").order_by("position"))
    taxes = list(invoice.taxes.order_by("number"))
    credited = dict(
        InvoiceLine.objects.filter(credited_line__in=lines)
        .order_by()
        .values_list("credited_line")
        .annotate(Sum("amount_minor"))
    )
    credited = {key: -minor for key, minor in credited.items()}
    returned = returned_by_the_ledger(lines, credited) if with_ledger else {}
    sums = credited_taxes(invoice)
    return CreditedInvoice(
        invoice=invoice,
        lines=lines,
        taxes=taxes,
        creditable=Creditable(
            invoice.currency,
            tuple(
                CreditableLine(
                    line.position,
                    line.amount_minor,
                    credited.get(line.pk, 0),
                    returned.get(line.pk, 0),
                )
                for line in lines
            ),
            tuple(creditable_tax(tax, sums) for tax in taxes),
        ),
        local_credited={number: -local for number, (_, _, local) in sums.items()},
    )


def credited_taxes(invoice: Invoice) -> dict[int, tuple[int, int, int]]:
    """Base, amount and local amount of earlier credit notes by the tax's number; negative."""
    rows = (
        InvoiceTax.objects.filter(credited_tax__invoice=invoice)
        .order_by()
        .values_list("credited_tax__number")
        .annotate(Sum("base_minor"), Sum("amount_minor"), Sum("local_amount_minor"))
    )
    return {number: (base, amount, local or 0) for number, base, amount, local in rows}


def creditable_tax(tax: InvoiceTax, sums: dict[int, tuple[int, int, int]]) -> CreditableTax:
    base, amount, _ = sums.get(tax.number, (0, 0, 0))
    return CreditableTax(
        number=tax.number,
        positions=tuple(tax.positions),
        rate_ppm=ppm(tax.rate_percent),
        share_ppm=ppm(tax.share_percent),
        base_minor=tax.base_minor,
        amount_minor=tax.amount_minor,
        credited_base_minor=-base,
        credited_minor=-amount,
    )


def returned_by_the_ledger(
    lines: Sequence[InvoiceLine], credited: dict[UUID, int]
) -> dict[UUID, int]:
    """
    What is no longer billed of each charge, by line.

    Corrections and unused time are rated for a period and seat type. What is billed for these in sum,
    less what people credited, is shared by their lines in order; a line keeps what it gets of it.
    """
    rated = [line for line in lines if line.rated_span is not None]
    billed = billed_for(rated)
    for line in rated:
        if line.amount_minor > 0:
            billed[charge_key(line)] -= credited.get(line.pk, 0)
        else:  # a credit among the lines is taken back with them, so it is not one beside them
            billed[charge_key(line)] -= line.amount_minor - credited.get(line.pk, 0)
    returned = {}
    for line in rated:
        if line.amount_minor > 0:
            key, open_minor = charge_key(line), line.amount_minor - credited.get(line.pk, 0)
            kept = max(0, min(open_minor, billed[key]))
            billed[key] -= kept
            returned[line.pk] = open_minor - kept
    return returned


def charge_key(line: InvoiceLine) -> ChargeKey:
    span = line.rated_span
    assert span is not None, "only rated lines are charges"
    return span.subscription_id, span.seat_type_id, span.period_first


def billed_for(rated: Sequence[InvoiceLine]) -> defaultdict[ChargeKey, int]:
    """Minor units rated for each subscription, seat type and period; one query."""
    keys = {charge_key(line) for line in rated}
    spans = (
        RatedSpan.objects.filter(
            subscription__in={one[0] for one in keys}, period_first__in={one[2] for one in keys}
        )
        .exclude(invoice_line__invoice__void__isnull=False)
        .order_by()
        .values_list("subscription_id", "seat_type_id", "period_first")
        .annotate(Sum("amount_minor"))
    )
    found: defaultdict[ChargeKey, int] = defaultdict(int)
    for *key, minor in spans:
        found[key[0], key[1], key[2]] = minor
    return found
