"""Tax rows of invoices added up to the rows of a return, and the proof that nothing is missing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Declared:
    """
    One tax row of a finalized invoice, in minor units of its own and of the return's currency.

    `corrects` is the first day of a filed period it belongs to; `base` and `tax` are None where no
    exchange rate is on record.
    """

    key: str
    invoice: str
    currency: str
    jurisdiction: str
    name: str
    treatment: str
    rate: Decimal
    amount_minor: int
    base: int | None
    tax: int | None
    buyer_number: str
    corrects: date | None
    positions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """Base and tax in minor units of the return's currency, credits taken off."""

    corrects: date | None
    jurisdiction: str
    name: str
    treatment: str
    rate: Decimal
    base_minor: int
    tax_minor: int
    invoices: int


@dataclass(frozen=True, slots=True)
class SalesListRow:
    """What one business abroad bought, in minor units of the return's currency."""

    corrects: date | None
    jurisdiction: str
    buyer_number: str
    base_minor: int
    invoices: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    """In one currency: what the invoices charge is declared here or under another registration."""

    currency: str
    invoices: int
    charged_minor: int
    here_minor: int
    elsewhere_minor: int

    @property
    def difference_minor(self) -> int:
        return self.charged_minor - self.here_minor - self.elsewhere_minor


def return_rows(rows: Iterable[Declared]) -> tuple[ReturnRow, ...]:
    """By jurisdiction, tax, treatment and rate; corrections of filed periods apart."""
    groups: defaultdict[tuple[date | None, str, str, str, Decimal], list[Declared]]
    groups = defaultdict(list)
    for row in rows:
        groups[row.corrects, row.jurisdiction, row.name, row.treatment, row.rate].append(row)
    return tuple(
        ReturnRow(
            *key,
            base_minor=sum(one.base or 0 for one in group),
            tax_minor=sum(one.tax or 0 for one in group),
            invoices=len({one.invoice for one in group}),
        )
        for key, group in sorted(
            groups.items(), key=lambda item: (str(item[0][0] or ""), item[0][1:])
        )
    )


def base_once(rows: Iterable[Declared]) -> int:
    """The base of lines that bear several taxes (state and local, GST and QST) counts once."""
    bases = {(row.invoice, row.positions): row.base or 0 for row in rows}
    return sum(bases.values())


def sales_list_rows(rows: Iterable[Declared]) -> tuple[SalesListRow, ...]:
    """By the buyer's number, as an EC sales list names them."""
    groups: defaultdict[tuple[date | None, str, str], list[Declared]] = defaultdict(list)
    for row in rows:
        groups[row.corrects, row.jurisdiction, row.buyer_number].append(row)
    return tuple(
        SalesListRow(
            *key,
            base_minor=sum(one.base or 0 for one in group),
            invoices=len({one.invoice for one in group}),
        )
        for key, group in sorted(
            groups.items(), key=lambda item: (str(item[0][0] or ""), item[0][1:])
        )
    )


def reconcile(
    rows: Iterable[Declared],
    *,
    charged: Mapping[str, tuple[str, int]],
    all_taxes: Mapping[str, int],
) -> tuple[Reconciled, ...]:
    """
    `charged` is each invoice's currency and whole tax, `all_taxes` the sum of all its tax rows.

    Minor units of the invoices' currencies; a difference other than 0 is a bug or a broken row.
    """
    here: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        here[row.invoice] += row.amount_minor
    by_currency: defaultdict[str, list[str]] = defaultdict(list)
    for invoice in here:
        by_currency[charged[invoice][0]].append(invoice)
    return tuple(
        Reconciled(
            currency=currency,
            invoices=len(invoices),
            charged_minor=sum(charged[one][1] for one in invoices),
            here_minor=sum(here[one] for one in invoices),
            elsewhere_minor=sum(all_taxes.get(one, 0) - here[one] for one in invoices),
        )
        for currency, invoices in sorted(by_currency.items())
    )
