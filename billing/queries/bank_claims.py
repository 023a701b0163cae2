"""What bank lines may pay: invoices their references name, and customers who may have sent them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import Customer
from billing.calc.bank.match import Claim, Credit, Payer
from billing.calc.bank.numbers import Named, named_numbers
from billing.enums import BankLineState, InvoiceKind
from billing.models import BankLine, NumberSeries, Receivable

MOST_BY_AMOUNT = 300
SAME_AMOUNT = 3
Book = Mapping[str, Claim]


def invoice_prefixes() -> tuple[str, ...]:
    """What leads the invoice numbers of every billing entity. One query."""
    series = NumberSeries.objects.filter(kind=InvoiceKind.INVOICE)
    return tuple(series.order_by("prefix").values_list("prefix", flat=True))


def claim_of(row: Receivable) -> Claim:
    return Claim(
        key=row.pk,
        number=row.invoice.number,
        entity=row.billing_entity_id,
        customer=row.customer_id,
        customer_name=row.customer.legal_name,
        currency=row.currency,
        open_minor=row.open_minor,
        due_date=row.due_date,
    )


def claims() -> QuerySet[Receivable]:
    """Receivables with what a claim tells, in the order in which money settles them."""
    related = Receivable.objects.select_related("invoice", "customer")
    return related.order_by("due_date", "pk").only(
        "pk", "billing_entity_id", "currency", "open_minor", "due_date", "invoice__number",
        "customer__legal_name",
    )  # fmt: skip


def claims_named(named: Iterable[Named]) -> dict[str, Claim]:
    """What references name. One query, or none if they name nothing."""
    return claims_numbered(one.number for one in named)


def claims_numbered(wanted: Iterable[str]) -> dict[str, Claim]:
    """Issued invoices by number, open or settled. One query, or none without a number."""
    numbers = set(wanted)
    rows = claims().filter(invoice__number__in=numbers) if numbers else ()
    return {row.invoice.number: claim_of(row) for row in rows}


def credit_of(line: BankLine, prefixes: Sequence[str]) -> Credit:
    """A line as matching sees it. Its reason, while it is open, is the bank's remark."""
    return Credit(
        entity=line.billing_entity_id,
        currency=line.currency,
        amount_minor=line.amount_minor,
        named=named_numbers(line.reference, prefixes),
        remark=line.reason if line.state == BankLineState.OPEN else "",
    )


def payers_of(
    lines: Sequence[BankLine], credits: Mapping[UUID, Credit], book: Book
) -> Mapping[UUID, tuple[Payer, ...]]:
    """Customers who may have sent each line, by line. Four queries for all lines together."""
    by_account = customers_by_account(lines)
    by_name = customers_by_name(lines)
    by_amount = claims_by_amount(lines)
    wanted: dict[UUID, dict[UUID, str]] = {}
    for line in lines:
        named = [book[one.number] for one in credits[line.pk].named if one.number in book]
        same = by_amount.get((line.billing_entity_id, line.currency, line.amount_minor), [])
        wanted[line.pk] = {
            **by_account.get(line.payer_account, {}),
            **by_name.get(line.payer_name.lower(), {}),
            **{claim.customer: claim.customer_name for claim in named},
            **{claim.customer: claim.customer_name for claim in same[:SAME_AMOUNT]},
        }
    customers = {customer for row in wanted.values() for customer in row}
    open_claims = open_claims_of(customers)
    return {
        line.pk: tuple(
            Payer(
                customer=customer,
                name=name,
                claims=tuple(
                    open_claims.get((customer, line.billing_entity_id, line.currency), ())
                ),
                paid_from_this_account=customer in by_account.get(line.payer_account, {}),
                has_this_name=customer in by_name.get(line.payer_name.lower(), {}),
            )
            for customer, name in wanted[line.pk].items()
        )
        for line in lines
    }


def customers_by_account(lines: Sequence[BankLine]) -> Mapping[str, dict[UUID, str]]:
    """Customers whose payments came from the same account before."""
    accounts = {line.payer_account for line in lines if line.payer_account}
    rows = (
        BankLine.objects.filter(payer_account__in=accounts, state=BankLineState.MATCHED)
        .order_by()
        .values_list("payer_account", "payment__customer", "payment__customer__legal_name")
        .distinct()
    )
    found: dict[str, dict[UUID, str]] = defaultdict(dict)
    for account, customer, name in rows:
        found[account][customer] = name
    return found


def customers_by_name(lines: Sequence[BankLine]) -> Mapping[str, dict[UUID, str]]:
    """Customers named exactly as the payer, but for capitals."""
    names = {line.payer_name.lower() for line in lines if line.payer_name}
    rows = Customer.objects.annotate(plain=Lower("legal_name")).filter(plain__in=names)
    found: dict[str, dict[UUID, str]] = defaultdict(dict)
    for plain, customer, name in rows.values_list("plain", "pk", "legal_name"):
        found[plain][customer] = name
    return found


def claims_by_amount(lines: Sequence[BankLine]) -> Mapping[tuple[UUID, str, int], list[Claim]]:
    """Open invoices of exactly a line's amount, by billing entity, currency and minor units."""
    wanted = Q(pk__in=[])
    for entity, currency, minor in {
        (line.billing_entity_id, line.currency, line.amount_minor)
        for line in lines
        if line.amount_minor > 0
    }:
        wanted |= Q(billing_entity=entity, currency=currency, open_minor=minor)
    found: dict[tuple[UUID, str, int], list[Claim]] = defaultdict(list)
    for row in claims().filter(wanted, open_minor__gt=0)[:MOST_BY_AMOUNT]:
        claim = claim_of(row)
        found[claim.entity, claim.currency, claim.open_minor].append(claim)
    return found


def open_claims_of(customers: Iterable[UUID]) -> Mapping[tuple[UUID, UUID, str], list[Claim]]:
    """Open invoices by customer, billing entity and currency, in the order money settles them."""
    rows = claims().filter(customer__in=set(customers), open_minor__gt=0)
    found: dict[tuple[UUID, UUID, str], list[Claim]] = defaultdict(list)
    for row in rows:
        claim = claim_of(row)
        found[claim.customer, claim.entity, claim.currency].append(claim)
    return found
