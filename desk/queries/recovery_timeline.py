"""The timeline of a case: charges, messages, advice, pauses, promises, notes and money, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.urls import reverse

from billing.documents.staff_text import staff_money
from billing.enums import AttemptState
from billing.models import Allocation, PaymentAttempt
from desk.queries.recovery_words import (
    LEVELS,
    decline_words,
    sense_words,
    step_words,
    template_words,
)
from dunning.enums import StepKind, StepState
from dunning.models import (
    CaseCampaign,
    CaseNote,
    DunningCase,
    DunningStep,
    Message,
    Pause,
)
from dunning.queries.case_facts import CONFIRMATION_GIVEN_UP

CHIPS = {
    "succeeded": "ok", "failed": "stop", "canceled": "stop", "needs_customer": "wait",
    "sent": "ok", "unknown": "wait", "queued": "info", "sending": "info",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SentMail:
    """A message exactly as it was or will be sent."""

    subject: str
    to: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """Something that happened at an instant. `chip` colors the word for its state."""

    at: datetime
    title: str
    detail: str = ""
    state: str = ""
    chip: str = ""
    by: str = ""
    address: str = ""
    mail: SentMail | None = None


def timeline(case: DunningCase) -> tuple[TimelineRow, ...]:
    """Seven queries, however much happened."""
    rows = [
        *milestones(case),
        *charges(case.pk),
        *written(case.pk),
        *steps(case.pk),
        *pauses(case),
        *notes(case.pk),
        *moves(case.pk),
        *money(case),
    ]
    return tuple(sorted(rows, key=lambda row: row.at, reverse=True))


def name_of(user: AbstractBaseUser | None) -> str:
    return user.get_username() if user else ""


def milestones(case: DunningCase) -> Iterator[TimelineRow]:
    opened = staff_money(case.opened_minor, case.currency)
    yield TimelineRow(
        case.opened_at, "Case opened", f"{opened} was open. {case.get_basis_display()}."
    )
    if case.write_off_requested_at:
        yield TimelineRow(
            case.write_off_requested_at,
            "Write-off asked for",
            case.write_off_reason,
            by=name_of(case.write_off_requested_by),
        )
    if case.handed_over_at:
        yield TimelineRow(
            case.handed_over_at,
            "Handed over to a person",
            case.handed_over_reason,
            by=name_of(case.handed_over_by),
        )
    if case.closed_at:
        yield TimelineRow(case.closed_at, "Case closed", case.get_closed_reason_display())


def charges(case_id: UUID) -> Iterator[TimelineRow]:
    attempts = PaymentAttempt.objects.filter(receivable__in_cases__case=case_id).select_related(
        "receivable__invoice", "payment_method", "requested_by"
    )
    for one in attempts:
        amount = staff_money(one.amount_minor, one.currency)
        method = f" from {one.payment_method}" if one.payment_method else ""
        yield TimelineRow(
            at=one.answered_at or one.started_at,
            title=f"Charge {one.number} of {one.receivable.invoice.number}: {amount}{method}",
            detail=decline_detail(one),
            state=one.get_state_display(),
            chip=CHIPS.get(one.state, "info"),
            by=name_of(one.requested_by),
            address=reverse("desk:invoice", args=[one.receivable_id]) + "#money",
        )


def decline_detail(one: PaymentAttempt) -> str:
    if one.state not in (AttemptState.FAILED, AttemptState.CANCELED):
        return ""
    code = one.decline_code
    if not code and one.state == AttemptState.CANCELED:
        code = CONFIRMATION_GIVEN_UP
    return f"{decline_words(code)} ({code}). {sense_words(code)}" if code else one.problem


def written(case_id: UUID) -> Iterator[TimelineRow]:
    for one in Message.objects.filter(case=case_id).select_related("step"):
        yield TimelineRow(
            at=one.sent_at or one.claimed_at or one.queued_at,
            title=f"Message: {template_words(one.template).lower()}",
            detail=" ".join(part for part in (one.step.why, one.problem) if part),
            state=one.get_state_display(),
            chip=CHIPS.get(one.state, "stop"),
            mail=SentMail(one.subject, ", ".join(one.to), one.text, one.html),
        )


def steps(case_id: UUID) -> Iterator[TimelineRow]:
    """Messages that were written tell themselves."""
    rows = DunningStep.objects.filter(case=case_id).exclude(
        kind=StepKind.MESSAGE, state=StepState.DONE
    )
    for one in rows:
        if one.state == StepState.PASSED_OVER:
            yield TimelineRow(one.done_at, step_words(one.key), why_passed(one.why), "Passed over")
        elif one.kind == StepKind.ACCESS:
            level = LEVELS.get(one.value, one.value)
            yield TimelineRow(one.done_at, f"Advice on access: {level.lower()}", one.why)
        elif one.kind == StepKind.RETRY:
            yield TimelineRow(one.done_at, f"{step_words(one.key)}, planned", one.why)
        else:
            yield TimelineRow(one.done_at, "The campaign came to its end", one.why)


def why_passed(why: str) -> str:
    """The keys of steps are for machines."""
    if why.startswith("Passed over"):
        return "Another step of its kind was due at the same time and stands for it."
    return why


def pauses(case: DunningCase) -> Iterator[TimelineRow]:
    """A promise is told with its pause."""
    for one in Pause.objects.filter(case=case).select_related("promise", "paused_by"):
        until = f"Until {one.until:%Y-%m-%d %H:%M} UTC"
        promise = getattr(one, "promise", None)
        title = "Paused"
        if promise:
            amount = staff_money(promise.amount_minor, case.currency)
            title = f"Promised: {amount} by {promise.by_date.isoformat()}"
        said = promise.words if promise else one.reason
        detail = f"{until}: {said}" if said else f"{until}."
        yield TimelineRow(one.since, title, detail, by=name_of(one.paused_by))


def notes(case_id: UUID) -> Iterator[TimelineRow]:
    for one in CaseNote.objects.filter(case=case_id).select_related("noted_by"):
        yield TimelineRow(one.noted_at, one.get_kind_display(), one.words, by=name_of(one.noted_by))


def moves(case_id: UUID) -> Iterator[TimelineRow]:
    rows = CaseCampaign.objects.filter(case=case_id).select_related("left", "joined", "moved_by")
    for one in rows:
        title = f"Moved from {one.left} to {one.joined}"
        yield TimelineRow(one.moved_at, title, one.reason, by=name_of(one.moved_by))


def money(case: DunningCase) -> Iterator[TimelineRow]:
    rows = Allocation.objects.filter(receivable__in_cases__case=case.pk).select_related(
        "receivable__invoice", "recorded_by"
    )
    for one in rows:
        amount = staff_money(abs(one.amount_minor), case.currency)
        number = one.receivable.invoice.number
        verb = f"{amount} of {number} settled" if one.amount_minor > 0 else f"{amount} taken back"
        yield TimelineRow(
            at=one.recorded_at,
            title=f"{verb}: {one.get_source_display().lower()}",
            detail=one.reason,
            by=name_of(one.recorded_by),
            address=reverse("desk:invoice", args=[one.receivable_id]) + "#money",
        )
