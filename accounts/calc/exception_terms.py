"""What each kind of exception must say, and what it holds up until it is decided."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.calc.refusals import TermsInvalid

Check = Callable[[str, Any], Any]


def whole(least: int, most: int) -> Check:
    """A whole number within limits, both included."""

    def check(field: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise TermsInvalid(field, f"give a whole number from {least:,} to {most:,}")
        return value

    return check


def text(most: int, *choices: str) -> Check:
    """A text that is not empty, or one of the choices."""

    def check(field: str, value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > most:
            raise TermsInvalid(field, f"give a text of up to {most} characters")
        if choices and value not in choices:
            raise TermsInvalid(field, f"give one of {', '.join(choices)}")
        return value.strip()

    return check


def day(field: str, value: Any) -> str:
    """A date as YYYY-MM-DD."""
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError) as error:
        raise TermsInvalid(field, "give a date as YYYY-MM-DD") from error


def record(field: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not value:
        raise TermsInvalid(field, "give an object")
    return value


def many(each: Check, most: int) -> Check:
    """A list that is not empty."""

    def check(field: str, value: Any) -> list[Any]:
        if not isinstance(value, list) or not 0 < len(value) <= most:
            raise TermsInvalid(field, f"give a list of 1 to {most}")
        return [each(f"{field}[{index}]", one) for index, one in enumerate(value)]

    return check


def ramp_step(field: str, value: Any) -> dict[str, Any]:
    """`{"from": date, "percent": 1 to 100}`; percent off the list price from that day on."""
    known = record(field, value)
    if set(known) != {"from", "percent"}:
        raise TermsInvalid(field, 'give {"from": "2026-01-01", "percent": 30}')
    return {
        "from": day(f"{field}.from", known["from"]),
        "percent": whole(0, 100)(field, known["percent"]),
    }


PERCENT = whole(1, 100)
AMOUNT = whole(1, 10**12)
CODE = text(100)


@dataclass(frozen=True, slots=True)
class KindNeeds:
    """
    The shape of a kind: fields it must have, may have, and of which it must have exactly one.

    `is_price` marks departures from the list price: they name their economics and end on a day.
    """

    subject: str
    must: Mapping[str, Check]
    may: Mapping[str, Check]
    one_of: Sequence[str] = ()
    is_price: bool = False
    blocks_drafts: bool = False
    needs_customer_text: bool = False
    needs_attachment: bool = False


NEEDS: dict[str, KindNeeds] = {
    "discount": KindNeeds(
        "subscription",
        {"seat_type": CODE},
        {"percent": PERCENT, "amount_minor": AMOUNT, "ramp": many(ramp_step, 24)},
        one_of=("percent", "amount_minor", "ramp"),
        is_price=True, blocks_drafts=True, needs_customer_text=True,
    ),
    "free_seats": KindNeeds(
        "subscription", {"seat_type": CODE, "seats": whole(1, 100_000)}, {},
        is_price=True, blocks_drafts=True, needs_customer_text=True,
    ),
    "price_override": KindNeeds(
        "subscription", {"seat_type": CODE, "price_minor": whole(0, 10**12)}, {},
        is_price=True, blocks_drafts=True, needs_customer_text=True,
    ),
    "proration_exception": KindNeeds(
        "subscription", {"lines": many(CODE, 100)}, {},
        blocks_drafts=True, needs_customer_text=True,
    ),
    "credit": KindNeeds(
        "invoice", {"amount_minor": AMOUNT},
        {"settlement": text(7, "balance", "refund", "invoice"), "credit_reason": text(20)},
        needs_customer_text=True,
    ),
    "refund": KindNeeds("payment", {"amount_minor": AMOUNT}, {}),
    "write_off": KindNeeds("invoice", {"amount_minor": AMOUNT}, {}),
    "backdated_correction": KindNeeds("subscription", {"event": record}, {}, needs_customer_text=True),
    "tax_override": KindNeeds(
        "customer", {"source": text(90)},
        {"number": text(32), "country": text(2), "region": text(3), "postal_code": text(20)},
        one_of=("number", "country"),
        blocks_drafts=True, needs_attachment=True,
    ),
    "dunning_pause": KindNeeds("customer", {"until": day}, {}),
    "limit_raise": KindNeeds("subscription", {"seat_type": CODE, "limit": whole(1, 10_000_000)}, {}),
    "payment_terms": KindNeeds("customer", {"days": whole(0, 365)}, {}, needs_customer_text=True),
    "reopen_period": KindNeeds("period_close", {"month": text(7)}, {}),
    "authority_change": KindNeeds("authority_matrix", {"rules": many(record, 500)}, {}),
}  # fmt: skip


def checked_terms(kind: str, terms: Mapping[str, Any]) -> dict[str, Any]:
    """
    The terms in canonical form.

    :raises TermsInvalid: naming the field that is missing, unknown or out of range
    """
    needs = NEEDS[kind]
    known = {**needs.must, **needs.may}
    for field in terms:
        if field not in known:
            raise TermsInvalid(field, f"unknown; this kind takes {', '.join(sorted(known))}")
    for field in needs.must:
        if field not in terms:
            raise TermsInvalid(field, "is missing")
    given = [field for field in needs.one_of if field in terms]
    if needs.one_of and len(given) != 1:
        raise TermsInvalid(
            given[0] if given else needs.one_of[0], f"give exactly one of {', '.join(needs.one_of)}"
        )
    return {field: known[field](field, value) for field, value in sorted(terms.items())}
