"""In arrears: at the period's end, layer by layer, what was held from when to when. No negative lines."""

from billing.calc.charges import Cause, Charge, PeriodContext
from billing.calc.charges_advance import AdvanceBook
from billing.calc.fraction import NOTHING, Share, less, smaller
from billing.calc.layers import Account, Layer, Part, sum_parts
from billing.calc.pricing import PriceTerms
from billing.calc.rounding import round_parts
from billing.calc.simulate import Floor


class ArrearsBook(AdvanceBook):
    """The same shares as in advance, but each layer's charge and credit meet in one line at the end."""

    def __init__(self, context: PeriodContext) -> None:
        super().__init__(context)
        self.pieces: dict[tuple[str, int, int], Charge] = {}
        self.floors: dict[str, list[Part]] = {}
        self.floor_since: dict[str, int] = {}
        self.floor_seats: dict[str, int] = {}

    def _cap(self, charge: Charge) -> None:
        """Nothing is given back: a layer's charge and credit are one line."""

    def open(self, account: Account, size: int) -> None:
        context = self.context
        layer = account.push(
            size, context.clock.remaining(context.first), start=context.first,
            ids=self._opening_ids(account),
        )  # fmt: skip
        layer.is_opening = True

    def up(self, account: Account, size: int, tick: int, cause: Cause, floor: Floor) -> None:
        self._settle_floor(account, tick)
        layer = account.push(size, NOTHING, start=tick, ids=cause.ids)
        layer.share = self._layer_share(account, layer, tick)

    def down(self, account: Account, size: int, tick: int, cause: Cause, floor: Floor) -> None:
        self._settle_floor(account, tick)
        left = self.context.clock.remaining(tick)
        for layer in account.pop(size):
            credit = self.credit_share(layer, left)
            until = tick if credit else self.context.cut
            if not credit and self.context.cut < self.context.after:
                credit = smaller(self.context.clock.remaining(self.context.cut), layer.share)
            self._piece(account, layer, (layer.rate, less(layer.share, credit)), until, cause.ids)

    def rest(self, account: Account, tick: int, cause: Cause, floor: Floor) -> None:
        self._settle_floor(account, tick)

    def reprice(self, account: Account, price: PriceTerms | None, tick: int, cause: Cause) -> None:
        """Everything held so far is closed at the old price and goes on at the new one."""
        self._settle_floor(account, tick)
        old_price, old_ids = account.price, account.price_ids
        rates = [layer.rate for layer in account.layers]
        account.reprice(price, (*account.price_ids, *cause.ids))
        gain = sum(layer.rate for layer in account.layers) - sum(rates)
        limit = self._reprice_share(tick, gain)
        if not limit and gain:
            account.reprice(old_price, old_ids)
            return
        account.price = old_price
        for layer, rate in zip(account.layers, rates, strict=True):
            rest = smaller(limit, layer.share)
            self._piece(account, layer, (rate, less(layer.share, rest)), tick, ())
            layer.share, layer.start = rest, tick
            layer.ids = tuple(dict.fromkeys([*layer.ids, *cause.ids]))
        account.price = price
        account.floor_rate = account.rate_of(
            account.billed + account.floor_seats
        ) - account.rate_of(account.billed)

    def close(self, account: Account) -> None:
        cut = self.context.cut
        left = self.context.clock.remaining(cut)
        for layer in account.layers:
            share = less(layer.share, smaller(left, layer.share))
            self._piece(account, layer, (layer.rate, share), cut, ())
        self._settle_floor(account, cut)
        parts = sum_parts(self.floors.get(account.seat_type, []))
        if parts:
            cause = Cause(self.context.cut_second, 0, self._opening_ids(account))
            self._add(
                account, "minimum", "minimum", self.floor_seats[account.seat_type], parts,
                self.context.first, cause,
            ).after = cut  # fmt: skip
        self._finish(account)

    def _piece(
        self, account: Account, layer: Layer, part: Part, until: int, ids: tuple[str, ...]
    ) -> None:
        """A layer, or a part of one, from its start until a tick; pieces of one span are one line."""
        if not layer.size or not part[1]:
            return
        key = (account.seat_type, layer.start, until)
        ids = tuple(dict.fromkeys([*layer.ids, *ids]))
        known = self.pieces.get(key)
        if known is not None:
            known.quantity += layer.size
            known.parts = sum_parts([*known.parts, part])
            known.cause.ids = tuple(dict.fromkeys([*known.cause.ids, *ids]))
            return
        is_held = layer.is_opening and until == self.context.cut
        is_segment = layer.is_opening and bool(account.price_ids)
        kind = "recurring" if is_held or is_segment else "proration"
        label = f"arrears:{self._label(layer.start)}:{self._label(until)}"
        cause = Cause(self.context.cut_second, 0, ids)
        charge = self._add(account, label, kind, layer.size, [part], layer.start, cause)
        charge.after = until
        charge.is_shown_at_zero = kind == "recurring"
        self.pieces[key] = charge

    def _finish(self, account: Account) -> None:
        for (seat_type, _, _), charge in self.pieces.items():
            if seat_type == account.seat_type:
                charge.amount = round_parts(charge.parts, self.policy, seat_price=charge.seat_price)

        self._cap_sum([one for one in self.charges if one.seat_type == account.seat_type])

    def _cap_sum(self, charges: list[Charge]) -> None:
        """Where a volume price makes a part negative, the whole is still never below zero."""
        total = sum(charge.amount for charge in charges)
        for charge in charges:
            if total < 0 and charge.amount < 0:
                given = max(total, charge.amount)
                charge.amount, charge.is_capped = charge.amount - given, True
                total -= given

    def _settle_floor(self, account: Account, tick: int) -> None:
        """Add the floor's charge since it last moved."""
        seat_type = account.seat_type
        since = self.floor_since.get(seat_type, self.context.first)
        if account.floor_rate and tick > since:
            clock = self.context.clock
            share = less(clock.remaining(since), clock.remaining(tick))
            self.floors.setdefault(seat_type, []).append((account.floor_rate, share))
            self.floor_seats[seat_type] = max(
                self.floor_seats.get(seat_type, 0), account.floor_seats
            )
        self.floor_since[seat_type] = tick


class UsageBook(AdvanceBook):
    """User days: every seat for every day it was held, as one usage line at the period's end."""

    def __init__(self, context: PeriodContext) -> None:
        super().__init__(context)
        self.since: dict[str, int] = {}
        self.parts: dict[str, list[Part]] = {}
        self.floor_parts: dict[str, list[Part]] = {}
        self.days: dict[str, int] = {}
        self.ids: dict[str, list[str]] = {}
        self.most: dict[str, int] = {}

    def open(self, account: Account, size: int) -> None:
        account.push(size, self.context.clock.whole, start=self.context.first, ids=account.ids)
        seat_type = account.seat_type
        self.since[seat_type] = self.context.first
        self.ids[seat_type] = list(self._opening_ids(account))
        self.parts[seat_type], self.floor_parts[seat_type] = [], []
        self.days[seat_type], self.most[seat_type] = 0, size

    def up(self, account: Account, size: int, tick: int, cause: Cause, floor: Floor) -> None:
        self._count(account, tick, cause.ids)
        account.push(size, self.context.clock.whole, start=tick, ids=cause.ids)
        self.most[account.seat_type] = max(self.most[account.seat_type], account.billed)

    def down(self, account: Account, size: int, tick: int, cause: Cause, floor: Floor) -> None:
        self._count(account, tick, cause.ids)
        account.pop(size)

    def rest(self, account: Account, tick: int, cause: Cause, floor: Floor) -> None:
        self._count(account, tick, cause.ids)

    def reprice(self, account: Account, price: PriceTerms | None, tick: int, cause: Cause) -> None:
        self._count(account, tick, cause.ids)
        account.reprice(price, (*account.price_ids, *cause.ids))

    def close(self, account: Account) -> None:
        seat_type, cut = account.seat_type, self.context.cut
        self._count(account, cut, ())
        ids = tuple(dict.fromkeys(self.ids[seat_type]))
        cause = Cause(self.context.cut_second, 0, ids)
        parts = in_seat_units(sum_parts(self.parts[seat_type]), account)
        if self.days[seat_type]:
            charge = self._add(
                account, "usage", "usage", self.most[seat_type], parts, self.context.first, cause
            )
            charge.after, charge.seat_days = cut, self.days[seat_type]
        floor = sum_parts(self.floor_parts[seat_type])
        if floor:
            self._add(
                account, "minimum", "minimum", 1, floor, self.context.first, cause
            ).after = cut

    def _count(self, account: Account, tick: int, ids: tuple[str, ...]) -> None:
        """Use since the last boundary."""
        seat_type, clock = account.seat_type, self.context.clock
        since = self.since[seat_type]
        self.ids[seat_type].extend(ids)
        if tick <= since:
            return
        share = clock.between(since, tick)
        self.parts[seat_type].append((account.rate_of(account.billed), share))
        self.floor_parts[seat_type].append((account.floor_rate, share))
        per_day = 86400 // clock.tick_seconds if clock.tick_seconds else 1
        self.days[seat_type] += account.billed * (tick - since) // per_day
        self.since[seat_type] = tick


def in_seat_units(parts: list[Part], account: Account) -> list[Part]:
    """Use at one price for every seat as a single part: one seat's price for all its seat-days."""
    price = account.price
    if len(parts) < 2 or price is None or not price.is_linear:
        return parts
    seat_price = price.unit_price(1)
    kinds = {(share.denom, share.scale) for _, share in parts}
    if not seat_price or len(kinds) > 1 or any(rate % seat_price for rate, _ in parts):
        return parts
    ((denom, scale),) = kinds
    units = sum(rate // seat_price * share.numer for rate, share in parts)
    return [(seat_price, Share(units, denom, scale))]
