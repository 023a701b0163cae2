"""Lists of the API, read page by page by key and never by offset: the newest first."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from accounts.models import Customer, ExceptionRequest
from billing.models import Subscription
from billing.queries.issued_invoices import CursorUnreadable

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class CustomerHead:
    """A customer as the API lists it."""

    id: UUID
    external_id: str
    legal_name: str
    country: str
    region: str
    postal_code: str
    city: str
    currency: str
    language: str
    time_zone: str
    is_business: bool
    payment_terms_days: int
    status: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SubscriptionHead:
    """A subscription as the API lists it; its seats stand with the one that is asked for."""

    id: UUID
    external_id: str
    customer: str
    plan: str
    currency: str
    interval_unit: str
    interval_count: int
    starts_on: date
    ends_on: date | None
    time_zone: str
    state: str
    next_billing_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters by field; empty means any."""

    search: str = ""
    country: str = ""
    status: str = ""
    customer: str = ""
    plan: str = ""
    state: str = ""
    kind: str = ""
    cursor: str = ""
    limit: int = 50


def customers_page(wanted: Wanted) -> tuple[list[CustomerHead], str | None]:
    """
    One query.

    :raises CursorUnreadable: if the cursor is none of ours
    """
    rows = filtered(Customer.objects.all(), country=wanted.country, status=wanted.status)
    if wanted.search:
        rows = rows.filter(
            Q(legal_name__icontains=wanted.search) | Q(external_id__icontains=wanted.search)
        )
    shown, following = keyed_page(rows, cursor=wanted.cursor, limit=wanted.limit)
    return [customer_head(one) for one in shown], following


def subscriptions_page(wanted: Wanted) -> tuple[list[SubscriptionHead], str | None]:
    """
    One query.

    :raises CursorUnreadable: if the cursor is none of ours
    """
    rows = filtered(
        Subscription.objects.select_related("customer", "plan"),
        customer__external_id=wanted.customer,
        plan__code=wanted.plan,
        state=wanted.state,
    )
    shown, following = keyed_page(rows, cursor=wanted.cursor, limit=wanted.limit)
    return [subscription_head(one) for one in shown], following


def exceptions_page(wanted: Wanted) -> tuple[list[ExceptionRequest], str | None]:
    """
    Requests about customers; changes of the authority matrix are the desk's alone.

    :raises CursorUnreadable: if the cursor is none of ours
    """
    rows = filtered(
        ExceptionRequest.objects.filter(customer__isnull=False).select_related("customer", "rule"),
        customer__external_id=wanted.customer,
        kind=wanted.kind,
        state=wanted.state,
    )
    return keyed_page(rows, cursor=wanted.cursor, limit=wanted.limit)


def filtered(rows: QuerySet[Row], **said: str) -> QuerySet[Row]:
    return rows.filter(**{name: value for name, value in said.items() if value})


def keyed_page(rows: QuerySet[Row], *, cursor: str, limit: int) -> tuple[list[Row], str | None]:
    """Keys are in the order of time, so nothing that is added meanwhile moves a page."""
    if cursor:
        rows = rows.filter(pk__lt=read_cursor(cursor))
    found = list(rows.order_by("-pk")[: limit + 1])
    shown = found[:limit]
    return shown, cursor_of(shown[-1].pk) if len(found) > limit else None


def cursor_of(key: UUID) -> str:
    return urlsafe_b64encode(key.bytes).decode().rstrip("=")


def read_cursor(cursor: str) -> UUID:
    try:
        return UUID(bytes=urlsafe_b64decode(cursor.encode() + b"=="))
    except ValueError:
        raise CursorUnreadable("This cursor is none of ours. Start again without one.") from None


def customer_head(customer: Customer) -> CustomerHead:
    return CustomerHead(**values_of(customer, CustomerHead))


def subscription_head(subscription: Subscription) -> SubscriptionHead:
    said = {
        "customer": subscription.customer.external_id,
        "plan": subscription.plan.code,
        "next_billing_at": subscription.rate_due_at,
    }
    return SubscriptionHead(**{**values_of(subscription, SubscriptionHead, leaving=said), **said})


def values_of(row: Model, record: type, leaving: Any = ()) -> dict[str, Any]:
    names = [name for name in record.__slots__ if name not in leaving]  # type: ignore[attr-defined]
    return {name: getattr(row, name) for name in names}
