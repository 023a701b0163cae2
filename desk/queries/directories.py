"""Directories of all customers, for the desk: whether they reach us, and what we refused them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from accounts.models import (
    Customer,
    DirectoryGroup,
    DirectoryRequest,
    DirectoryToken,
    DirectoryUser,
)
from accounts.queries.directory import RequestRow, TokenRow, request_rows, token_rows
from accounts.queries.paging import Page, page_of

SOON = timedelta(days=14)
LATELY = timedelta(days=7)
REFUSED = ~Q(detail="")
STATES = {
    "works": "Works",
    "ending": "Ends within 14 days",
    "ended": "No token works",
    "refused": "Refused in the last 7 days",
}
SORTS = {
    "name": ("legal_name", "pk"),
    "-last_used": (F("last_used").desc(nulls_last=True), "legal_name", "pk"),
    "-refused": ("-refused_count", "legal_name", "pk"),
    "-people": ("-people_count", "legal_name", "pk"),
}


@dataclass(frozen=True, slots=True)
class DirectoryFilter:
    """What was asked for; empty means any. `state` is a key of STATES, `sort` of SORTS."""

    search: str = ""
    state: str = ""
    sort: str = "name"


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """
    A customer's directory: the names of its tokens that work, and works, ending or ended as `state`.

    `people` and `groups` are those it told us of. `refused` counts its requests of the last 7 days
    that were refused, or in part; `last_error` is what it was told last.
    """

    customer_id: UUID
    customer: str
    external_id: str
    tokens: tuple[str, ...]
    state: str
    last_used: datetime | None
    last_error: str
    last_error_at: datetime | None
    people: int
    groups: int
    refused: int


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    row: DirectoryRow
    tokens: Sequence[TokenRow]
    requests: Page[RequestRow]


def found_directories(asked: DirectoryFilter, *, at: datetime) -> QuerySet[Any]:
    """Customers that ever made a token."""
    tokens = DirectoryToken.objects.filter(customer=OuterRef("pk"))
    rows = described(Customer.objects.filter(Exists(tokens)), at)
    if asked.search:
        rows = rows.filter(
            Q(legal_name__icontains=asked.search)
            | Q(external_id__icontains=asked.search)
            | Exists(tokens.filter(name__icontains=asked.search))
        )
    if asked.state == "refused":
        rows = rows.filter(refused_count__gt=0)
    elif asked.state == "ended":
        rows = rows.filter(is_working=False)
    elif asked.state:
        rows = rows.filter(is_working=True, is_lasting=asked.state == "works")
    return rows.order_by(*SORTS.get(asked.sort, SORTS["name"]))


def described(customers: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    tokens = DirectoryToken.objects.filter(customer=OuterRef("pk"))
    requests = DirectoryRequest.objects.filter(REFUSED, customer=OuterRef("pk"))
    newest = requests.order_by("-asked_at", "-pk")
    newest_detail = Subquery(newest.values("detail")[:1])
    found: QuerySet[Any] = customers.annotate(
        is_working=Exists(tokens.filter(working(at))),
        is_lasting=Exists(tokens.filter(working(at + SOON))),
        last_used=Subquery(tokens.exclude(used_at=None).order_by("-used_at").values("used_at")[:1]),
        last_error=Coalesce(newest_detail, Value(""), output_field=TextField()),
        last_error_at=Subquery(newest.values("asked_at")[:1]),
        people_count=count_of(DirectoryUser.objects.filter(customer=OuterRef("pk"))),
        group_count=count_of(DirectoryGroup.objects.filter(customer=OuterRef("pk"))),
        refused_count=count_of(requests.filter(asked_at__gt=at - LATELY)),
    )
    return found


def working(at: datetime) -> Q:
    return Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=at))


def count_of(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("customer").annotate(count=Count("pk"))
    return Coalesce(Subquery(counted.values("count")), 0)


def directory_list(asked: DirectoryFilter, *, number: int, at: datetime) -> Page[DirectoryRow]:
    """Two queries a page, however many customers there are."""
    page = page_of(found_directories(asked, at=at), number=number, to_row=lambda row: row)
    return Page(tuple(directory_rows(page.rows, at=at)), page.number, page.has_next)


def directory_rows(customers: Sequence[Any], *, at: datetime) -> Iterable[DirectoryRow]:
    """One query for a chunk of customers as `described`."""
    names: defaultdict[UUID, list[str]] = defaultdict(list)
    tokens = DirectoryToken.objects.filter(working(at), customer__in=customers).order_by("name")
    for customer_id, name in tokens.values_list("customer", "name"):
        names[customer_id].append(name)
    return [directory_row(one, tuple(names[one.pk])) for one in customers]


def directory_row(customer: Any, tokens: tuple[str, ...]) -> DirectoryRow:
    return DirectoryRow(
        customer_id=customer.pk,
        customer=customer.legal_name,
        external_id=customer.external_id,
        tokens=tokens,
        state=("works" if customer.is_lasting else "ending") if customer.is_working else "ended",
        last_used=customer.last_used,
        last_error=customer.last_error,
        last_error_at=customer.last_error_at,
        people=customer.people_count,
        groups=customer.group_count,
        refused=customer.refused_count,
    )


def directory_page(
    customer_id: UUID, *, only_refused: bool, number: int, at: datetime
) -> DirectoryPage | None:
    """Six queries; None where the customer never made a token."""
    found = found_directories(DirectoryFilter(), at=at).filter(pk=customer_id).first()
    if found is None:
        return None
    (row,) = directory_rows([found], at=at)
    requests = DirectoryRequest.objects.filter(customer=customer_id)
    if only_refused:
        requests = requests.filter(REFUSED)
    page = page_of(requests, number=number, to_row=lambda one: one)
    return DirectoryPage(
        row=row,
        tokens=token_rows(customer_id, at),
        requests=Page(tuple(request_rows(customer_id, page.rows)), page.number, page.has_next),
    )
