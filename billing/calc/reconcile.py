"""Expected minus billed: what a period still owes, as natural lines or as one adjustment a seat type."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from billing.calc.charges import Charge
from billing.calc.timeline import Ledger
from billing.calc.types import BilledSpan


@dataclass(slots=True)
class Owed:
    """
    A difference to bill: a charge under its own key, or (with `keys`) the net of several as an adjustment.

    `amount` is signed minor units; `already` what earlier spans billed under the key.
    """

    seat_type: str
    amount: int
    due: int
    rides: bool
    disposition: str
    charge: Charge | None
    already: int = 0
    keys: Mapping[str, int] | None = None
    expected: tuple[Charge, ...] = ()
    billed: tuple[BilledSpan, ...] = ()
    entry_ids: tuple[str, ...] = ()
    known: int = 0


@dataclass(frozen=True, slots=True)
class BilledPeriod:
    """What was rated for a period: minor units by key, the spans behind each key."""

    amounts: Mapping[str, int]
    spans: Mapping[str, tuple[BilledSpan, ...]]


Moved = dict[str, list[tuple[str, int]]]
NOT_BILLED = BilledPeriod({}, {})


def billed_period(spans: Iterable[BilledSpan]) -> BilledPeriod:
    amounts: dict[str, int] = {}
    by_key: dict[str, tuple[BilledSpan, ...]] = {}
    for span in spans:
        for key, minor in span.charges.items():
            amounts[key] = amounts.get(key, 0) + minor
            by_key[key] = (*by_key.get(key, ()), span)
    return BilledPeriod(amounts, by_key)


def reconcile(
    charges: Sequence[Charge], billed: BilledPeriod, ledger: Ledger, *, settled_at: int | None
) -> list[Owed]:
    """
    The differences of one period, whenever they are due.

    :param settled_at: second up to which everything due was rated, when the period is settled
    """
    if not billed.amounts and settled_at is None:
        return [_natural(charge, charge.amount, 0) for charge in charges if _is_shown(charge)]
    moved: Moved = {}
    by_key = {charge.key: charge for charge in charges}
    assert len(by_key) == len(charges), "two charges under one key"
    natural = _changed_keys(by_key, billed, ledger, moved, is_open=settled_at is None)
    for charge in charges:
        if charge.key in billed.amounts or not _is_shown(charge):
            continue
        is_late = settled_at is not None and (charge.due <= settled_at or not charge.is_deferred)
        if not is_late and not _belongs_to(charge, moved, billed, ledger):
            natural.append(_natural(charge, charge.amount, 0))
        elif charge.amount:
            moved.setdefault(charge.seat_type, []).append((charge.key, charge.amount))
    return natural + _adjustments(moved, by_key, billed, ledger)


def _changed_keys(
    by_key: Mapping[str, Charge],
    billed: BilledPeriod,
    ledger: Ledger,
    moved: Moved,
    *,
    is_open: bool,
) -> list[Owed]:
    """Keys whose billed amount is no longer right: more of the same as itself, the rest into `moved`."""
    natural = []
    for key, already in billed.amounts.items():
        charge = by_key.get(key)
        difference = (charge.amount if charge else 0) - already
        spans = billed.spans[key]
        if difference and charge and is_open and _only_more(charge, spans, ledger):
            natural.append(_natural(charge, difference, already, spans))
        elif difference:
            moved.setdefault(spans[0].seat_type, []).append((key, difference))
    return natural


def _adjustments(
    moved: Moved,
    by_key: Mapping[str, Charge],
    billed: BilledPeriod,
    ledger: Ledger,
) -> list[Owed]:
    """One for each seat type whose differences do not cancel out."""
    found = [
        _adjustment(seat_type, differences, by_key, billed, ledger)
        for seat_type, differences in moved.items()
    ]
    return [one for one in found if one.amount]


def _is_shown(charge: Charge) -> bool:
    return charge.amount != 0 or (charge.is_shown_at_zero and charge.quantity > 0)


def _natural(charge: Charge, amount: int, already: int, spans: tuple[BilledSpan, ...] = ()) -> Owed:
    return Owed(
        charge.seat_type, amount, charge.due, charge.rides, charge.disposition, charge, already,
        billed=spans, entry_ids=charge.cause.ids, known=charge.cause.second,
    )  # fmt: skip


def _only_more(charge: Charge, spans: tuple[BilledSpan, ...], ledger: Ledger) -> bool:
    """Whether more of the same happened at the same boundary, and nothing was corrected."""
    if not charge.key.startswith("change:"):
        return False
    before = {entry_id for span in spans for entry_id in span.entry_ids}
    now = set(charge.cause.ids)
    corrected = any(len(ledger.chains.get(one, ())) > 1 for one in now)
    return before < now and not corrected


def _belongs_to(
    charge: Charge,
    moved: Moved,
    billed: BilledPeriod,
    ledger: Ledger,
) -> bool:
    """Whether the charge is an earlier one under a new key: its entries are those of a key that changed."""
    keys = moved.get(charge.seat_type, ())
    if not keys:
        return False
    touched = {
        one
        for key, _ in keys
        for span in billed.spans.get(key, ())
        if not key.startswith("recurring:")
        for one in ledger.chain_of(span.entry_ids)
    }
    return not touched.isdisjoint(charge.cause.ids)


def _adjustment(
    seat_type: str,
    differences: list[tuple[str, int]],
    by_key: Mapping[str, Charge],
    billed: BilledPeriod,
    ledger: Ledger,
) -> Owed:
    """The net of all changed keys of a seat type, with every entry that was or is behind them."""
    keys = dict(differences)
    expected = tuple(by_key[key] for key in keys if key in by_key)
    spans = tuple(
        {span.span_id: span for key in keys for span in billed.spans.get(key, ())}.values()
    )
    named = [
        *(one for span in spans for one in span.entry_ids),
        *(one for charge in expected for one in charge.cause.ids),
    ]
    entry_ids = ledger.chain_of(named)
    known = max((ledger.known.get(one, 0) for one in entry_ids), default=0)
    known = max([known, *(charge.cause.known for charge in expected)])
    return Owed(
        seat_type, sum(keys.values()), 0, True, "invoice", None, keys=keys, expected=expected,
        billed=spans, entry_ids=entry_ids, known=known,
    )  # fmt: skip
