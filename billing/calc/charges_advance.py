"""In advance: the opening at the period's start, then each change for the time that is left."""

from datetime import date

from billing.calc.charges import Cause, Charge, PeriodContext
from billing.calc.fraction import NOTHING, Share, smaller
from billing.calc.layers import Account, Layer, Part, only_share, sum_parts
from billing.calc.pricing import PriceTerms
from billing.calc.rounding import round_parts
from billing.calc.simulate import Floor

FULL_PRICE = ("peak", "distinct")


class AdvanceBook:
    """Writes charges whose sum is what the policy bills for the period. Due dates come later."""

    def __init__(self, context: PeriodContext) -> None:
        self.context = context
        self.policy = context.policy
        self.is_paired = context.policy.line_style == "paired"
        self.charges: list[Charge] = []
        self.charged: dict[str, int] = {}

    def open(self, account: Account, size: int) -> None:
        context = self.context
        share = context.clock.remaining(context.first)
        layer = account.push(size, share, start=context.first, ids=account.ids)
        layer.is_opening = True
        if size:
            cause = Cause(context.start_second, context.start_second, self._opening_ids(account))
            charge = self._add(
                account, "recurring", "recurring", size, [(layer.rate, share)], context.first, cause
            )
            charge.is_shown_at_zero = True

    def up(self, account: Account, size: int, tick: int, cause: Cause, floor: Floor) -> None:
        """More seats: charged for the time left, less what a floor already paid for."""
        left = self.context.clock.remaining(tick)
        unused = account.unused(left) if self.is_paired else []
        before = account.billed
        layer = account.push(size, NOTHING, start=tick, ids=cause.ids)
        is_dearer = layer.rate >= 0
        layer.share = self._layer_share(account, layer, tick)
        absorbed = min(layer.rate, -floor.rate) if is_dearer and floor.rate < 0 else 0
        paid: list[Part] = [(layer.rate - absorbed, layer.share)]
        seats = size - min(size, max(0, -floor.seats)) if absorbed else size
        self._change(account, seats or size, tick, cause, paid, unused, before)
        if floor.rate + absorbed:
            self._floor(account, floor.rate + absorbed, layer.share, floor.seats, tick, cause)

    def down(self, account: Account, size: int, tick: int, cause: Cause, floor: Floor) -> None:
        """Fewer seats: credit by the policy, and what falls below the floor is charged again."""
        left = self.context.clock.remaining(tick)
        unused = account.unused(left) if self.is_paired else []
        before = account.billed
        taken = account.pop(size)
        parts = [(-layer.rate, self.credit_share(layer, left)) for layer in taken]
        self._change(account, size, tick, cause, parts, unused, before)
        if floor.rate and any(share for _, share in parts):
            share = only_share(sum_parts(parts)) or left
            self._floor(account, floor.rate, share, floor.seats, tick, cause)

    def rest(self, account: Account, tick: int, cause: Cause, floor: Floor) -> None:
        """The billed seats stay: remember what happened, and charge a floor that moved."""
        left = self.context.clock.remaining(tick)
        if floor.rate:
            key = "minimum" if tick == self.context.first and not account.floor_rate else ""
            self._floor(account, floor.rate, left, floor.seats, tick, cause, key=key)
        elif len(cause.ids) > 1:
            self._add(account, f"change:{self._label(tick)}", "proration", 0, [], tick, cause)

    def reprice(self, account: Account, price: PriceTerms | None, tick: int, cause: Cause) -> None:
        """Another price: what is unused at the old one goes back, what is left is charged at the new one."""
        old_price, old_ids, rates = (
            account.price,
            account.price_ids,
            [one.rate for one in account.layers],
        )
        account.reprice(price, (*account.price_ids, *cause.ids))
        gain = sum(layer.rate for layer in account.layers) - sum(rates)
        limit = self._reprice_share(tick, gain)
        if not limit and gain:
            account.reprice(old_price, old_ids)
            return
        shares = [smaller(limit, layer.share) for layer in account.layers]
        old = sum_parts([(-rate, share) for rate, share in zip(rates, shares, strict=True)])
        new = sum_parts(
            [(layer.rate, share) for layer, share in zip(account.layers, shares, strict=True)]
        )
        key, quantity = f"price:{self._label(tick)}", account.billed
        if quantity and gain:
            account.price = old_price
            self._add(account, f"{key}:unused", "credit", quantity, old, tick, cause)
            account.price = price
            self._add(account, f"{key}:remaining", "proration", quantity, new, tick, cause)
            self.charges[-1].is_increase = self.charges[-2].is_increase = gain > 0
        if account.floor_rate:
            self._reprice_floor(account, limit, tick, cause)

    def _reprice_floor(self, account: Account, share: Share, tick: int, cause: Cause) -> None:
        """The seats missing to a floor cost the new price too."""
        rate = account.rate_of(account.billed + account.floor_seats)
        rate -= account.rate_of(account.billed)
        if rate != account.floor_rate:
            key = f"price:{self._label(tick)}:minimum"
            gain, account.floor_rate = rate - account.floor_rate, rate
            self._floor(account, gain, share, account.floor_seats, tick, cause, key=key)

    def close(self, account: Account) -> None:
        """A period cut short gives back what is unused: all of it on a reset, by the policy at the end."""
        context = self.context
        if context.cut >= context.after or context.cut_cause is None:
            return
        left = context.clock.remaining(context.cut)
        if context.period.is_reset:
            parts, floor_share = [(-rate, share) for rate, share in account.unused(left)], left
        elif self.policy.decrease_effective == "period_end":
            return
        else:
            parts = [(-one.rate, self.credit_share(one, left)) for one in account.layers]
            floor_share = self._cheaper_share(left)
        cause = context.cut_cause
        ids = tuple(dict.fromkeys([*self._opening_ids(account), *cause.ids]))
        cause = Cause(cause.at, cause.known, ids)
        if account.billed:
            self._add(account, "cut", "credit", account.billed, parts, context.cut, cause)
        if account.floor_rate and floor_share:
            floor: list[Part] = [(-account.floor_rate, floor_share)]
            self._add(
                account, "cut:minimum", "minimum", account.floor_seats, floor, context.cut, cause
            )

    def increase_share(self, tick: int) -> Share:
        """How much of one interval an increase at this tick is charged."""
        clock, rule = self.context.clock, self.policy.increase_proration
        if rule == "full" or self.policy.aggregation in FULL_PRICE:
            return clock.remaining(self.context.first)
        if rule == "none":
            return NOTHING
        return clock.remaining(clock.next_subperiod(tick) if rule == "next_subperiod" else tick)

    def _layer_share(self, account: Account, layer: Layer, tick: int) -> Share:
        """
        How much of one interval a new layer counts.

        One that makes the whole cheaper (a volume price) gives back no more than the others were charged.
        """
        if layer.rate >= 0:
            return self.increase_share(tick)
        if layer.rate + sum(one.rate for one in account.layers if one.share) < 0:
            return NOTHING
        return self._cheaper_share(self.context.clock.remaining(tick))

    def credit_share(self, layer: Layer, left: Share) -> Share:
        """How much of one interval a removed layer gets back: never more than it was charged."""
        rule = self.policy.decrease_credit
        if layer.rate > 0 and rule == "none":
            return NOTHING
        if layer.rate > 0 and rule == "full":
            return layer.share
        return smaller(left, layer.share)

    def _cheaper_share(self, left: Share) -> Share:
        """How much of one interval counts when the bill falls although seats did not leave."""
        if self.policy.decrease_effective == "period_end" or self.policy.decrease_credit == "none":
            return NOTHING
        if self.policy.decrease_credit == "full":
            return self.context.clock.remaining(self.context.first)
        return left

    def _reprice_share(self, tick: int, gain: int) -> Share:
        if gain >= 0:
            return self.increase_share(tick)
        return self._cheaper_share(self.context.clock.remaining(tick))

    def _change(
        self, account: Account, size: int, tick: int, cause: Cause,
        parts: list[Part], unused: list[Part], before: int,
    ) -> None:  # fmt: skip
        """One net line, or the pair: unused time at the old quantity, remaining time at the new."""
        key, parts = f"change:{self._label(tick)}", sum_parts(parts)
        is_up = sum(rate for rate, _ in parts) > 0
        if not self.is_paired or not parts:
            kind = "proration" if is_up or not parts else "credit"
            self._add(account, key, kind, size, parts, tick, cause).is_increase = is_up
            return
        old = sum_parts([(-rate, share) for rate, share in unused])
        if before and old:
            self._add(
                account, f"{key}:unused", "credit", before, old, tick, cause
            ).is_increase = is_up
        new = sum_parts(unused + parts)
        if account.billed and new:
            self._add(
                account, f"{key}:remaining", "proration", account.billed, new, tick, cause
            ).is_increase = is_up

    def _floor(
        self, account: Account, rate: int, share: Share, seats: int, tick: int, cause: Cause,
        *, key: str = "",
    ) -> None:  # fmt: skip
        self._add(
            account, key or f"minimum:{self._label(tick)}", "minimum", abs(seats) or 1,
            sum_parts([(rate, share)]), tick, cause,
        )  # fmt: skip

    def _add(
        self, account: Account, key: str, kind: str, quantity: int, parts: list[Part], tick: int,
        cause: Cause,
    ) -> Charge:  # fmt: skip
        price = account.price
        unit_price = account.unit_price(account.billed)
        seat_price = unit_price if price is not None and price.is_linear else None
        charge = Charge(
            f"{key}:{account.seat_type}", kind, account.seat_type, price.key if price else "",
            quantity, unit_price, seat_price, parts,
            round_parts(parts, self.policy, seat_price=seat_price), tick, self.context.after, cause,
        )  # fmt: skip
        self.charges.append(charge)
        self._cap(charge)
        return charge

    def _cap(self, charge: Charge) -> None:
        """A credit gives back no more than its seat type was charged in the period, to the last cent."""
        before = self.charged.get(charge.seat_type, 0)
        if charge.amount < 0 and before + charge.amount < 0:
            charge.amount, charge.is_capped = -before, True
        self.charged[charge.seat_type] = before + charge.amount

    def _opening_ids(self, account: Account) -> tuple[str, ...]:
        if not account.price_ids:
            return account.ids
        return tuple(dict.fromkeys([*account.ids, *account.price_ids]))

    def _label(self, tick: int) -> str:
        """A boundary as it appears in keys: its date, or its second or minute since 1970."""
        if self.context.clock.tick_seconds:
            return str(tick)
        return date.fromordinal(tick).isoformat()
