"""Webhooks we send, for the desk: endpoints and how they fare, messages and their attempts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.enums import ChangeKind
from accounts.queries.paging import Page, page_of
from billing.enums import WebhookState
from billing.models import WebhookDelivery, WebhookEndpoint

HEALTH = {"on": "On", "failing": "Failing", "off": "Switched off", "removed": "Removed"}
OPEN = (WebhookState.WAITING, WebhookState.SENDING, WebhookState.PARKED)


@dataclass(frozen=True, slots=True)
class EndpointFilter:
    """What was asked for; empty means any, but removed ones only when asked for."""

    search: str = ""
    health: str = ""


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """An endpoint; `health` is a key of HEALTH, `kinds` are words (empty: all)."""

    id: UUID
    url: str
    description: str
    client: str
    kinds: tuple[str, ...]
    health: str
    failing_since: datetime | None
    switched_off_at: datetime | None
    switched_off_because: str
    created_at: datetime
    delivered_at: datetime | None
    waiting: int
    parked: int


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """What was asked for; empty means any. Days are UTC dates of writing, both included."""

    search: str = ""
    state: str = ""
    endpoint: UUID | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A message; without a customer it is a test."""

    id: UUID
    message_id: str
    endpoint_id: UUID
    url: str
    customer_id: UUID | None
    customer_name: str
    change_count: int
    state: str
    state_words: str
    try_count: int
    created_at: datetime
    due_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class AttemptRow:
    number: int
    at: datetime
    status: int | None
    milliseconds: int | None
    answer_start: str
    problem: str


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """A message with its body (indented for people) and its attempts, the latest first."""

    row: DeliveryRow
    body: str
    attempts: tuple[AttemptRow, ...]
    may_replay: bool


def found_endpoints(asked: EndpointFilter) -> QuerySet[WebhookEndpoint]:
    rows = WebhookEndpoint.objects.select_related("client")
    if asked.search:
        rows = rows.filter(
            Q(url__icontains=asked.search)
            | Q(description__icontains=asked.search)
            | Q(client__name__icontains=asked.search)
        )
    if asked.health == "removed":
        return rows.filter(removed_at__isnull=False)
    rows = rows.filter(removed_at=None)
    if asked.health == "off":
        rows = rows.filter(switched_off_at__isnull=False)
    elif asked.health:
        is_well = asked.health == "on"
        rows = rows.filter(switched_off_at=None, failing_since__isnull=is_well)
    return rows


def endpoint_list(asked: EndpointFilter, *, number: int) -> Page[EndpointRow]:
    """Two queries: the page, and what waits for those on it."""
    page = page_of(found_endpoints(asked), number=number, to_row=lambda row: row)
    counts = counts_of([row.pk for row in page.rows])
    rows = tuple(endpoint_row(row, counts[row.pk]) for row in page.rows)
    return Page(rows, page.number, page.has_next)


def counts_of(keys: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """By endpoint and state: how many messages wait and how many were given up."""
    rows = WebhookDelivery.objects.filter(endpoint__in=keys, state__in=OPEN).order_by()
    found: dict[UUID, dict[str, int]] = {key: {} for key in keys}
    for key, state, count in rows.values_list("endpoint", "state").annotate(Count("pk")):
        found[key][state] = count
    return found


def endpoint_row(endpoint: WebhookEndpoint, counts: Mapping[str, int]) -> EndpointRow:
    return EndpointRow(
        id=endpoint.pk,
        url=endpoint.url,
        description=endpoint.description,
        client=endpoint.client.name,
        kinds=tuple(ChangeKind(one).label for one in endpoint.kinds),
        health=health_of(endpoint),
        failing_since=endpoint.failing_since,
        switched_off_at=endpoint.switched_off_at,
        switched_off_because=endpoint.switched_off_because,
        created_at=endpoint.created_at,
        delivered_at=endpoint.delivered_at,
        waiting=counts.get(WebhookState.WAITING, 0) + counts.get(WebhookState.SENDING, 0),
        parked=counts.get(WebhookState.PARKED, 0),
    )


def health_of(endpoint: WebhookEndpoint) -> str:
    if endpoint.removed_at:
        return "removed"
    if endpoint.switched_off_at:
        return "off"
    return "failing" if endpoint.failing_since else "on"


def endpoint_page(endpoint_id: UUID) -> EndpointRow | None:
    """Two queries."""
    endpoint = WebhookEndpoint.objects.select_related("client").filter(pk=endpoint_id).first()
    if endpoint is None:
        return None
    return endpoint_row(endpoint, counts_of([endpoint.pk])[endpoint.pk])


def found_deliveries(asked: DeliveryFilter) -> QuerySet[WebhookDelivery]:
    rows = WebhookDelivery.objects.select_related("endpoint", "customer").defer("body")
    if asked.search:
        rows = rows.filter(by_words(asked.search.strip()))
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.endpoint:
        rows = rows.filter(endpoint=asked.endpoint)
    if asked.first:
        rows = rows.filter(created_at__date__gte=asked.first)
    if asked.last:
        rows = rows.filter(created_at__date__lte=asked.last)
    return rows.order_by("-created_at", "-pk")


def by_words(words: str) -> Q:
    """The webhook-id, the customer, or a part of the address."""
    try:
        return Q(pk=UUID(words.removeprefix("msg_")))
    except ValueError:
        return (
            Q(customer__external_id__iexact=words)
            | Q(customer__legal_name__icontains=words)
            | Q(endpoint__url__icontains=words)
        )


def delivery_list(asked: DeliveryFilter, *, number: int) -> Page[DeliveryRow]:
    """One query."""
    return page_of(found_deliveries(asked), number=number, to_row=delivery_row)


def delivery_row(delivery: WebhookDelivery) -> DeliveryRow:
    return DeliveryRow(
        id=delivery.pk,
        message_id=delivery.message_id,
        endpoint_id=delivery.endpoint_id,
        url=delivery.endpoint.url,
        customer_id=delivery.customer_id,
        customer_name=delivery.customer.legal_name if delivery.customer else "",
        change_count=delivery.change_count,
        state=delivery.state,
        state_words=delivery.get_state_display(),
        try_count=delivery.try_count,
        created_at=delivery.created_at,
        due_at=delivery.due_at,
        delivered_at=delivery.delivered_at,
    )


def delivery_page(delivery_id: UUID) -> DeliveryPage | None:
    """Two queries."""
    rows = WebhookDelivery.objects.select_related("endpoint", "customer")
    delivery = rows.filter(pk=delivery_id).first()
    if delivery is None:
        return None
    attempts = delivery.attempts.values_list(
        "number", "at", "status", "milliseconds", "answer_start", "problem"
    )
    return DeliveryPage(
        row=delivery_row(delivery),
        body=json.dumps(json.loads(delivery.body), indent=2, ensure_ascii=False),
        attempts=tuple(AttemptRow(*one) for one in attempts),
        may_replay=delivery.endpoint.is_on
        and delivery.state in (WebhookState.DELIVERED, WebhookState.PARKED),
    )
