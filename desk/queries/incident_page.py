"""One incident: its targets, what its playbook asks, what happened, and whom it touched."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from accounts.enums import MailState
from accounts.models import ExceptionRequest
from accounts.queries.paging import Page, page_of
from desk.calc.playbooks import PLAYBOOKS, Playbook, PlaybookStep
from desk.enums import AffectedState, DetectorCode, IncidentState
from desk.models import Incident, IncidentAffected, IncidentFinding, IncidentMessage, IncidentStep
from desk.queries.incident_letters import customers_to_tell
from desk.queries.incident_list import Target, targets


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of the playbook and the last time it was done."""

    number: int
    step: PlaybookStep
    result: str
    done_at: datetime | None
    done_by: str


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """Something that happened. `kind` is "", "note" or "mail"."""

    at: datetime
    title: str
    detail: str
    by: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class AskedFor:
    """The exception request a correction waits in."""

    number: str
    state: str


@dataclass(frozen=True, slots=True)
class AffectedRow:
    """A row of the list. `amount_minor` is what was charged too much: of a line before tax, else with."""

    id: UUID
    customer_id: UUID
    customer: str
    found: str
    subscription: str
    invoice_id: UUID | None
    invoice: str
    line_id: UUID | None
    seat_type: str
    seats: int | None
    amount_minor: int | None
    currency: str
    state: str
    state_words: str
    state_reason: str
    request_id: UUID | None
    found_at: datetime
    request: AskedFor | None = None


@dataclass(frozen=True, slots=True)
class AmountSum:
    """What was charged too much in one currency, in minor units."""

    currency: str
    count: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class IncidentPage:
    incident: Incident
    playbook: Playbook
    targets: tuple[Target, ...]
    steps: tuple[StepRow, ...]
    timeline: tuple[TimelineRow, ...]
    affected: Page[AffectedRow]
    states: tuple[tuple[str, str, int], ...]
    amounts: tuple[AmountSum, ...]
    to_tell: int
    can_prepare: int

    @property
    def is_closed(self) -> bool:
        return self.incident.state == IncidentState.CLOSED

    @property
    def states_words(self) -> str:
        """ "3 found · 1 corrected"."""
        return " · ".join(f"{count} {label.lower()}" for _, label, count in self.states if count)

    @property
    def rows_open(self) -> int:
        open_states = (AffectedState.FOUND, AffectedState.PREPARED)
        return sum(count for state, _, count in self.states if state in open_states)


def incident_page(
    incident_id: UUID, *, number: int, state: str = "", search: str = ""
) -> IncidentPage | None:
    """The same ten queries, however long its list and its story are."""
    people = ("owner", "opened_by", "closed_by")
    incident = Incident.objects.select_related(*people).filter(pk=incident_id).first()
    if incident is None:
        return None
    playbook = PLAYBOOKS[incident.playbook]
    done = list(incident.steps.select_related("done_by"))
    rows = IncidentAffected.objects.filter(incident=incident)
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    return IncidentPage(
        incident=incident,
        playbook=playbook,
        targets=targets(incident),
        steps=step_rows(playbook, done),
        timeline=timeline(incident, playbook, done),
        affected=with_requests(
            page_of(
                found_affected(incident.pk, state=state, search=search), number=number,
                to_row=affected_row,
            )
        ),
        states=tuple((one.value, one.label, counts.get(one.value, 0)) for one in AffectedState),
        amounts=tuple(
            AmountSum(*row)
            for row in rows.filter(amount_minor__isnull=False)
            .exclude(state=AffectedState.DISMISSED)
            .order_by("currency")
            .values_list("currency")
            .annotate(Count("pk"), Sum("amount_minor"))
        ),
        to_tell=customers_to_tell(incident).count(),
        can_prepare=rows.filter(
            state=AffectedState.FOUND, invoice__isnull=False, amount_minor__gt=0
        ).count(),
    )  # fmt: skip


def found_affected(
    incident_id: UUID, *, state: str = "", search: str = ""
) -> QuerySet[IncidentAffected]:
    """In the order they were found."""
    rows = IncidentAffected.objects.filter(incident=incident_id)
    if state in AffectedState.values:
        rows = rows.filter(state=state)
    if search:
        rows = rows.filter(
            Q(customer__legal_name__icontains=search) | Q(customer__external_id__iexact=search)
        )
    return rows.select_related("customer", "subscription", "invoice").order_by("found_at", "pk")


def affected_row(row: IncidentAffected) -> AffectedRow:
    return AffectedRow(
        id=row.pk,
        customer_id=row.customer_id,
        customer=row.customer.legal_name,
        found=row.found,
        subscription=row.subscription.external_id if row.subscription else "",
        invoice_id=row.invoice_id,
        invoice=(row.invoice.number or "draft") if row.invoice else "",
        line_id=row.line_id,
        seat_type=row.seat_type,
        seats=row.seats,
        amount_minor=row.amount_minor,
        currency=row.currency,
        state=row.state,
        state_words=row.get_state_display(),
        state_reason=row.state_reason,
        request_id=row.request_id,
        found_at=row.found_at,
    )


def step_rows(playbook: Playbook, done: Sequence[IncidentStep]) -> tuple[StepRow, ...]:
    last = {one.key: one for one in done}
    return tuple(
        step_row(number, step, last.get(step.key)) for number, step in enumerate(playbook.steps, 1)
    )


def step_row(number: int, step: PlaybookStep, last: IncidentStep | None) -> StepRow:
    return StepRow(
        number=number,
        step=step,
        result=last.result if last else "",
        done_at=last.done_at if last else None,
        done_by=name_of(last.done_by) if last else "",
    )


def name_of(user: object) -> str:
    return str(user) if user else "the machine"


def timeline(
    incident: Incident, playbook: Playbook, done: Iterable[IncidentStep]
) -> tuple[TimelineRow, ...]:
    """Oldest first: it is read aloud from the beginning."""
    titles = {step.key: step.title for step in playbook.steps}
    rows = [
        *milestones(incident),
        *(
            TimelineRow(one.done_at, titles[one.key], one.result, name_of(one.done_by))
            for one in done
        ),
        *(
            TimelineRow(one.noted_at, "Note", one.words, name_of(one.noted_by), "note")
            for one in incident.notes.select_related("noted_by")
        ),
        *findings(incident),
        *mails(incident),
    ]
    return tuple(sorted(rows, key=lambda row: row.at))


def milestones(incident: Incident) -> list[TimelineRow]:
    detector = incident.get_detector_display() if incident.detector else ""
    opener = f"detector “{detector}”" if detector else name_of(incident.opened_by)
    rows = [TimelineRow(incident.opened_at, "Opened", incident.found, opener)]
    if incident.acknowledged_at:
        owner = str(incident.owner) if incident.owner else ""
        rows.append(TimelineRow(incident.acknowledged_at, "Acknowledged", "", owner))
    if incident.contained_at:
        rows.append(TimelineRow(incident.contained_at, "Contained", "It does no more harm.", ""))
    if incident.closed_at:
        closer = name_of(incident.closed_by)
        rows.append(TimelineRow(incident.closed_at, "Closed", incident.learned, closer))
    return rows


def findings(incident: Incident) -> list[TimelineRow]:
    """Each run of a detector that found something, in one row."""
    runs = IncidentFinding.objects.filter(incident=incident).order_by("found_at")
    sums = runs.values_list("detector", "found_at").annotate(Count("pk"))
    return [
        TimelineRow(at, "Found by a detector", f"{count} new.", DetectorCode(code).label)
        for code, at, count in sums
    ]


def mails(incident: Incident) -> list[TimelineRow]:
    """Each press of the button, with what became of its messages so far."""
    runs = IncidentMessage.objects.filter(incident=incident).order_by("queued_at")
    sums = runs.values_list("queued_at", "queued_by__username", "state").annotate(Count("pk"))
    by_run: dict[tuple[datetime, str], list[str]] = {}
    for at, by, state, count in sums:
        by_run.setdefault((at, by or ""), []).append(f"{count} {MailState(state).label.lower()}")
    return [
        TimelineRow(at, "Customers told", ", ".join(words) + ".", by, "mail")
        for (at, by), words in by_run.items()
    ]


def with_requests(page: Page[AffectedRow]) -> Page[AffectedRow]:
    """The rows with the requests their corrections wait in. One query."""
    keys = [row.request_id for row in page.rows if row.request_id]
    known = {
        one.pk: AskedFor(one.number, one.get_state_display())
        for one in ExceptionRequest.objects.filter(pk__in=keys)
    }
    rows = (
        replace(row, request=known.get(row.request_id) if row.request_id else None)
        for row in page.rows
    )
    return replace(page, rows=tuple(rows))
