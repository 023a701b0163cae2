"""Billing details as the customer sees them: what a change does to tax, and who changed what before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from accounts.models import Customer
from billing.operations.change_billing_details import BillingDetails
from billing.operations.foresee_details import DetailsEffect, NextInvoice
from portal.queries.billing_tax_words import hold_words, tax_words
from portal.queries.person_name import name_of

LABELS = {
    "legal_name": "Legal name", "address_line1": "Address", "address_line2": "Address, second line",
    "postal_code": "Postal code", "city": "City", "region": "State or province",
    "country": "Country", "tax_number": "Tax number", "language": "Language of invoices",
    "paper": "Paper size", "purchase_order": "Order number",
    "itemizes_groups": "Departments on invoices",
}  # fmt: skip
CHANGES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class NextTax:
    """
    The tax of a next invoice in words. Minor units of `currency`; None where it waits or fails.

    `waits` says to the customer why it cannot be decided.
    """

    subscription: str
    currency: str
    tax_minor: int | None
    total_minor: int | None
    words: tuple[str, ...]
    waits: str


@dataclass(frozen=True, slots=True)
class Effect:
    """`rows` of (before, after, confirmed) by subscription; `changes` of (label, before, after)."""

    changes: tuple[tuple[str, str, str], ...]
    rows: tuple[tuple[NextTax, NextTax, NextTax | None], ...]
    has_register: bool

    @property
    def is_same_tax(self) -> bool:
        return all(before == after for before, after, _ in self.rows)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change that was saved. `by` is empty where nobody signed in did it."""

    at: datetime
    by: str
    labels: tuple[str, ...]


def effect_of(before: BillingDetails, after: BillingDetails, found: DetailsEffect) -> Effect:
    confirmed: Sequence[NextInvoice | None] = found.confirmed or [None] * len(found.after)
    return Effect(
        changes=tuple(
            (label, shown(getattr(before, name)), shown(getattr(after, name)))
            for name, label in LABELS.items()
            if getattr(before, name) != getattr(after, name)
        ),
        rows=tuple(
            (next_tax(was), next_tax(will), next_tax(then) if then else None)
            for was, will, then in zip(found.before, found.after, confirmed, strict=True)
        ),
        has_register=bool(found.confirmed),
    )


def shown(value: str | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def next_tax(one: NextInvoice) -> NextTax:
    preview = one.preview
    if preview is None:
        return NextTax(one.subscription, "", None, None, (), one.problem)
    waits = hold_words(preview.held_code)
    return NextTax(
        subscription=one.subscription,
        currency=preview.currency,
        tax_minor=None if waits else preview.totals.tax_minor,
        total_minor=None if waits else preview.totals.total_minor,
        words=tuple(tax_words(preview)),
        waits=waits,
    )


def detail_changes(customer: Customer) -> tuple[ChangeRow, ...]:
    """The newest first. One query."""
    rows = list(
        Customer.history.filter(id=customer.pk)
        .select_related("history_user")
        .order_by("-history_date", "-history_id")[: CHANGES_SHOWN + 1]
    )
    found = []
    for newer, older in pairwise(rows):
        labels = [
            label for name, label in LABELS.items() if getattr(newer, name) != getattr(older, name)
        ]
        if labels:
            found.append(ChangeRow(newer.history_date, changed_by(newer), tuple(labels)))
    return tuple(found)


def changed_by(row: object) -> str:
    """People of the customer by name; ours are one house."""
    user = getattr(row, "history_user", None)
    if user is None:
        return ""
    return "our staff" if user.is_staff else name_of(user)
