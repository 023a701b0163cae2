"""The trail as a list: by person, action, subject, customer and time; paged by place in the chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from accounts.enums import ActorKind, AuditAction
from accounts.models import ApiClient, AuditEntry, Customer

PAGE_SIZE = 50
NAMES_AT_MOST = 200
# `at` is the caller's clock and may differ a little from the order of the chain.
OUT_OF_ORDER = timedelta(hours=1)
ACTIONS = dict(AuditAction.choices)
ACTORS_WITHOUT_ID = {
    "system": ActorKind.SYSTEM, "seatledger": ActorKind.SYSTEM, "customer": ActorKind.CUSTOMER,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What was asked for; empty means any. Days are UTC, both included; `before`, `after` are places."""

    person: str = ""
    action: str = ""
    kind: str = ""
    subject: str = ""
    customer: str = ""
    first: date | None = None
    last: date | None = None
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An entry in words; `changes` are sentences, `asked` what was searched for."""

    sequence: int
    at: datetime
    actor: str
    actor_kind: str
    action: str
    action_words: str
    kind_words: str
    subject_id: str
    label: str
    customer_id: UUID | None
    customer_name: str
    place: str
    changes: tuple[str, ...]
    asked: tuple[str, ...]
    address: str
    user_agent: str
    request_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Rows, the newest first, and the places from which its neighbors go on."""

    rows: tuple[AuditRow, ...]
    newer_than: int | None
    older_than: int | None


def audit_page(asked: AuditFilter) -> AuditPage:
    """One query for the rows, one for their customers, and one for each name asked for."""
    rows = found_entries(asked)
    if asked.after is not None:
        entries = list(rows.order_by("sequence")[: PAGE_SIZE + 1])
        has_newer, has_older = len(entries) > PAGE_SIZE, bool(entries)
        shown = entries[:PAGE_SIZE][::-1]
    else:
        entries = list(rows.order_by("-sequence")[: PAGE_SIZE + 1])
        has_newer, has_older = asked.before is not None, len(entries) > PAGE_SIZE
        shown = entries[:PAGE_SIZE]
    names = names_of({entry.customer_id for entry in shown if entry.customer_id})
    return AuditPage(
        rows=tuple(audit_row(entry, names) for entry in shown),
        newer_than=shown[0].sequence if shown and has_newer else None,
        older_than=shown[-1].sequence if shown and has_older else None,
    )


def found_entries(asked: AuditFilter) -> "QuerySet[AuditEntry]":
    """Entries without an order; names are looked up first, so that every filter has its index."""
    rows = AuditEntry.objects.filter(in_time(asked))
    if asked.person:
        rows = rows.filter(by_person(asked.person))
    if asked.action:
        rows = rows.filter(action=asked.action)
    if asked.kind:
        rows = rows.filter(subject_kind=asked.kind)
    if asked.subject:
        rows = rows.filter(Q(subject_id=asked.subject) | Q(label=asked.subject))
    if asked.customer:
        rows = rows.filter(customer_id__in=customers_named(asked.customer))
    if asked.before is not None:
        rows = rows.filter(sequence__lt=asked.before)
    if asked.after is not None:
        rows = rows.filter(sequence__gt=asked.after)
    return rows.order_by()


def in_time(asked: AuditFilter) -> Q:
    """By the clock exactly, and by bounds of the chain, so that old days are found without a walk."""
    found = Q()
    if asked.first:
        begin = datetime.combine(asked.first, time(0), tzinfo=UTC)
        found &= Q(at__gte=begin)
        first = AuditEntry.objects.filter(at__gte=begin - OUT_OF_ORDER).order_by("at")
        found &= Q(sequence__gte=(first.values_list("sequence", flat=True).first() or 1) - 1_000)
    if asked.last and asked.last < date.max:
        end = datetime.combine(asked.last + timedelta(days=1), time(0), tzinfo=UTC)
        found &= Q(at__lt=end)
        last = AuditEntry.objects.filter(at__lt=end + OUT_OF_ORDER).order_by("-at")
        found &= Q(sequence__lte=(last.values_list("sequence", flat=True).first() or 0) + 1_000)
    return found


def by_person(text: str) -> Q:
    """Staff by user name, name or e-mail, API clients by name, and Seatledger itself."""
    people = User.objects.filter(
        Q(username__icontains=text)
        | Q(email__icontains=text)
        | Q(first_name__icontains=text)
        | Q(last_name__icontains=text)
    )
    clients = ApiClient.objects.filter(name__icontains=text)
    ids = [str(one) for one in people.values_list("pk", flat=True)[:NAMES_AT_MOST]]
    ids += [str(one) for one in clients.values_list("pk", flat=True)[:NAMES_AT_MOST]]
    found = Q(actor_id__in=ids)
    kind = ACTORS_WITHOUT_ID.get(text.lower())
    return found | Q(actor_kind=kind) if kind else found


def customers_named(text: str) -> list[UUID]:
    """By id, external id or a part of the name."""
    try:
        return [UUID(text)]
    except ValueError:
        named = Customer.objects.filter(Q(external_id__iexact=text) | Q(legal_name__icontains=text))
        return list(named.values_list("pk", flat=True)[:NAMES_AT_MOST])


def names_of(customer_ids: set[UUID]) -> dict[UUID, str]:
    return dict(Customer.objects.filter(pk__in=customer_ids).values_list("pk", "legal_name"))


def audit_row(entry: AuditEntry, names: Mapping[UUID, str]) -> AuditRow:
    detail = entry.detail
    name = names.get(entry.customer_id, "") if entry.customer_id else ""
    return AuditRow(
        sequence=entry.sequence,
        at=entry.at,
        actor=entry.actor_label,
        actor_kind=str(ActorKind(entry.actor_kind).label),
        action=entry.action,
        action_words=str(ACTIONS.get(entry.action, entry.action.replace("_", " ").capitalize())),
        kind_words=kinds().get(entry.subject_kind, entry.subject_kind.replace("_", " ")),
        subject_id=entry.subject_id,
        label=entry.label,
        customer_id=entry.customer_id,
        customer_name=name if name != entry.label else "",
        place=f"{detail.get('method', '')} {detail.get('view', '')}".strip(),
        changes=tuple(
            sentence for change in detail.get("changes", ()) for sentence in told(change)
        ),
        asked=tuple(f"{name}: {value}" for name, value in detail.get("asked", {}).items() if value),
        address=entry.address,
        user_agent=entry.user_agent,
        request_id=entry.request_id,
        digest=entry.digest,
    )


def told(change: Mapping[str, Any]) -> list[str]:
    """A change as sentences: each field before and after, rights, or the words of the admin's log."""
    what = change.get("what", "")
    subject = f"{kinds().get(what, what)} {change.get('label', '')}".strip()
    fields = change.get("fields", {})
    if fields:
        return [f"{subject}: {name} was “{old}”, is “{new}”" for name, (old, new) in fields.items()]
    if change.get("rights"):
        return [f"{subject}: {', '.join(change['rights'])} {change.get('how', '')}"]
    return [f"{subject}: {change.get('message') or change.get('how', '')}"]


@cache
def kinds() -> dict[str, str]:
    """What people call each table: billingowner is "billing owner"."""
    return {str(one._meta.model_name): str(one._meta.verbose_name) for one in apps.get_models()}
