"""Prepare credit notes for what an incident charged too much: each asked for, none issued here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from accounts.models import ExceptionRequest
from accounts.operations.request_exception import Asking, request_exception
from billing.enums import CreditNoteReason, CreditScope, Settlement
from billing.operations.estimate_credit import CreditAsk, CreditEstimate, estimate_credit
from desk.enums import AffectedState
from desk.models import Incident, IncidentAffected
from desk.operations.lock_incident import lock_incident, words_of
from desk.operations.record_step import record_step
from kernel.money import Money
from kernel.refusal import Refusal

AT_ONCE = 100
REASON_AT_MOST = 1_000


class NothingToPrepare(Refusal):
    code = "incident_nothing_to_prepare"


@dataclass(frozen=True, slots=True)
class PlannedCredit:
    """A row and the credit note it would become; `total_minor` with tax, positive, or why none."""

    row: IncidentAffected
    total_minor: int
    problem: str

    @property
    def currency(self) -> str:
        return self.row.currency


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was asked for, by currency in minor units with tax, and what could not be."""

    requests: int
    totals: tuple[tuple[str, int], ...]
    problems: tuple[str, ...]


def plan_credits(*, incident_id: UUID) -> list[PlannedCredit]:
    """The next rows with an amount to give back, each with its estimate. Nothing is written."""
    rows = IncidentAffected.objects.filter(
        incident=incident_id, state=AffectedState.FOUND, invoice__isnull=False, amount_minor__gt=0
    ).select_related("invoice__billing_entity", "line", "customer")
    return [planned(row) for row in rows[:AT_ONCE]]


def planned(row: IncidentAffected) -> PlannedCredit:
    try:
        estimate = estimate_of(row)
    except Refusal as refusal:
        return PlannedCredit(row, 0, refusal.message)
    return PlannedCredit(row, -estimate.total_minor, "")


def estimate_of(row: IncidentAffected) -> CreditEstimate:
    """Of its line before tax; without a line, an amount over the invoice with tax."""
    assert row.amount_minor is not None
    assert row.invoice_id is not None
    if row.line is not None and row.line.invoice_id == row.invoice_id:
        ask = CreditAsk(CreditScope.LINES, lines={row.line.position: row.amount_minor})
    else:
        ask = CreditAsk(CreditScope.AMOUNT, amount_minor=row.amount_minor)
    return estimate_credit(invoice_id=row.invoice_id, ask=ask)


@transaction.atomic
def prepare_credits(
    *,
    incident_id: UUID,
    rows: Collection[UUID],
    customer_text: str,
    at: datetime,
    by: User,
) -> Prepared:
    """
    Ask for a credit for each chosen row; a second person approves, and only then it is issued.

    A row that cannot be credited is left as it is and named.

    :raises WordsMissing: without words for the customers
    :raises NothingToPrepare: if no chosen row has an amount and an invoice
    """
    incident = lock_incident(incident_id)
    words = words_of(customer_text, "Say for the customer what is credited and why.")
    plans = [one for one in plan_credits(incident_id=incident_id) if one.row.pk in rows]
    if not plans:
        raise NothingToPrepare("Choose rows that have an invoice and an amount to give back.")
    problems = [f"{one.row.invoice}: {one.problem}" for one in plans if one.problem]
    asked: list[PlannedCredit] = []
    for plan in (one for one in plans if not one.problem):
        try:
            with transaction.atomic():
                prepare(plan, incident=incident, customer_text=words, at=at, by=by)
        except Refusal as refusal:
            problems.append(f"{plan.row.invoice}: {refusal.message}")
        else:
            asked.append(plan)
    totals = totals_of(asked)
    if asked:
        said = ", ".join(f"{Money(minor, currency)} {currency}" for currency, minor in totals)
        result = f"{len(asked)} credits asked for: {said}. {len(problems)} could not be."
        record_step(incident_id=incident_id, key="credit", result=result, at=at, by=by)
    return Prepared(len(asked), totals, tuple(problems))


def prepare(
    plan: PlannedCredit, *, incident: Incident, customer_text: str, at: datetime, by: User
) -> ExceptionRequest:
    row = plan.row
    assert row.invoice is not None
    request = request_exception(
        asking=Asking(
            kind="credit",
            terms={
                "amount_minor": plan.total_minor,
                "settlement": Settlement.BALANCE.value,
                "credit_reason": CreditNoteReason.BILLING_ERROR.value,
            },
            reason=f"Incident “{incident.title}”: {row.found}"[:REASON_AT_MOST],
            customer=row.customer,
            subject_kind="invoice",
            subject_id=row.invoice_id,
            currency=row.currency,
            amount_minor=plan.total_minor,
            customer_text=customer_text,
            seller_code=row.invoice.billing_entity.code,
        ),
        at=at,
        by=by,
    )
    row.state, row.request_id = AffectedState.PREPARED, request.pk
    row.state_reason = f"Asked for as {request.number}"
    row.save(update_fields=["state", "request_id", "state_reason"])
    return request


def totals_of(plans: Sequence[PlannedCredit]) -> tuple[tuple[str, int], ...]:
    """Minor units by currency."""
    sums: dict[str, int] = {}
    for one in plans:
        sums[one.currency] = sums.get(one.currency, 0) + one.total_minor
    return tuple(sorted(sums.items()))
