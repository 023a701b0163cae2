"""From what is owed to rated spans: dates, seat-days, the formula and every entry that explains it."""

from datetime import date

from billing.calc.charges import Charge, PeriodContext
from billing.calc.formula import adjustment_record, charge_record
from billing.calc.layers import only_share
from billing.calc.local_time import day_of, instant_of
from billing.calc.reconcile import Owed
from billing.calc.timeline import Ledger
from billing.calc.types import RatedSpan, SubscriptionTerms
from kernel.period import Period

KIND_WHEN_MORE = {True: "proration", False: "credit"}


def span_of(
    owed: Owed, context: PeriodContext, ledger: Ledger, terms: SubscriptionTerms
) -> RatedSpan:
    """The line for a difference: under its own key, or as the one adjustment of its seat type."""
    if owed.charge is None:
        return _adjustment(owed, context, ledger, terms)
    return _line(owed, owed.charge, context, ledger, terms)


def _line(
    owed: Owed, charge: Charge, context: PeriodContext, ledger: Ledger, terms: SubscriptionTerms
) -> RatedSpan:
    span = dates_of(charge, context)
    share = only_share(charge.parts)
    quantity, kind = charge.quantity, charge.kind
    if owed.billed:
        quantity = (
            abs(quantity - sum(one.quantity for one in owed.billed))
            or quantity
            or max(one.quantity for one in owed.billed)
        )
        if kind != "true_up":
            kind = KIND_WHEN_MORE[owed.amount > 0]
    is_timed = context.clock.tick_seconds
    return RatedSpan(
        period=context.whole_period,
        basis=charge.key,
        kind=kind,
        seat_type=charge.seat_type,
        price_key=charge.price_key,
        policy_key=context.policy.key,
        quantity=quantity,
        seat_days=_seat_days(charge, quantity, span),
        unit_price_minor=charge.unit_price,
        span=span,
        units=share.numer,
        of_units=share.denom,
        amount_minor=owed.amount,
        entry_ids=tuple(dict.fromkeys(charge.cause.ids)) or _any_entries(charge.seat_type, ledger),
        charges={charge.key: owed.amount},
        due_at=instant_of(owed.due),
        formula=charge_record(
            charge, context, span, currency=terms.currency, amount=owed.amount,
            already=owed.already, quantity=charge.quantity,
        ),
        corrects=(),
        disposition=owed.disposition,
        from_at=instant_of(charge.first * is_timed) if is_timed else None,
        to_at=instant_of(charge.after * is_timed) if is_timed else None,
    )  # fmt: skip


def _adjustment(
    owed: Owed, context: PeriodContext, ledger: Ledger, terms: SubscriptionTerms
) -> RatedSpan:
    """All differences of a period and seat type in one line that names the spans it corrects."""
    changed = owed.expected[-1] if owed.expected else None
    quantity = _moved_quantity(owed)
    quantity = quantity or max((one.quantity for one in owed.billed), default=0)
    last = owed.billed[-1] if owed.billed else None
    span = Period(date.fromordinal(context.period.first), date.fromordinal(context.period.cut))
    entry_ids = owed.entry_ids or _any_entries(owed.seat_type, ledger)
    return RatedSpan(
        period=context.whole_period,
        basis=f"adjustment:{owed.seat_type}",
        kind="adjustment",
        seat_type=owed.seat_type,
        price_key=changed.price_key if changed else (last.price_key if last else ""),
        policy_key=context.policy.key,
        quantity=quantity,
        seat_days=0,
        unit_price_minor=changed.unit_price if changed else (last.unit_price_minor if last else 0),
        span=span,
        units=0,
        of_units=1,
        amount_minor=owed.amount,
        entry_ids=entry_ids,
        charges=owed.keys or {},
        due_at=instant_of(owed.due),
        formula=adjustment_record(
            expected=owed.expected, billed=owed.billed, keys=owed.keys or {}, span=span,
            currency=terms.currency, amount=owed.amount,
        ),
        corrects=tuple(one.span_id for one in owed.billed),
        disposition=owed.disposition,
    )  # fmt: skip


def _moved_quantity(owed: Owed) -> int:
    """Seats by which the most changed key differs from what was billed, adjustments counted by sign."""
    before: dict[str, int] = {}
    for span in owed.billed:
        for key, minor in span.charges.items():
            sign = -1 if span.kind == "adjustment" and minor < 0 else 1
            before[key] = before.get(key, 0) + sign * span.quantity
    now = {charge.key: charge.quantity for charge in owed.expected}
    return max(abs(now.get(key, 0) - before.get(key, 0)) for key in owed.keys or {"": 0})


def dates_of(charge: Charge, context: PeriodContext) -> Period:
    """The local dates a charge is for; never empty."""
    first, after = charge.first, charge.after
    tick_seconds = context.clock.tick_seconds
    if tick_seconds:
        first = day_of(first * tick_seconds, context.zone)
        after = day_of(after * tick_seconds - 1, context.zone) + 1
    if first == context.period.first and after == context.period.after:
        return context.whole_period
    return Period(date.fromordinal(first), date.fromordinal(max(after, first + 1)))


def _seat_days(charge: Charge, quantity: int, span: Period) -> int:
    return charge.seat_days if charge.seat_days is not None else quantity * span.days


def _any_entries(seat_type: str, ledger: Ledger) -> tuple[str, ...]:
    """A line without entries of its own names the first of its seat type."""
    own = [known for known in ledger.facts if known.fact.seat_type == seat_type]
    return (own or list(ledger.facts))[0].ids if ledger.facts else ()
