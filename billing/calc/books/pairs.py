"""An entry of many legs as rows of one debit and one credit account, for formats that know only those."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Side:
    """An account with signed minor units, positive is debit."""

    account: str
    minor: int
    text: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A positive amount in minor units that debits one account and credits the other."""

    debit: str
    credit: str
    minor: int
    text: str = ""
    document: str = ""


def pairs(sides: Sequence[Side]) -> tuple[Pair, ...]:
    """
    Debits set against credits in their order; each account's sum stays what it was.

    An entry whose sides do not add up to zero leaves a rest nobody may overlook.

    :raises ValueError: if the sides do not add up to zero
    """
    if sum(side.minor for side in sides):
        raise ValueError("Only an entry that adds up to zero can be told in pairs.")
    debits = [side for side in sides if side.minor > 0]
    credits = [side for side in sides if side.minor < 0]
    found = []
    left_debit = left_credit = 0
    while debits or left_debit:
        if not left_debit:
            debit = debits.pop(0)
            left_debit = debit.minor
        if not left_credit:
            credit = credits.pop(0)
            left_credit = -credit.minor
        minor = min(left_debit, left_credit)
        found.append(
            Pair(
                debit=debit.account,
                credit=credit.account,
                minor=minor,
                text=credit.text or debit.text,
                document=debit.document or credit.document,
            )
        )
        left_debit -= minor
        left_credit -= minor
    return tuple(found)
