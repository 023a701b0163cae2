"""Play one period: seats come and go, prices change, floors hold; a book writes down what each costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from billing.calc.charges import Cause, PeriodContext
from billing.calc.layers import Account
from billing.calc.pricing import PriceTerms
from billing.calc.terms_timeline import DatedChange
from billing.calc.timeline import Effect, trace_of

AGGREGATED = ("snapshot", "peak", "distinct", "whole_period_only")
Floors = dict[str, tuple[int, int]]


class Book(Protocol):
    """Turns movements of an account into charges. `floor` is the change of the account's floor rate."""

    def open(self, account: Account, size: int) -> None: ...
    def up(self, account: Account, size: int, tick: int, cause: Cause, floor: "Floor") -> None: ...
    def down(
        self, account: Account, size: int, tick: int, cause: Cause, floor: "Floor"
    ) -> None: ...
    def rest(self, account: Account, tick: int, cause: Cause, floor: "Floor") -> None: ...
    def reprice(
        self, account: Account, price: PriceTerms | None, tick: int, cause: Cause
    ) -> None: ...
    def close(self, account: Account) -> None: ...


@dataclass(frozen=True, slots=True)
class Floor:
    """How the amount missing to the minimum changes: minor units for one interval, and seats."""

    rate: int = 0
    seats: int = 0


SAME_FLOOR = Floor()


@dataclass(slots=True)
class Tick:
    """All that happens at one boundary."""

    effects: dict[str, list[Effect]] = field(default_factory=dict)
    changes: list[DatedChange] = field(default_factory=list)


@dataclass(slots=True)
class Play:
    """
    A period being played: its accounts in the order lines show them, and its boundaries.

    `is_linked`: a ratio, minimum or commitment lets one account move another or its floor.
    """

    context: PeriodContext
    book: Book
    accounts: dict[str, Account]
    ticks: dict[int, Tick]
    commitment: Mapping[str, int]
    totals: dict[str, int] = field(default_factory=dict)
    is_linked: bool = False


def play_period(
    context: PeriodContext,
    book: Book,
    *,
    seat_types: Sequence[str],
    effects: Mapping[str, list[Effect]],
    prices: Mapping[str, PriceTerms],
    price_ids: tuple[str, ...],
    changes: Sequence[DatedChange],
    commitment: Mapping[str, int],
) -> None:
    """Open the accounts, move them through every boundary before the cut, close them."""
    play = Play(context, book, {}, {}, commitment)
    for seat_type in seat_types:
        account = Account(seat_type, prices.get(seat_type), price_ids)
        play.accounts[seat_type] = _enter(play, account, effects.get(seat_type, ()))
    for dated in changes:
        tick = _tick(context, dated.day, dated.second)
        if tick < context.cut and not is_opening(context, tick, dated.second):
            play.ticks.setdefault(tick, Tick()).changes.append(dated)

    is_total = context.policy.billing_timing == "in_arrears" and (
        context.policy.aggregation in AGGREGATED
    )
    _open(play, is_total=is_total)
    play.is_linked = bool(context.policy.minimum_seats or commitment) or any(
        account.price is not None and account.price.ratio_of for account in play.accounts.values()
    )
    move = _count if is_total else _step
    for tick in sorted(play.ticks):
        move(play, tick, play.ticks[tick])
    for account in play.accounts.values():
        if is_total:
            book.open(account, play.totals[account.seat_type])
        book.close(account)


def _enter(play: Play, account: Account, history: Sequence[Effect]) -> Account:
    """Count the seats an account opens with; what comes later waits at its boundary."""
    opening = _sort_effects(play, account.seat_type, history)
    account.seats = max(0, sum(effect.delta for effect in opening))
    account.ids = trace_of(opening)
    if play.context.policy.aggregation == "distinct":
        account.persons = _persons(opening)
    return account


def _tick(context: PeriodContext, day: int, second: int) -> int:
    tick_seconds = context.clock.tick_seconds
    return second // tick_seconds if tick_seconds else day


def is_opening(context: PeriodContext, tick: int, at: int) -> bool:
    """A period opens with what was before it, and with what happened by its first instant."""
    return tick < context.first or (tick <= context.opens_tick and at <= context.opens_until)


def _sort_effects(play: Play, seat_type: str, history: Sequence[Effect]) -> list[Effect]:
    """Effects of the opening; later ones of the period go to their boundary."""
    context, opening = play.context, []
    for effect in history:
        tick = _tick(context, effect.day, effect.second)
        if effect.is_start or is_opening(context, tick, effect.at):
            opening.append(effect)
        elif tick < context.cut:
            boundary = play.ticks.setdefault(max(tick, context.first), Tick())
            boundary.effects.setdefault(seat_type, []).append(effect)
    return opening


def _persons(effects: Sequence[Effect]) -> set[str]:
    """Named people who hold a seat after these effects."""
    held: set[str] = set()
    for effect in effects:
        if effect.left is not None:
            held.discard(effect.left)
        if effect.grantee is not None:
            (held.discard if effect.delta < 0 else held.add)(effect.grantee)
    return held


def _open(play: Play, *, is_total: bool) -> None:
    accounts = play.accounts
    wanted = {seat_type: _billable(play, account) for seat_type, account in accounts.items()}
    if is_total:
        play.totals = wanted
        return
    for seat_type, account in accounts.items():
        play.book.open(account, wanted[seat_type])
    for seat_type, (rate, seats) in _floors(play, wanted).items():
        account = accounts[seat_type]
        cause = Cause(play.context.start_second, play.context.start_second, account.ids)
        if rate:
            play.book.rest(account, play.context.first, cause, Floor(rate, seats))
        account.floor_rate, account.floor_seats = rate, seats


def _billable(play: Play, account: Account) -> int:
    price = account.price
    if price is None:
        return 0
    ratio = play.accounts.get(price.ratio_of) if price.ratio_of else None
    return price.billable_seats(account.seats, ratio.seats if ratio else 0)


def _move_seats(play: Play, tick: Tick) -> None:
    """Count the seats after the boundary; distinct people are only ever added."""
    is_distinct = play.context.policy.aggregation == "distinct"
    for seat_type, effects in tick.effects.items():
        account = play.accounts.get(seat_type)
        if account is None:
            continue
        for effect in effects:
            if not is_distinct:
                account.seats += effect.delta
            elif effect.grantee is None:
                account.seats += max(0, effect.delta)
            elif effect.delta >= 0 and effect.grantee not in account.persons:
                account.persons.add(effect.grantee)
                account.seats += max(1, effect.delta)


def _count(play: Play, _: int, tick: Tick) -> None:
    """One boundary of a period that is billed by a single number at its end."""
    for dated in tick.changes:
        for account in play.accounts.values():
            account.price = _price_after(dated, account.seat_type, account.price)
    _move_seats(play, tick)
    choose = {"peak": max, "distinct": max, "whole_period_only": min}
    for seat_type, account in play.accounts.items():
        account.ids = tuple(dict.fromkeys([*account.ids, *_ids(tick.effects.get(seat_type, ()))]))
        wanted = _billable(play, account)
        pick = choose.get(play.context.policy.aggregation)
        play.totals[seat_type] = pick(play.totals[seat_type], wanted) if pick else wanted


def _step(play: Play, tick: int, at_tick: Tick) -> None:
    """One boundary: prices first, then seats, then what the floors make of it."""
    if at_tick.changes:
        _reprice(play, tick, at_tick)
    _move_seats(play, at_tick)
    if play.is_linked or at_tick.changes:
        _step_all(play, tick, at_tick)
        return
    for seat_type in filter(play.accounts.__contains__, at_tick.effects):
        moved = play.accounts[seat_type]
        size = _target(play, moved, _billable(play, moved)) - moved.billed
        _write(play.book, moved, size, tick, _cause(at_tick, seat_type), SAME_FLOOR)


def _reprice(play: Play, tick: int, at_tick: Tick) -> None:
    """Only the last of several prices on one boundary counts; all their entries explain it."""
    changes = at_tick.changes
    cause = Cause(
        max(dated.second for dated in changes),
        max(dated.known for dated in changes),
        tuple(dict.fromkeys(one for dated in changes for one in dated.change.entry_ids)),
    )
    for account in play.accounts.values():
        price = account.price
        for dated in changes:
            price = _price_after(dated, account.seat_type, price)
        if price != account.price:
            play.book.reprice(account, price, tick, cause)


def _step_all(play: Play, tick: int, at_tick: Tick) -> None:
    """One boundary where accounts depend on each other, or prices changed."""
    wanted = {
        seat_type: _target(play, account, _billable(play, account))
        for seat_type, account in play.accounts.items()
    }
    floors = _floors(play, wanted)
    for seat_type, account in play.accounts.items():
        rate, seats = floors.get(seat_type, (0, 0))
        floor = Floor(rate - account.floor_rate, seats - account.floor_seats)
        size = wanted[seat_type] - account.billed
        if size or floor.rate or seat_type in at_tick.effects:
            _write(play.book, account, size, tick, _cause(at_tick, seat_type), floor)
            account.floor_rate, account.floor_seats = rate, seats


def _write(book: Book, account: Account, size: int, tick: int, cause: Cause, floor: Floor) -> None:
    if size > 0:
        book.up(account, size, tick, cause, floor)
    elif size < 0:
        book.down(account, -size, tick, cause, floor)
    else:
        book.rest(account, tick, cause, floor)


def _price_after(dated: DatedChange, seat_type: str, price: PriceTerms | None) -> PriceTerms | None:
    """A new plan names all its prices; a price change only those that change."""
    change = dated.change
    if change.plan_key is not None:
        return change.prices.get(seat_type)
    return change.prices.get(seat_type, price)


def _target(play: Play, account: Account, billable: int) -> int:
    """The seats to bill from now on, by aggregation and by when decreases take effect."""
    policy = play.context.policy
    if policy.aggregation in ("snapshot", "whole_period_only"):
        return account.billed
    if policy.aggregation == "user_days":
        return billable
    if policy.aggregation in ("ratchet", "peak") or policy.decrease_effective == "period_end":
        return max(account.billed, billable)
    return billable


def _ids(effects: Sequence[Effect]) -> list[str]:
    return [entry_id for effect in effects for entry_id in effect.ids]


def _cause(tick: Tick, seat_type: str) -> Cause:
    """The type's own effects, or where it has none (a ratio, a shared floor) all of the boundary's."""
    effects = tick.effects.get(seat_type) or [
        effect for others in tick.effects.values() for effect in others
    ]
    if effects:
        return Cause(
            max(effect.second for effect in effects),
            max(effect.known for effect in effects),
            tuple(dict.fromkeys(_ids(effects))),
            tuple(sorted(max(effect.second, effect.known) for effect in effects)),
        )
    last = tick.changes[-1]
    return Cause(last.second, last.known, last.change.entry_ids)


def _floors(play: Play, billed: Mapping[str, int]) -> Floors:
    """What is missing to the commitments and to the minimum: minor units for one interval, and seats."""
    minimum, commitment = play.context.policy.minimum_seats, play.commitment
    if not minimum and not commitment:
        return {}
    floors: Floors = {}
    for account in play.accounts.values():
        if account.price is None or not account.price.billable:
            continue
        quantity = billed[account.seat_type]
        short = max(0, commitment.get(account.seat_type, 0) - quantity)
        floors[account.seat_type] = (0, short)
    held = sum(billed[seat_type] + short for seat_type, (_, short) in floors.items())
    if floors and held < minimum:
        first = next(iter(floors))
        floors[first] = (0, floors[first][1] + minimum - held)
    return {
        seat_type: (_floor_rate(play.accounts[seat_type], billed[seat_type], short), short)
        for seat_type, (_, short) in floors.items()
    }


def _floor_rate(account: Account, quantity: int, short: int) -> int:
    return account.rate_of(quantity + short) - account.rate_of(quantity)
