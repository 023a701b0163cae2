"""Cases of a past span as they went, for the simulator, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from accounts.enums import MailState
from billing.models.gateway import PaymentMethod
from dunning.calc.campaign import LEVELS, AccessLevel
from dunning.calc.facts import CaseFacts, Method, is_counted_retry
from dunning.calc.simulate import PastCase
from dunning.enums import CloseReason, StepKind, StepState
from dunning.models import DunningCase, DunningStep, Message
from dunning.queries.case_facts import LoadedCase, load_cases

Counts = Mapping[UUID, int]


def past_cases(*, since: datetime, until: datetime, at: datetime) -> list[PastCase]:
    """Cases whose first failure lies from `since` up to `until`, as known at `at`."""
    ids = list(
        DunningCase.objects.filter(first_failed_at__gte=since, first_failed_at__lt=until)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    loaded = load_cases(case_ids=ids, at=at)
    messages = message_counts(ids)
    steps = steps_of(ids)
    methods = methods_used(loaded)
    return [past_of(one, messages, steps[one.case.pk], methods, at) for one in loaded]


def past_of(
    loaded: LoadedCase,
    messages: Counts,
    steps: Sequence[DunningStep],
    methods: Mapping[str, Method],
    at: datetime,
) -> PastCase:
    case = loaded.case
    is_paid = case.closed_reason == CloseReason.PAID
    charge = charge_that_paid(loaded.facts) if is_paid else None
    levels = [LEVELS.index(level_of(one.value)) for one in steps if one.kind == StepKind.ACCESS]
    return PastCase(
        key=str(case.pk),
        customer_name=case.customer.legal_name,
        currency=case.currency,
        facts=facts_then(loaded.facts, case, methods),
        settled_at=case.closed_at if is_paid and charge is None else charge,
        paid_by=("charge" if charge else "customer") if is_paid else "",
        seen_until=at if is_paid else case.closed_at or at,
        messages=messages.get(case.pk, 0),
        retries=sum(is_counted_retry(one.key) for one in steps),
        level=LEVELS[max(levels, default=0)],
        has_ended=any(one.kind == StepKind.END for one in steps),
    )


def facts_then(facts: CaseFacts, case: DunningCase, methods: Mapping[str, Method]) -> CaseFacts:
    """With what was open when the case began, and the card that was declined first."""
    first = min(facts.tries, key=lambda one: one.at, default=None)
    method = methods.get(first.method) if first else None
    return replace(facts, open_minor=case.opened_minor, method=method)


def level_of(value: str) -> AccessLevel:
    return next((level for level in LEVELS if level == value), "none")


def charge_that_paid(facts: CaseFacts) -> datetime | None:
    """
    When a charge of the card that was declined went through, if that paid the case. A new card is
    the customer's own action.
    """
    first = min(facts.tries, key=lambda one: one.at, default=None)
    last = facts.last_try
    if first is None or last is None or last.state != "succeeded":
        return None
    return last.at if last.method == first.method else None


def message_counts(case_ids: Sequence[UUID]) -> Counts:
    counts: dict[UUID, int] = defaultdict(int)
    rows = Message.objects.filter(case__in=case_ids, state=MailState.SENT)
    for case_id in rows.values_list("case_id", flat=True):
        counts[case_id] += 1
    return counts


def steps_of(case_ids: Sequence[UUID]) -> Mapping[UUID, list[DunningStep]]:
    found: dict[UUID, list[DunningStep]] = defaultdict(list)
    for step in DunningStep.objects.filter(case__in=case_ids, state=StepState.DONE):
        found[step.case_id].append(step)
    return found


def methods_used(loaded: Sequence[LoadedCase]) -> Mapping[str, Method]:
    """Every method a try of these cases used, whether or not it is still there."""
    wanted = {one.method for case in loaded for one in case.facts.tries if one.method}
    return {
        str(row.pk): Method(
            key=str(row.pk),
            network=row.brand.lower() if row.kind == "card" else row.kind,
            added_at=row.added_at,
        )
        for row in PaymentMethod.objects.filter(pk__in=wanted)
    }
