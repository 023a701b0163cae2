"""What waits, is parked or is late, as PostgreSQL says: the work lists themselves, counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db import connection
from django.db.models import Count

from accounts.enums import MailState
from accounts.models.mail import QueuedMail
from billing.enums import WebhookState
from billing.models import EntitlementEvent, InvoiceRun, StageRefusal, WebhookDelivery
from config.flow import FLOW

RECORDED = "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relid = %s::regclass"


@dataclass(frozen=True, slots=True)
class Depth:
    """One number of one gauge; `labels` are names and values."""

    name: str
    words: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


def depths(at: datetime) -> Iterator[Depth]:
    """A query each; none of them reads a table whole."""
    yield from stages(at)
    yield from parked()
    yield from mail()
    yield from webhooks(at)
    yield from run(at)
    yield from intake(at)


def stages(at: datetime) -> Iterator[Depth]:
    for stage in FLOW:
        labels = (("stage", stage.name),)
        waiting, oldest = stage.waiting_count(at=at)
        yield Depth("seatledger_stage_waiting", "Rows that wait at a stage", waiting, labels)
        yield Depth(
            "seatledger_stage_oldest_seconds", "How long the oldest waits",
            seconds_between(oldest, at), labels,
        )  # fmt: skip


def parked() -> Iterator[Depth]:
    found = StageRefusal.objects.filter(resolved_at=None).order_by("stage").values_list("stage")
    for stage, count in found.annotate(open=Count("pk")):
        words = "Rows refused at a stage, until a person mends what the refusal says"
        yield Depth("seatledger_stage_refused", words, count, (("stage", stage),))


def mail() -> Iterator[Depth]:
    """Sent mail is not counted: it only grows."""
    states = [MailState.QUEUED, MailState.SENDING, MailState.UNKNOWN]
    for box in apps.get_models():
        if not issubclass(box, QueuedMail):
            continue
        waiting = box._default_manager.filter(state__in=states).order_by("state")
        counts = dict(waiting.values_list("state").annotate(count=Count("pk")))
        for state in states:
            labels = (("box", box._meta.label_lower), ("state", str(state)))
            yield Depth("seatledger_mail", "E-mails by box and state", counts.get(state, 0), labels)


def webhooks(at: datetime) -> Iterator[Depth]:
    waiting = WebhookDelivery.objects.filter(state=WebhookState.WAITING)
    oldest = waiting.order_by("due_at").values_list("due_at", flat=True).first()
    yield Depth("seatledger_webhooks_waiting", "Deliveries that wait", waiting.count())
    yield Depth(
        "seatledger_webhooks_late_seconds", "How far the first delivery is past due",
        max(0.0, seconds_between(oldest, at)),
    )  # fmt: skip


def run(at: datetime) -> Iterator[Depth]:
    """The last run of invoices; a day and a half without one is worth an alarm."""
    last = InvoiceRun.objects.order_by("-started_at").first()
    if last is None:
        return
    yield Depth(
        "seatledger_run_started_seconds", "How long ago the last run began",
        seconds_between(last.started_at, at),
    )  # fmt: skip
    yield Depth(
        "seatledger_run_refused", "Refusals the last run met", last.refused,
        (("state", last.state),),
    )  # fmt: skip


def intake(at: datetime) -> Iterator[Depth]:
    with connection.cursor() as cursor:
        cursor.execute(RECORDED, [EntitlementEvent._meta.db_table])
        row = cursor.fetchone()
    recorded = row[0] if row else 0
    yield Depth(
        "seatledger_events_recorded", "Events recorded, by the database's own count", recorded
    )
    last = EntitlementEvent.objects.order_by("-pk").values_list("recorded_at", flat=True).first()
    if last:
        yield Depth(
            "seatledger_event_last_seconds", "How long ago the last event came",
            seconds_between(last, at),
        )  # fmt: skip


def seconds_between(earlier: datetime | None, later: datetime) -> float:
    return (later - earlier).total_seconds() if earlier else 0.0
