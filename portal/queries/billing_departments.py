"""An invoice by group and cost center: shares of each line that add up to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Customer, Group
from billing.documents.source import GroupShare
from billing.queries.line_breakdown import by_group, line_breakdowns
from portal.queries.billing_invoices import issued_papers

NOBODYS = "Seats that are nobody's"


@dataclass(frozen=True, slots=True)
class ShareRow:
    """What of a line, or of all lines, is for a group. Minor units of the invoice's currency."""

    group: str
    cost_center: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class LineShares:
    """A line with its shares."""

    position: int
    description: str
    amount_minor: int
    shares: tuple[ShareRow, ...]


@dataclass(frozen=True, slots=True)
class Departments:
    """The lines of an invoice before tax by group, and their sums, the dearest first."""

    number: str
    currency: str
    sums: tuple[ShareRow, ...]
    lines: tuple[LineShares, ...]

    def shares_of(self, position: int) -> tuple[ShareRow, ...]:
        """Of the line at a position; none where there is no such line."""
        return next((one.shares for one in self.lines if one.position == position), ())


def has_departments(customer: Customer) -> bool:
    """More than the group of everyone. One query."""
    return Group.objects.filter(customer=customer).count() > 1


def departments_of(customer: Customer, invoice_id: UUID) -> Departments | None:
    """None for another customer's, and for drafts. A fixed number of queries."""
    invoice = issued_papers(customer).filter(pk=invoice_id).first()
    if invoice is None:
        return None
    found = line_breakdowns([invoice.pk])
    return Departments(
        number=invoice.number,
        currency=invoice.currency,
        sums=tuple(map(share_row, by_group(found.values()))),
        lines=tuple(
            LineShares(
                line.position,
                line.description,
                line.amount_minor,
                tuple(map(share_row, found.get(line.pk, ()))),
            )
            for line in invoice.lines.order_by("position")
        ),
    )


def share_row(share: GroupShare) -> ShareRow:
    return ShareRow(share.group or NOBODYS, share.cost_center, share.amount_minor)


def each_share(found: Departments) -> Iterator[tuple[LineShares, ShareRow]]:
    """Every share with its line, for CSV."""
    for line in found.lines:
        for share in line.shares:
            yield line, share
