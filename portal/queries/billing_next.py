"""The invoice that comes next: every line, taxes and credit, when, and what changed since the last one."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Max, Q, QuerySet

from accounts.models import Customer
from billing.calc.breakdown import WHOLE_COUNT
from billing.enums import SubscriptionState
from billing.models import Rating, SeatLedgerEntry, Subscription
from billing.operations.preview_invoice import Preview, preview_invoice
from billing.queries.trace import BESIDE_ENTRY
from billing.queries.trace_records import EntryTrace, entry_trace
from kernel.refusal import Refusal
from portal.queries.billing_tax_words import hold_words, tax_words
from portal.queries.billing_words import EventWords, event_words, names_of

CHANGES_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Upcoming:
    """
    Of one subscription. `preview` is None where `problem` says why none can be made.

    `waits` says to the customer why its tax is not decided. `changes` are the newest events since `since` (the last
    rating; None: never) and those behind lines for earlier changes; `earlier` more are not shown.
    """

    subscription: str
    plan: str
    time_zone: str
    issued_on: date | None
    preview: Preview | None
    problem: str
    waits: str
    tax_words: tuple[str, ...]
    since: datetime | None
    changes: tuple[EventWords, ...]
    earlier: int


def upcoming_invoices(customer: Customer, *, shows_people: bool, at: datetime) -> list[Upcoming]:
    """One for each subscription that is active or still has something to bill."""
    subscriptions = (
        Subscription.objects.filter(customer=customer)
        .exclude(state=SubscriptionState.ENDED, rate_due_at=None)
        .select_related("plan")
        .order_by("starts_on", "external_id")
    )
    return [upcoming(customer, one, shows_people=shows_people, at=at) for one in subscriptions]


def upcoming(
    customer: Customer, subscription: Subscription, *, shows_people: bool, at: datetime
) -> Upcoming:
    """A fixed number of queries, however many seats and events there are."""
    preview, problem = previewed(subscription.pk, at=at)
    known = Rating.objects.filter(subscription=subscription).aggregate(
        position=Max("known_position"), at=Max("rated_at")
    )
    entries = SeatLedgerEntry.objects.filter(
        Q(position__gt=known["position"] or 0) | Q(pk__in=behind_changes(preview)),
        subscription=subscription,
    )
    count = entries.count() if known["at"] else 0
    newest = newest_changes(entries) if count else []
    names = names_of(customer, newest, shows_people=shows_people)
    return Upcoming(
        subscription=subscription.external_id,
        plan=subscription.plan.name,
        time_zone=subscription.time_zone,
        issued_on=preview.as_of.astimezone(ZoneInfo(preview.time_zone)).date() if preview else None,
        preview=preview,
        problem=problem,
        waits=hold_words(preview.held_code) if preview else "",
        tax_words=tuple(tax_words(preview)) if preview else (),
        since=known["at"],
        changes=tuple(event_words(one, names) for one in newest),
        earlier=max(0, count - CHANGES_AT_MOST),
    )


def behind_changes(preview: Preview | None) -> set[UUID]:
    """The entries behind lines for changes: known at the last invoice, and billed with the next."""
    lines = preview.lines if preview else ()
    return {UUID(key) for one in lines if one.kind not in WHOLE_COUNT for key in one.entry_ids}


def previewed(subscription_id: UUID, *, at: datetime) -> tuple[Preview | None, str]:
    """The preview, or the sentence that says why there is none."""
    try:
        return preview_invoice(subscription_id=subscription_id, at=at), ""
    except Refusal as refusal:
        return None, refusal.message


def newest_changes(entries: QuerySet[SeatLedgerEntry]) -> list[EntryTrace]:
    """The newest first, with the corrections among themselves known."""
    beside = entries.select_related(*BESIDE_ENTRY).order_by("-position")[:CHANGES_AT_MOST]
    found = list(beside)
    corrected = {one.corrects_id: one.position for one in found if one.corrects_id}
    return [entry_trace(one, corrected_by_position=corrected.get(one.pk)) for one in found]
