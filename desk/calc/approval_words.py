"""What a request asks for, in a few words for lists; the full sentence comes from its effect."""

from collections.abc import Callable, Mapping
from typing import Any

Terms = Mapping[str, Any]
SayMoney = Callable[[int], str]


def short_words(kind: str, terms: Terms, *, money: SayMoney) -> str:
    """Such as "20 % off member"; `money` writes minor units of the request's currency."""
    say = WORDS.get(kind)
    return say(terms, money) if say else ""


def discount(terms: Terms, money: SayMoney) -> str:
    seats = terms["seat_type"]
    if "ramp" in terms:
        steps = ", ".join(f"{step['percent']} % from {step['from']}" for step in terms["ramp"])
        return f"{steps} off {seats}"
    if "percent" in terms:
        return f"{terms['percent']} % off {seats}"
    return f"{money(terms['amount_minor'])} off each {seats} seat"


def proration(terms: Terms, money: SayMoney) -> str:
    count = len(terms["lines"])
    return "waive one proration line" if count == 1 else f"waive {count} proration lines"


def correction(terms: Terms, money: SayMoney) -> str:
    event = terms["event"]
    day = str(event.get("effective_at", "earlier"))[:10]
    return f"{event.get('kind', 'change').replace('_', ' ')} effective {day}"


def tax_override(terms: Terms, money: SayMoney) -> str:
    if "number" in terms:
        return f"take tax id {terms['number']} as valid"
    return " ".join(["tax as in", terms["country"], terms.get("region", "")]).strip()


def amount(verb: str) -> Callable[[Terms, SayMoney], str]:
    return lambda terms, money: f"{verb} {money(terms['amount_minor'])}"


WORDS: dict[str, Callable[[Terms, SayMoney], str]] = {
    "discount": discount,
    "free_seats": lambda terms, money: f"{terms['seats']:,} {terms['seat_type']} free",
    "price_override": lambda terms, money: (
        f"{money(terms['price_minor'])} for each {terms['seat_type']}"
    ),
    "proration_exception": proration,
    "credit": amount("credit"),
    "refund": amount("give back"),
    "write_off": amount("write off"),
    "backdated_correction": correction,
    "tax_override": tax_override,
    "dunning_pause": lambda terms, money: f"until {terms['until']}",
    "limit_raise": lambda terms, money: f"up to {terms['limit']:,} {terms['seat_type']}",
    "payment_terms": lambda terms, money: f"due after {terms['days']} days",
    "reopen_period": lambda terms, money: f"reopen {terms['month']}",
    "authority_change": lambda terms, money: f"a matrix of {len(terms['rules'])} rules",
}
