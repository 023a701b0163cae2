"""Small stories for calc tests: a subscription, dated events, a clock; what was invoiced comes out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from billing.calc.interval import MONTH
from billing.calc.rating import rate
from billing.calc.types import (
    BilledSpan,
    Interval,
    LedgerFact,
    PolicyVersion,
    PriceTerms,
    RatedSpan,
    RatingInput,
    SubscriptionTerms,
    TermsChange,
    Tier,
    parse_policy,
)

Moment = date | datetime | str


def local(moment: Moment, zone: str = "UTC") -> datetime:
    """An instant; a date is its local midnight."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment) if "T" in moment else date.fromisoformat(moment)
    if isinstance(moment, datetime):
        return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return datetime(moment.year, moment.month, moment.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def flat(price_minor: int, key: str = "price") -> PriceTerms:
    return PriceTerms(key, "per_unit", (Tier(None, price_minor),))


def terms(
    *,
    starts_on: str = "2024-06-01",
    policy: Mapping[str, object] | None = None,
    price_minor: int = 1000,
    prices: Mapping[str, PriceTerms] | None = None,
    interval: Interval = MONTH,
    currency: str = "EUR",
    zone: str = "UTC",
    **others: object,
) -> SubscriptionTerms:
    """A subscription to one seat type `member` at 10.00 a month, unless told otherwise."""
    prices = prices or {"member": flat(price_minor)}
    return SubscriptionTerms(
        key="subscription",
        currency=currency,
        timezone=zone,
        starts_on=date.fromisoformat(starts_on),
        interval=interval,
        seat_types=tuple(prices),
        prices=prices,
        policies=(PolicyVersion(None, parse_policy(policy or {}, currency, key="policy")),),
        **others,  # type: ignore[arg-type]
    )


@dataclass
class Story:
    """
    Events in the order of arrival; `run` lets the clock go to an instant and rates whenever work is due.

    Every invoice is `(instant, spans)`.
    """

    terms: SubscriptionTerms
    seats: Mapping[str, int] = field(default_factory=lambda: {"member": 1})
    events: list[LedgerFact] = field(default_factory=list)
    changes: list[TermsChange] = field(default_factory=list)
    knows_settled: bool = True

    def __post_init__(self) -> None:
        start = local(self.terms.starts_on, self.terms.timezone)
        self.start = [
            LedgerFact(
                f"start-{code}", "start", place, "subscription_started", code, start, start, None,
                "active", count,
            )
            for place, (code, count) in enumerate(self.seats.items())
        ]  # fmt: skip

    def event(
        self, entry_id: str, kind: str, at: Moment, quantity: int = 1, *, effective: Moment | None = None,
        seat_type: str = "member", from_state: str | None = None, to_state: str | None = None,
        **others: object,
    ) -> "Story":  # fmt: skip
        recorded = local(at, self.terms.timezone)
        self.events.append(
            LedgerFact(
                entry_id, entry_id, 100 + len(self.events), kind, seat_type,
                local(effective, self.terms.timezone) if effective else recorded, recorded,
                from_state, to_state, quantity, **others,  # type: ignore[arg-type]
            )
        )  # fmt: skip
        return self

    def add(self, entry_id: str, at: Moment, quantity: int = 1, **others: object) -> "Story":
        return self.event(entry_id, "seat_added", at, quantity, to_state="active", **others)  # type: ignore[arg-type]

    def remove(self, entry_id: str, at: Moment, quantity: int = 1, **others: object) -> "Story":
        return self.event(
            entry_id, "seat_removed", at, quantity, from_state="active", to_state="removed", **others,  # type: ignore[arg-type]
        )  # fmt: skip

    def correct(self, entry_id: str, at: Moment, corrects: str, **changes: object) -> "Story":
        old = next(one for one in self.events if one.entry_id == corrects)
        if "effective_at" in changes:
            changes["effective_at"] = local(changes["effective_at"], self.terms.timezone)  # type: ignore[arg-type]
        self.events.append(
            replace(
                old, entry_id=entry_id, event_id=entry_id, position=100 + len(self.events),
                kind="correction", recorded_at=local(at, self.terms.timezone), corrects=corrects,
                **changes,  # type: ignore[arg-type]
            )
        )  # fmt: skip
        return self

    def run(self, until: Moment) -> list[tuple[datetime, tuple[RatedSpan, ...]]]:
        end = local(until, self.terms.timezone)
        waiting = sorted([*self.events, *self.changes], key=lambda one: one.recorded_at)
        known, changes = list(self.start), []
        billed: list[BilledSpan] = []
        invoices = []
        due: datetime | None = self.start[0].effective_at
        last: date | None = None
        while True:
            moments = [one for one in (due, waiting[0].recorded_at if waiting else None) if one]
            if not moments or (now := min(moments)) > end:
                return invoices
            touched = None
            while waiting and waiting[0].recorded_at <= now:
                one = waiting.pop(0)
                (known if isinstance(one, LedgerFact) else changes).append(one)  # type: ignore[arg-type]
                day = self._touched(one)
                touched = min(touched or day, day)
            settled = last if self.knows_settled else None
            result = rate(
                RatingInput(
                    self.terms, tuple(known), tuple(changes), tuple(billed), now,
                    touched if settled else None, settled,
                )
            )  # fmt: skip
            assert result.next_due_at is None or result.next_due_at > now
            if result.spans:
                invoices.append((now, result.spans))
            billed += as_billed(result.spans, len(billed))
            last, due = self._local_date(now), result.next_due_at
        return invoices

    def _touched(self, one: LedgerFact | TermsChange) -> date:
        """The earliest date an entry reaches: its own, and that of what it corrects."""
        days = [self._local_date(one.effective_at)]
        corrects = one.corrects if isinstance(one, LedgerFact) else None
        while corrects:
            old = next(fact for fact in self.events if fact.entry_id == corrects)
            days.append(self._local_date(old.effective_at))
            corrects = old.corrects
        return min(days)

    def _local_date(self, instant: datetime) -> date:
        return instant.astimezone(ZoneInfo(self.terms.timezone)).date()


def as_billed(spans: Iterable[RatedSpan], number: int = 0) -> list[BilledSpan]:
    return [
        BilledSpan(
            f"span-{number + place}", span.period, span.seat_type, span.charges, span.kind,
            span.entry_ids, span.quantity,
        )
        for place, span in enumerate(spans)
    ]  # fmt: skip


def lines(
    invoices: Sequence[tuple[datetime, tuple[RatedSpan, ...]]],
) -> list[tuple[str, str, int, int]]:
    """Every line as (date, kind, quantity, minor units)."""
    return [
        (at.date().isoformat(), span.kind, span.quantity, span.amount_minor)
        for at, spans in invoices
        for span in spans
    ]


def total(invoices: Sequence[tuple[datetime, tuple[RatedSpan, ...]]]) -> int:
    return sum(span.amount_minor for _, spans in invoices for span in spans)


def days_later(day: str, days: int) -> date:
    return date.fromisoformat(day) + timedelta(days=days)
