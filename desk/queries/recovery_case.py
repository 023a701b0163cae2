"""A case as the desk shows it: what is open, what comes next and why, and what may be done."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from billing.models.gateway import PaymentMethod
from billing.models.receivables import Receivable
from desk.queries.recovery_board import CaseFilter, CaseRow, case_row, listed, running_cases
from desk.queries.recovery_timeline import TimelineRow, timeline
from desk.queries.recovery_words import LEVELS, RUNGS, step_words
from dunning.calc.facts import Step
from dunning.calc.ladder import ladder
from dunning.documents.pay_link import pay_url
from dunning.documents.write_message import Written, write_message
from dunning.enums import CaseState
from dunning.models import CaseReceivable, DunningCase
from dunning.queries.campaigns import terms_of
from dunning.queries.case_facts import LoadedCase, load_cases
from dunning.records.letters import letter_for


@dataclass(frozen=True, slots=True)
class CaseInvoice:
    """An invoice of a case, in minor units of its currency."""

    id: UUID
    number: str
    due_date: date
    amount_minor: int
    open_minor: int
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class StepToCome:
    """A step as planned now; only the first is certain."""

    words: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HoldShown:
    """What holds the machine back now."""

    words: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """Amounts in minor units of the currency. `link` is fresh and good for 14 days."""

    case: DunningCase
    rung: str
    rung_words: str
    access_words: str
    open_minor: int
    method: str
    invoices: tuple[CaseInvoice, ...]
    steps: tuple[StepToCome, ...]
    why_nothing: str
    holds: tuple[HoldShown, ...]
    rows: tuple[TimelineRow, ...]
    link: str
    draft: Written | None

    @property
    def is_closed(self) -> bool:
        return self.case.state == CaseState.CLOSED

    @property
    def is_running(self) -> bool:
        return self.case.state in (CaseState.OPEN, CaseState.PAUSED)


def case_page(case_id: UUID, *, at: datetime) -> CasePage | None:
    """A fixed number of queries, however long the case."""
    loaded = next(iter(load_cases(case_ids=[case_id], at=at)), None)
    if loaded is None:
        return None
    case = loaded.case
    method = PaymentMethod.objects.filter(customer=case.customer_id, is_default=True).first()
    rung = running_cases(at).filter(pk=case_id).values_list("rung", flat=True).first() or ""
    to_come = steps_to_come(loaded, at)
    return CasePage(
        case=case,
        rung=rung,
        rung_words=RUNGS.get(rung, "Closed"),
        access_words=LEVELS[case.access_level],
        open_minor=loaded.facts.open_minor,
        method=str(method) if method else "",
        invoices=invoices_of(case),
        steps=to_come,
        why_nothing="" if to_come else why_nothing(loaded),
        holds=holds_now(case, at),
        rows=timeline(case),
        link=pay_url(case_id=case.pk, at=at) if loaded.facts.open_minor else "",
        draft=draft_of_link(loaded, str(method or ""), at),
    )


def invoices_of(case: DunningCase) -> tuple[CaseInvoice, ...]:
    rows = (
        CaseReceivable.objects.filter(case=case)
        .select_related("receivable__invoice")
        .order_by("receivable__due_date", "pk")
    )
    return tuple(case_invoice(row.receivable, row.joined_at) for row in rows)


def case_invoice(one: Receivable, joined_at: datetime) -> CaseInvoice:
    return CaseInvoice(
        id=one.pk,
        number=one.invoice.number,
        due_date=one.due_date,
        amount_minor=one.amount_minor,
        open_minor=one.open_minor,
        joined_at=joined_at,
    )


def steps_to_come(loaded: LoadedCase, at: datetime) -> tuple[StepToCome, ...]:
    """What the ladder would do from now on; nothing for who was handed over or is closed."""
    if loaded.case.state in (CaseState.HANDED_OVER, CaseState.CLOSED):
        return ()
    found = ladder(terms_of(loaded.case.campaign), loaded.facts, at)
    return tuple(step_to_come(step, at) for step in found)


def step_to_come(step: Step, at: datetime) -> StepToCome:
    return StepToCome(step_words(step.key), step.why, max(step.at, at))


def why_nothing(loaded: LoadedCase) -> str:
    if loaded.case.state == CaseState.CLOSED:
        return "The case is closed. What is owed again becomes a new case by itself."
    if loaded.case.state == CaseState.HANDED_OVER:
        return "A person has it: machines do nothing more. Payment still closes it."
    if loaded.facts.open_minor < loaded.case.campaign.threshold_minor:
        return "Less is open than the campaign pursues; the case closes with the next tick."
    return "The campaign is over. A person decides; payment still closes the case."


def holds_now(case: DunningCase, at: datetime) -> tuple[HoldShown, ...]:
    rows = case.pauses.filter(since__lte=at, until__gt=at).select_related("promise")
    return tuple(
        HoldShown("Promised" if hasattr(one, "promise") else "Paused", one.until, one.reason)
        for one in rows.order_by("until")
    )


def draft_of_link(loaded: LoadedCase, method: str, at: datetime) -> Written | None:
    """The message that sending the link again would write; None where nothing is open."""
    if not loaded.open_receivables:
        return None
    letter = letter_for(loaded=loaded, method_words=method, at=at)
    language = loaded.case.customer.language
    return write_message(template="reminder", language=language, letter=letter)


def open_cases_of(customer_id: UUID, *, at: datetime) -> tuple[CaseRow, ...]:
    """Cases of a customer that are not closed, for its page. One query."""
    rows = listed(CaseFilter(), at=at).filter(customer=customer_id)
    return tuple(case_row(row) for row in rows)
