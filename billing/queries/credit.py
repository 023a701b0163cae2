"""What credit customers hold: the sum of their entries."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Sum

from billing.models import CreditEntry


def credit_balances(customers: Iterable[UUID]) -> defaultdict[tuple[UUID, str], int]:
    """Credit each customer holds by currency, in minor units, in the order of the currencies."""
    sums = (
        CreditEntry.objects.filter(customer__in=list(customers))
        .order_by("currency")
        .values_list("customer_id", "currency")
        .annotate(balance=Sum("amount_minor"))
    )
    balances: defaultdict[tuple[UUID, str], int] = defaultdict(int)
    for customer_id, currency, balance in sums:
        balances[customer_id, currency] = balance
    return balances


def credit_balance(*, customer_id: UUID, currency: str) -> int:
    """A customer's credit in minor units of a currency."""
    return credit_balances([customer_id])[customer_id, currency]
