"""Where one can go in the portal, by what the person may. A page is added here with one line."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from accounts.queries.portal_rights import Rights
from portal.views.rights import RIGHTS


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the navigation. `name`: of an address below /portal/c/<id>/ that needs nothing else."""

    section: str
    label: str
    name: str
    right: str


@dataclass(frozen=True, slots=True)
class Place:
    label: str
    href: str
    is_here: bool


ENTRIES = (
    Entry("", "Overview", "portal:home", "any"),
    Entry("People", "People and seats", "portal:people", "people"),
    Entry("People", "Groups", "portal:groups", "people"),
    Entry("People", "Requests for seats", "portal:seat_requests", "people"),
    Entry("People", "Invitations", "portal:invitations", "people"),
    Entry("People", "Who may join", "portal:joining", "owner"),
    Entry("Billing", "Balance", "portal:billing", "billing"),
    Entry("Billing", "Invoices", "portal:billing_invoices", "billing"),
    Entry("Billing", "Upcoming invoice", "portal:billing_next", "billing"),
    Entry("Billing", "Buy seats", "portal:billing_seats", "billing"),
    Entry("Billing", "Statement", "portal:billing_statement", "billing"),
    Entry("Billing", "Payment methods", "portal:billing_methods", "billing"),
    Entry("Billing", "Billing details", "portal:billing_details", "billing"),
    Entry("Billing", "Invoice recipients", "portal:billing_recipients", "billing"),
    Entry("Billing", "How seats are charged", "portal:billing_policy", "billing"),
    Entry("Company", "People with rights", "portal:rights", "owner"),
    Entry("Company", "Directory", "portal:directory", "owner"),
)
Section = tuple[str, tuple[Place, ...]]


def navigation(*, rights: Rights, customer_id: UUID, path: str) -> list[Section]:
    """Sections in the order of their first entry; the entry whose address fits longest is here."""
    offered = [
        (one, reverse(one.name, args=[customer_id])) for one in ENTRIES if RIGHTS[one.right](rights)
    ]
    here = max((href for _, href in offered if path.startswith(href)), key=len, default="")
    names = dict.fromkeys(one.section for one, _ in offered)
    return [(name, tuple(places_of(name, offered, here))) for name in names]


def places_of(section: str, offered: list[tuple[Entry, str]], here: str) -> Iterator[Place]:
    for entry, href in offered:
        if entry.section == section:
            yield Place(entry.label, href, is_here=href == here)
