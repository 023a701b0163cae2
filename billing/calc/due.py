"""When each expected charge is invoiced: at once, in a batch, at a true-up, at a threshold, or with the next invoice."""

from datetime import date

from billing.calc.charges import Charge, PeriodContext
from billing.calc.layers import sum_parts
from billing.calc.local_time import day_of, midnight
from billing.calc.policy import PolicyTerms
from billing.calc.reconcile import Owed
from billing.calc.rounding import round_parts
from billing.calc.types import SubscriptionTerms


def assign_due(
    charges: list[Charge], context: PeriodContext, terms: SubscriptionTerms
) -> list[Charge]:
    """Set due second and disposition of every charge; true-ups of one date and share become one charge."""
    policy = context.policy
    if policy.billing_timing == "in_arrears" or policy.aggregation == "user_days":
        for charge in charges:
            charge.due = context.cut_second
        return charges
    increases = []
    for charge in charges:
        if charge.key in (f"recurring:{charge.seat_type}", f"minimum:{charge.seat_type}"):
            charge.due = context.opens_due
        elif charge.key.startswith("cut:"):
            charge.due = max(
                context.cut_second, charge.cause.second if context.period.is_reset else 0
            )
        elif charge.is_increase:
            increases.append(charge)
        else:
            _defer_credit(charge, context)
    return _assign_increases(charges, increases, context, terms)


def _defer_credit(charge: Charge, context: PeriodContext) -> None:
    """A credit, and the minimum that mirrors it: with the next invoice, or at once as a credit note."""
    if context.policy.credit_application == "next_invoice":
        charge.due, charge.rides = context.cut_second, True
    else:
        charge.due, charge.disposition = charge.cause.second, "credit_note"


def defer_less(owed: Owed, context: PeriodContext) -> None:
    """What became less than was invoiced for the same boundary is a credit like any other."""
    if context.policy.credit_application == "next_invoice":
        owed.due, owed.rides = context.cut_second, True
    else:
        owed.due, owed.disposition = owed.known, "credit_note"


def take_back(owed: Owed, context: PeriodContext) -> None:
    """What was credited at once and is owed again after all: on an invoice, at once where increases are."""
    owed.disposition = "invoice"
    if context.policy.increase_invoicing == "immediate":
        owed.due, owed.rides = owed.known, False
    else:
        owed.due, owed.rides = context.cut_second, True


def _assign_increases(
    charges: list[Charge], increases: list[Charge], context: PeriodContext, terms: SubscriptionTerms
) -> list[Charge]:
    increases.sort(key=lambda charge: (charge.cause.second, charge.first))
    rule, regular = context.policy.increase_invoicing, context.cut_second
    if rule == "next_invoice":
        for charge in increases:
            charge.due, charge.rides = regular, True
    elif rule == "immediate":
        for charge in increases:
            charge.due = charge.cause.second
    elif rule == "batched":
        _batch(increases, regular, int(context.policy.batch_window.total_seconds()))
    elif rule == "threshold":
        _by_threshold(increases, regular, context.policy.threshold_minor)
    else:
        return _true_up(charges, increases, context, terms)
    return charges


def _batch(increases: list[Charge], regular: int, window: int) -> None:
    """A batch closes so long after its first change, or with the regular invoice."""
    closes = 0
    for charge in sorted(increases, key=lambda one: (_steps(one)[0], one.first)):
        for second in _steps(charge):
            if second > closes:
                closes = min(second + window, max(regular, second))
        charge.due, charge.rides = closes, True


def _steps(charge: Charge) -> tuple[int, ...]:
    return charge.cause.steps or (charge.cause.second,)


def _by_threshold(increases: list[Charge], regular: int, threshold: int) -> None:
    """Increases pile up until their sum reaches the threshold; the rest waits for the regular invoice."""
    waiting: list[Charge] = []
    for charge in increases:
        waiting.append(charge)
        if sum(one.amount for one in waiting) >= threshold:
            for one in waiting:
                one.due = charge.cause.second
            waiting = []
    for one in waiting:
        one.due, one.rides = regular, True


def _true_up(
    charges: list[Charge], increases: list[Charge], context: PeriodContext, terms: SubscriptionTerms
) -> list[Charge]:
    merged: dict[str, Charge] = {}
    for charge in increases:
        if charge.amount > 0:
            charge.kind = "true_up"
        charge.due, charge.is_deferred = _true_up_second(charge, context, terms), True
        if len(charge.parts) != 1 or charge.key.startswith("price:") or ":unused" in charge.key:
            continue
        share = charge.parts[0][1]
        due_day = date.fromordinal(day_of(charge.due, context.zone)).isoformat()
        key = f"true_up:{due_day}:{share.numer}/{share.denom}:{charge.seat_type}"
        first = merged.setdefault(key, charge)
        if first is not charge:
            _merge(first, charge, context.policy)
            charges.remove(charge)
        first.key = key
    return charges


def _merge(charge: Charge, other: Charge, policy: PolicyTerms) -> None:
    charge.quantity += other.quantity
    charge.parts = sum_parts([*charge.parts, *other.parts])
    charge.amount = round_parts(charge.parts, policy, seat_price=charge.seat_price)
    charge.cause.ids = tuple(dict.fromkeys([*charge.cause.ids, *other.cause.ids]))
    charge.cause.known = max(charge.cause.known, other.cause.known)


def _true_up_second(charge: Charge, context: PeriodContext, terms: SubscriptionTerms) -> int:
    """The first cadence boundary after the change, counted from the start; the subscription's end at latest."""
    cadence, start = context.policy.true_up_cadence, terms.starts_on
    anchor_day = terms.anchor_day or start.day
    changed = day_of(charge.cause.at, context.zone)
    number = 1
    while (day := cadence.step(start, number, anchor_day).toordinal()) <= changed:
        number += 1
    if terms.ends_on is not None:
        day = min(day, terms.ends_on.toordinal())
    return midnight(day, context.zone)
