"""Recovery in a packet: cases, messages as sent, steps, pauses with their promises, and notes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from desk.queries.packet.versions import name_of
from dunning.enums import StepKind, StepState
from dunning.models import CaseNote, DunningCase, DunningStep, Message, Pause


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case about one of the documents; minor units of `currency`."""

    id: UUID
    campaign: str
    basis: str
    state: str
    currency: str
    opened_at: datetime
    opened_minor: int
    closed_at: datetime | None
    closed_reason: str


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message exactly as it was or will be sent."""

    id: UUID
    case_id: UUID
    template: str
    language: str
    to: tuple[str, ...]
    subject: str
    text: str
    state: str
    queued_at: datetime
    sent_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step that is no message: advice, the end, a planned charge, or one passed over."""

    id: UUID
    case_id: UUID
    kind: str
    state: str
    value: str
    why: str
    done_at: datetime


@dataclass(frozen=True, slots=True)
class PauseRow:
    """A pause, with the promise it waits for if there is one; minor units of the case's currency."""

    id: UUID
    case_id: UUID
    since: datetime
    until: datetime
    reason: str
    by: str
    promised_minor: int | None
    promised_by: date | None


@dataclass(frozen=True, slots=True)
class NoteRow:
    """What somebody wrote down about a case."""

    id: UUID
    case_id: UUID
    kind: str
    words: str
    noted_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class PacketRecovery:
    cases: tuple[CaseRow, ...]
    messages: tuple[MessageRow, ...]
    steps: tuple[StepRow, ...]
    pauses: tuple[PauseRow, ...]
    notes: tuple[NoteRow, ...]


def packet_recovery(invoice_ids: Collection[UUID]) -> PacketRecovery:
    """Five queries: everything about the cases any of these documents is or was in."""
    rows = DunningCase.objects.filter(case_receivables__receivable__in=invoice_ids).distinct()
    cases = tuple(
        case_row(row) for row in rows.select_related("campaign").order_by("opened_at", "pk")
    )
    keys = [one.id for one in cases]
    return PacketRecovery(
        cases=cases,
        messages=message_rows(keys),
        steps=step_rows(keys),
        pauses=pause_rows(keys),
        notes=note_rows(keys),
    )


def case_row(row: DunningCase) -> CaseRow:
    return CaseRow(
        id=row.pk,
        campaign=str(row.campaign),
        basis=row.basis,
        state=row.state,
        currency=row.currency,
        opened_at=row.opened_at,
        opened_minor=row.opened_minor,
        closed_at=row.closed_at,
        closed_reason=row.closed_reason,
    )


def message_rows(case_ids: Collection[UUID]) -> tuple[MessageRow, ...]:
    return tuple(
        MessageRow(
            id=row.pk,
            case_id=row.case_id,
            template=row.template,
            language=row.language,
            to=tuple(row.to),
            subject=row.subject,
            text=row.text,
            state=row.state,
            queued_at=row.queued_at,
            sent_at=row.sent_at,
            problem=row.problem,
        )
        for row in Message.objects.filter(case__in=case_ids).order_by("queued_at", "pk")
    )


def step_rows(case_ids: Collection[UUID]) -> tuple[StepRow, ...]:
    rows = DunningStep.objects.filter(case__in=case_ids).exclude(
        kind=StepKind.MESSAGE, state=StepState.DONE
    )
    return tuple(
        StepRow(row.pk, row.case_id, row.kind, row.state, row.value, row.why, row.done_at)
        for row in rows.order_by("done_at", "pk")
    )


def pause_rows(case_ids: Collection[UUID]) -> tuple[PauseRow, ...]:
    rows = Pause.objects.filter(case__in=case_ids).select_related("promise", "paused_by")
    found = []
    for row in rows.order_by("since", "pk"):
        promise = getattr(row, "promise", None)
        found.append(
            PauseRow(
                id=row.pk,
                case_id=row.case_id,
                since=row.since,
                until=row.until,
                reason=row.reason,
                by=name_of(row.paused_by),
                promised_minor=promise.amount_minor if promise else None,
                promised_by=promise.by_date if promise else None,
            )
        )
    return tuple(found)


def note_rows(case_ids: Collection[UUID]) -> tuple[NoteRow, ...]:
    rows = CaseNote.objects.filter(case__in=case_ids).select_related("noted_by")
    return tuple(
        NoteRow(row.pk, row.case_id, row.kind, row.words, row.noted_at, name_of(row.noted_by))
        for row in rows.order_by("noted_at", "pk")
    )
