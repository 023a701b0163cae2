"""Rating: expected minus billed for every period that can have changed. Pure; knows no clock but `as_of`."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property

from billing.calc.charges import Cause, Charge, PeriodContext
from billing.calc.charges_advance import AdvanceBook
from billing.calc.charges_arrears import ArrearsBook, UsageBook
from billing.calc.due import assign_due, defer_less, take_back
from billing.calc.fraction import ShareClock
from billing.calc.interval import Interval
from billing.calc.issue import ready_now
from billing.calc.lines import span_of
from billing.calc.local_time import day_of, instant_of, midnight
from billing.calc.periods import BillingPeriod, FindReset, Reset, billing_periods, cycle_from
from billing.calc.policy import PolicyTerms
from billing.calc.reconcile import NOT_BILLED, Owed, billed_period, reconcile
from billing.calc.simulate import play_period
from billing.calc.terms_timeline import TermsTimeline
from billing.calc.timeline import (
    Effect,
    earliest_reach,
    effects_by_type,
    read_ledger,
    seats_by_state,
)
from billing.calc.types import BilledSpan, RatedSpan, RatingInput, RatingResult
from kernel.period import Period


def rate(known: RatingInput) -> RatingResult:
    """What is owed at `known.as_of` and was not billed yet; rating the same knowledge again adds nothing."""
    return Rater(known).rate(known.billed)


class Rater:
    """
    One rating of one subscription: reads its ledger once, then walks its periods.

    `window` is known before what was billed is loaded: spans of periods that end by it cannot matter.
    """

    def __init__(self, known: RatingInput) -> None:
        self.known = known
        self.terms = known.terms
        self.zone = known.terms.timezone
        self.start_day = known.terms.starts_on.toordinal()
        self.ledger = read_ledger(known.facts).with_undone(known.changes)
        self.timeline = TermsTimeline(known.terms, known.changes)
        held = {fact.seat_type for fact in known.facts if fact.quantity}
        self.timeline.check_prices(one for one in known.terms.seat_types if one in held)
        self.as_of = int(known.as_of.timestamp())
        self.seat_types = self.all_seat_types()
        self.effects: dict[int, dict[str, list[Effect]]] = {}
        self.billed: dict[int, list[BilledSpan]] = {}
        self.can_reset = any(dated.change.interval for dated in self.timeline.changes) or any(
            policy.anchor == "reset_on_change" for policy in self.all_policies()
        )
        self.settled_day = known.settled_through.toordinal() if known.settled_through else None

    @property
    def window(self) -> date:
        """Periods that ended by this date stay as they were billed; only later spans are needed."""
        return date.fromordinal(self.window_day)

    def rate(self, billed: Iterable[BilledSpan]) -> RatingResult:
        """The result, given what was billed for periods that end after the window."""
        for span in billed:
            self.billed.setdefault(span.period.first.toordinal(), []).append(span)
        owed: list[tuple[PeriodContext, Owed]] = []
        ends: list[int] = []
        next_period: int | None = None
        seen = set()
        window = self.window_day
        for context in self.contexts():
            if context.start_second > self.as_of:
                next_period = context.start_second
                break
            ends.append(context.cut_second)
            if context.period.cut <= window:
                continue
            seen.add(context.period.first)
            owed.extend((context, one) for one in self.owed_in(context))
        owed.extend(self.orphans(owed, seen, window))
        for context, one in owed:
            if one.charge is None and context.start_second < context.opens_due >= one.known:
                one.due, one.rides = context.opens_due, False  # its cycle began during that day
            elif one.charge is None:
                self.set_adjustment_due(context.policy, one, ends, is_over=next_period is None)
        return self.result(owed, next_period)

    def cycles_around(self, at: datetime) -> tuple[Period, Period | None] | None:
        """The billing cycle that runs at an instant and the one after it; None outside all of them."""
        second, running = int(at.timestamp()), None
        for context in self.contexts():
            cycle = Period(
                date.fromordinal(context.period.first), date.fromordinal(context.period.cut)
            )
            if running is not None:
                return running, cycle
            if context.start_second <= second < context.cut_second:
                running = cycle
            elif context.start_second > second:
                return None
        return (running, None) if running else None

    def all_seat_types(self) -> tuple[str, ...]:
        """Those of the first plan, then those later plans bring."""
        if not self.known.changes:
            return self.terms.seat_types
        later = [one for change in self.known.changes for one in change.prices]
        return tuple(dict.fromkeys([*self.terms.seat_types, *later]))

    @cached_property
    def window_day(self) -> int:
        """Periods that ended by this day cannot have changed since the last rating."""
        reached = [self.known.touched_from.toordinal()] if self.known.touched_from else []
        if self.settled_day is not None:
            reached += self.recent_days(self.settled_day)
        policies = self.all_policies()
        hours = max((one.decrease_window_hours for one in policies), default=0)
        before = self.can_reset + -(-hours // 24)
        days = [day - before for day in reached]
        if self.settled_day is not None:
            days.append(self.settled_day - self.can_reset)
        if not days:
            return self.start_day
        late = [one.true_up_cadence for one in policies if one.increase_invoicing == "true_up"]
        reach = max((one.nominal_days + one.count for one in late), default=0)
        return min(days) - reach

    def all_policies(self) -> list[PolicyTerms]:
        """Every policy version that may ever govern a period."""
        versions = [*self.terms.policies]
        for dated in self.timeline.changes:
            versions += dated.change.policies or ()
        return [version.policy for version in versions]

    def recent_days(self, settled_day: int) -> list[int]:
        """
        The earliest day reached by what was recorded since the last regular invoice, if anything was.

        Its adjustments may have been seen by a rating before and still wait for the next invoice.
        """
        since = instant_of(midnight(self.regular_day(settled_day) - 1, self.zone))
        return [
            day_of(int(instant.timestamp()), self.zone)
            for instant in earliest_reach(self.known.facts, self.known.changes, since)
        ]

    def regular_day(self, day: int) -> int:
        """The first day of the period a day lies in, or with resets one that is surely not later."""
        if self.can_reset:
            interval = self.timeline.interval_at(day)
            return day - interval.count * {"day": 1, "week": 7, "month": 31}[interval.unit]
        terms, anchor = self.terms, self.timeline.policy_at(self.start_day).anchor
        cycle = cycle_from(
            terms.starts_on, terms.interval, anchor=anchor, anchor_day=terms.anchor_day
        )
        number = cycle.number_before(day)
        while cycle.bounds(number)[1].toordinal() <= day:
            number += 1
        return cycle.bounds(number)[0].toordinal()

    def contexts(self) -> Iterator[PeriodContext]:
        """Every period in order with the policy that governs it."""
        changes = self.timeline.interval_changes()
        policy = self.timeline.policy_at(self.start_day)
        terms, born_of = self.terms, None
        if first_interval := dict(changes).get(self.start_day):
            terms = replace(terms, interval=first_interval)
            born_of = self.day_cause(self.start_day, policy)
        find = self.reset_finder(changes) if self.can_reset else None
        for period in billing_periods(
            terms, anchor=policy.anchor, find_reset=find, from_day=self.window_day
        ):
            context = self.context(period, born_of)
            born_of = self.day_cause(period.cut, context.policy) if period.turns else None
            yield context

    def context(self, period: BillingPeriod, born_of: Cause | None) -> PeriodContext:
        policy = self.timeline.policy_at(period.first)
        clock = ShareClock(period, policy, self.zone)
        start, cut = midnight(period.first, self.zone), midnight(period.cut, self.zone)
        opens_until, opens_tick, opens_due = start, clock.first, start
        if born_of is not None:
            opens_until = midnight(period.first + 1, self.zone) - 1
            opens_tick = opens_until // clock.tick_seconds if clock.tick_seconds else clock.first
            opens_due = max(start, born_of.at)
        cause = None
        if period.cut < period.after:
            cause = self.day_cause(period.cut, policy) if period.is_reset else Cause(cut, cut, ())
        return PeriodContext(
            period, policy, clock, self.zone, clock.first, clock.after,
            clock.tick_of_day(period.cut), start, cut, opens_until, opens_tick, opens_due, cause,
        )  # fmt: skip

    def effects_under(self, policy: PolicyTerms) -> dict[str, list[Effect]]:
        found = self.effects.get(id(policy))
        if found is None:
            found = self.effects[id(policy)] = effects_by_type(
                self.ledger, policy, start_day=self.start_day, zone=self.zone
            )
        return found

    def reset_finder(self, interval_changes: list[tuple[int, Interval]]) -> FindReset:
        def find(first: int, after: int) -> Reset | None:
            """The first day on which seats increase or the plan changes, if those reset; also a new interval at the end."""
            days = {day: interval for day, interval in interval_changes if first < day <= after}
            policy = self.timeline.policy_at(first)
            if policy.anchor == "reset_on_change":
                for day in self.increase_days(policy):
                    if first < day < after:
                        days.setdefault(day, self.timeline.interval_at(day))
            return Reset(day := min(days), days[day]) if days else None

        return find

    def increase_days(self, policy: PolicyTerms) -> list[int]:
        """Days on which billable seats increase or the plan changes."""
        prices, _ = self.timeline.prices_at(self.start_day, self.timeline.changes)
        net: dict[tuple[str, int], int] = {}
        for seat_type, effects in self.effects_under(policy).items():
            price = prices.get(seat_type) or self.terms.prices.get(seat_type)
            if price is None or not price.billable:
                continue
            for effect in effects:
                if not effect.is_start:
                    net[seat_type, effect.day] = net.get((seat_type, effect.day), 0) + effect.delta
        days = {day for (_, day), delta in net.items() if delta > 0}
        days |= {one.day for one in self.timeline.changes if one.change.plan_key is not None}
        return sorted(days)

    def day_cause(self, day: int, policy: PolicyTerms) -> Cause:
        """What happened on the day a new cycle begins."""
        effects = [
            effect
            for history in self.effects_under(policy).values()
            for effect in history
            if effect.day == day
        ]
        changes = [one for one in self.timeline.changes if one.day == day]
        ids = [one for effect in effects for one in effect.ids]
        ids += [one for dated in changes for one in dated.change.entry_ids]
        instants = [effect.at for effect in effects] + [one.second for one in changes]
        knowns = [effect.known for effect in effects] + [one.known for one in changes]
        return Cause(max(instants), max(knowns), tuple(dict.fromkeys(ids)))

    def expected(self, context: PeriodContext) -> list[Charge]:
        """Every charge the period should have, with its due date."""
        policy, timeline = context.policy, self.timeline
        book: AdvanceBook
        if policy.aggregation == "user_days":
            book = UsageBook(context)
        elif policy.billing_timing == "in_arrears":
            book = ArrearsBook(context)
        else:
            book = AdvanceBook(context)
        opening = [
            one
            for one in timeline.changes
            if one.day < context.period.first or one.second <= context.opens_until
        ]
        prices, price_ids = timeline.prices_at(context.period.first, opening)
        play_period(
            context, book, seat_types=self.seat_types, effects=self.effects_under(policy),
            prices=prices, price_ids=price_ids, changes=timeline.changes[len(opening) :],
            commitment=timeline.commitment_at(context.period.first),
        )  # fmt: skip
        return assign_due(book.charges, context, self.terms)

    def owed_in(self, context: PeriodContext) -> list[Owed]:
        spans = self.billed.get(context.period.first)
        billed = billed_period(spans) if spans else NOT_BILLED
        owed = reconcile(
            self.expected(context), billed, self.ledger, settled_at=self.settled_at(context)
        )
        for one in owed:
            if one.charge is not None and one.billed and one.amount < 0:
                defer_less(one, context)
            elif one.charge is not None and one.billed and one.disposition == "credit_note":
                take_back(one, context)
        return owed

    def settled_at(self, context: PeriodContext) -> int | None:
        """The second up to which the period was rated, once its end was."""
        if context.cut_second >= self.as_of:
            return None  # closing at this very moment: what is late joins as itself
        if date.fromordinal(context.period.first) in self.known.reopened:
            return None  # its invoice was voided: it is billed anew, as itself
        if self.settled_day is not None:
            settled = midnight(self.settled_day, self.zone)
            closed_at = context.cut_second
            if context.period.is_reset and context.cut_cause is not None:
                closed_at = max(closed_at, context.cut_cause.at)
            return settled if closed_at <= settled else None
        later = any(first >= context.period.cut for first in self.billed)
        closed = any(
            key.startswith(("arrears:", "usage:"))
            for span in self.billed.get(context.period.first, ())
            for key in span.charges
        )
        return context.cut_second if later or closed else None

    def orphans(
        self, owed: list[tuple[PeriodContext, Owed]], seen: set[int], window: int
    ) -> list[tuple[PeriodContext, Owed]]:
        """What was billed for periods that no longer exist, because a reset moved or went away."""
        found = []
        lost = [first for first in self.billed if first not in seen and first > window]
        contexts = {context.period.first: context for context, _ in owed}
        for first in sorted(lost):
            context = contexts.get(first) or self.lost_context(self.billed[first][0])
            spans = billed_period(self.billed[first])
            found += [(context, one) for one in reconcile([], spans, self.ledger, settled_at=None)]
        return found

    def lost_context(self, span: BilledSpan) -> PeriodContext:
        first, after = span.period.first.toordinal(), span.period.after.toordinal()
        period = BillingPeriod(
            first,
            after,
            after,
            first,
            after,
            self.timeline.interval_at(first),
            span.period.first.day,
        )
        return self.context(period, None)

    def set_adjustment_due(
        self, policy: PolicyTerms, owed: Owed, ends: list[int], *, is_over: bool
    ) -> None:
        """Corrections go on the next invoice; at once where the policy invoices or credits at once."""
        at_once = policy.increase_invoicing == "immediate" and policy.billing_timing == "in_advance"
        if owed.amount < 0:
            at_once = policy.credit_application != "next_invoice"
            owed.disposition = "credit_note" if at_once else "invoice"
        place = bisect_right(ends, owed.known)
        if self.known.joins_draft:
            owed.due, owed.rides = self.as_of, False
        elif at_once or (is_over and place >= len(ends)):
            owed.due, owed.rides = owed.known, False
        else:
            owed.due = ends[place] if place < len(ends) else ends[-1]

    def result(
        self, owed: list[tuple[PeriodContext, Owed]], next_period: int | None
    ) -> RatingResult:
        """Spans due now; what rides joins when any invoice is due; the rest says when to come back."""
        ready = ready_now(owed, self.billed, as_of=self.as_of)
        spans: list[RatedSpan] = []
        pending = [next_period] if next_period is not None else []
        for place, (context, one) in enumerate(owed):
            if place in ready:
                spans.append(span_of(one, context, self.ledger, self.terms))
            else:
                pending.append(one.due)
        seats = seats_by_state(self.ledger, at=self.as_of)
        next_due: datetime | None = instant_of(min(pending)) if pending else None
        return RatingResult(
            tuple(spans), next_due, {one: seats.get(one, {}) for one in self.seat_types},
            instant_of(next_period) if next_period is not None else None,
        )  # fmt: skip
