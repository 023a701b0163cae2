"""The facts of cases for the ladder, for a whole chunk in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.enums import MailState
from billing.enums import AttemptState
from billing.models.gateway import PaymentAttempt, PaymentMethod
from billing.models.receivables import Receivable
from dunning.calc.declines import COUNTED_OVER
from dunning.calc.facts import CaseFacts, Hold, Method, Taken, Try, TryState
from dunning.models import CaseReceivable, DunningCase, DunningStep, Message, Pause

STATES: Mapping[str, TryState] = {
    AttemptState.STARTED: "open",
    AttemptState.PROCESSING: "open",
    AttemptState.NEEDS_CUSTOMER: "needs_customer",
    AttemptState.SUCCEEDED: "succeeded",
    AttemptState.FAILED: "failed",
    AttemptState.CANCELED: "failed",
}
CONFIRMATION_GIVEN_UP = "authentication_not_handled"


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A case with its open invoices, oldest due first, and what the ladder reads of it."""

    case: DunningCase
    open_receivables: tuple[Receivable, ...]
    facts: CaseFacts


def load_cases(*, case_ids: Sequence[UUID], at: datetime) -> list[LoadedCase]:
    """The cases in the order of their keys. Eight queries, however many cases."""
    cases = list(
        DunningCase.objects.filter(pk__in=case_ids)
        .select_related("customer", "campaign", "billing_entity")
        .order_by("pk")
    )
    receivables = receivables_of(cases)
    attempts = attempts_of(receivables)
    methods = methods_of(cases, at)
    holds = holds_of(cases)
    steps = steps_of(cases)
    notices = notices_of(cases)
    return [
        LoadedCase(
            case=case,
            open_receivables=tuple(one for one in receivables[case.pk] if one.open_minor),
            facts=CaseFacts(
                basis=case.basis,  # type: ignore[arg-type]  # the enum's values
                first_failed_at=case.first_failed_at,
                zone=case.customer.time_zone,
                open_minor=sum(one.open_minor for one in receivables[case.pk]),
                method=methods.get(case.customer_id),
                tries=tuple(
                    try_of(one) for row in receivables[case.pk] for one in attempts[row.pk]
                ),
                is_retry_waiting=any(
                    one.next_attempt_at is not None for one in receivables[case.pk]
                ),
                holds=tuple(holds[case.pk]),
                taken=tuple(steps[case.pk]),
                last_notice_at=notices.get(case.pk),
            ),
        )
        for case in cases
    ]


def receivables_of(cases: Sequence[DunningCase]) -> Mapping[UUID, list[Receivable]]:
    found: dict[UUID, list[Receivable]] = defaultdict(list)
    rows = (
        CaseReceivable.objects.filter(case__in=cases)
        .select_related("receivable__invoice")
        .order_by("receivable__due_date", "receivable_id")
    )
    for row in rows:
        found[row.case_id].append(row.receivable)
    return found


def attempts_of(
    receivables: Mapping[UUID, Sequence[Receivable]],
) -> Mapping[UUID, list[PaymentAttempt]]:
    found: dict[UUID, list[PaymentAttempt]] = defaultdict(list)
    wanted = [one.pk for rows in receivables.values() for one in rows]
    for attempt in PaymentAttempt.objects.filter(receivable__in=wanted).order_by("number"):
        found[attempt.receivable_id].append(attempt)
    return found


def try_of(attempt: PaymentAttempt) -> Try:
    code = attempt.decline_code
    if attempt.state == AttemptState.CANCELED:
        code = code or CONFIRMATION_GIVEN_UP
    return Try(
        key=str(attempt.pk),
        at=attempt.answered_at or attempt.started_at,
        state=STATES[attempt.state],
        decline_code=code,
        method=str(attempt.payment_method_id or ""),
    )


def methods_of(cases: Sequence[DunningCase], at: datetime) -> Mapping[UUID, Method]:
    """The default method of each customer, with every try of it that a network counts."""
    rows = list(
        PaymentMethod.objects.filter(
            customer__in=[one.customer_id for one in cases], is_default=True
        )
    )
    tried: dict[UUID, list[datetime]] = defaultdict(list)
    attempts = PaymentAttempt.objects.filter(
        payment_method__in=rows, started_at__gt=at - COUNTED_OVER
    ).order_by("started_at")
    for method_id, started_at in attempts.values_list("payment_method_id", "started_at"):
        if method_id is not None:
            tried[method_id].append(started_at)
    return {
        one.customer_id: Method(
            key=str(one.pk),
            network=one.brand.lower() if one.kind == "card" else one.kind,
            added_at=one.added_at,
            tried_at=tuple(tried[one.pk]),
        )
        for one in rows
    }


def holds_of(cases: Sequence[DunningCase]) -> Mapping[UUID, list[Hold]]:
    found: dict[UUID, list[Hold]] = defaultdict(list)
    for pause in Pause.objects.filter(case__in=cases):
        found[pause.case_id].append(Hold(pause.since, pause.until))
    return found


def steps_of(cases: Sequence[DunningCase]) -> Mapping[UUID, list[Taken]]:
    found: dict[UUID, list[Taken]] = defaultdict(list)
    for case_id, key, done_at in DunningStep.objects.filter(case__in=cases).values_list(
        "case_id", "key", "done_at"
    ):
        found[case_id].append(Taken(key, done_at))
    return found


def notices_of(cases: Sequence[DunningCase]) -> Mapping[UUID, datetime]:
    """When each customer was told that access will be suspended; perhaps sent counts as sent."""
    rows = Message.objects.filter(
        case__in=cases,
        template="last_notice",
        state__in=[MailState.SENT, MailState.UNKNOWN],
        claimed_at__isnull=False,
    )
    return {one.case_id: one.sent_at or one.claimed_at or one.queued_at for one in rows}
