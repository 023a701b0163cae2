"""A request in words: what is asked in one sentence, how it stands to policy, and what waits for it."""

from collections.abc import Callable, Iterator
from typing import Any

from accounts.enums import ExceptionKind
from accounts.models import AuthorityRule, ExceptionRequest
from accounts.operations.request_exception import Asking
from billing.documents.staff_text import staff_money
from billing.enums import InvoiceState
from billing.models import Invoice, Payment, PeriodClose, Subscription

Wish = ExceptionRequest | Asking


def sentence_of(wish: Wish) -> str:
    """What is asked, for whom, from when to when."""
    text = SENTENCES[wish.kind].format_map(Words(wish))
    for_whom = f" for {wish.customer.legal_name}" if wish.customer else ""
    return f"{text}{for_whom}{time_words(wish)}".rstrip(".") + "."


class Words(dict[str, Any]):
    """The terms, with amounts written for the currency."""

    def __init__(self, wish: Wish) -> None:
        super().__init__(wish.terms)
        self.wish = wish

    def __missing__(self, name: str) -> str:
        return WORDS[name](self.wish)


def money(wish: Wish, minor: int) -> str:
    return staff_money(minor, wish.currency)


def off_words(wish: Wish) -> str:
    """How much less, however it was said."""
    terms = wish.terms
    if "percent" in terms:
        return f"{terms['percent']} % off"
    if "amount_minor" in terms:
        return f"{money(wish, terms['amount_minor'])} off each seat of"
    steps = sorted(terms["ramp"], key=lambda one: str(one["from"]))
    return ", then ".join(f"{one['percent']} % from {one['from']}" for one in steps) + " off"


def evidence_words(wish: Wish) -> str:
    terms = wish.terms
    if "number" in terms:
        return f"the tax id {terms['number']} as valid"
    place = " ".join(
        filter(None, (terms.get("postal_code"), terms.get("region"), terms["country"]))
    )
    return f"{place} as the place of use"


def subject_words(wish: Wish) -> str:
    """The subject as people call it."""
    rows = {
        "subscription": Subscription.objects.values_list("external_id", flat=True),
        "invoice": Invoice.objects.values_list("number", flat=True),
    }
    found = rows[wish.subject_kind].filter(pk=wish.subject).first()
    return str(found or "")


def payment_words(wish: Wish) -> str:
    payment = Payment.objects.get(pk=wish.subject)
    return f"the payment of {money(wish, payment.amount_minor)} of {payment.paid_on}"


def close_words(wish: Wish) -> str:
    close = PeriodClose.objects.select_related("billing_entity").get(pk=wish.subject)
    return close.billing_entity.legal_name


WORDS: dict[str, Callable[[Wish], str]] = {
    "off": off_words,
    "evidence": evidence_words,
    "subject": subject_words,
    "payment": payment_words,
    "seller": close_words,
    "amount": lambda wish: money(wish, wish.terms["amount_minor"]),
    "price": lambda wish: money(wish, wish.terms["price_minor"]),
    "count": lambda wish: str(len(wish.terms.get("lines") or wish.terms.get("rules") or ())),
    "event_kind": lambda wish: str(wish.terms["event"].get("kind", "")).replace("_", " "),
}
SENTENCES: dict[str, str] = {
    ExceptionKind.DISCOUNT: "{off} the list price of {seat_type} seats of {subject}",
    ExceptionKind.FREE_SEATS: "{seats} {seat_type} seats of {subject} free of charge",
    ExceptionKind.PRICE_OVERRIDE: "{price} for each {seat_type} seat of {subject} in place of the list price",
    ExceptionKind.PRORATION_EXCEPTION: "Give back {count} prorated lines of {subject}",
    ExceptionKind.CREDIT: "Credit {amount} of {subject}",
    ExceptionKind.REFUND: "Refund {amount} of {payment}",
    ExceptionKind.WRITE_OFF: "Write off {amount} of {subject}",
    ExceptionKind.BACKDATED_CORRECTION: "Record a {event_kind} of {subject} that reaches into a closed month",
    ExceptionKind.TAX_OVERRIDE: "Accept {evidence} on the word of {source}",
    ExceptionKind.DUNNING_PAUSE: "Pause recovery until {until}",
    ExceptionKind.LIMIT_RAISE: "Allow up to {limit} {seat_type} seats of {subject}",
    ExceptionKind.PAYMENT_TERMS: "{days} days to pay",
    ExceptionKind.REOPEN_PERIOD: "Reopen {month} of {seller}",
    ExceptionKind.AUTHORITY_CHANGE: "Replace the authority matrix by one of {count} rules",
}  # fmt: skip
assert set(SENTENCES) == set(ExceptionKind.values)


def time_words(wish: Wish) -> str:
    if wish.starts_on and wish.ends_on:
        return f", from {wish.starts_on} until {wish.ends_on}"
    return f", from {wish.starts_on} on" if wish.starts_on else ""


def policy_words(wish: Wish) -> Iterator[str]:
    """How the request stands to the list price and to the matrix."""
    economics = wish if isinstance(wish, ExceptionRequest) else wish.economics
    if economics and economics.list_minor is not None and economics.realized_minor is not None:
        listed, realized = economics.list_minor, economics.realized_minor
        share = f" ({(listed - realized) * 100 // listed} % less)" if listed else ""
        yield (
            f"The list price of the seats held is {money(wish, listed)} an interval; asked is "
            f"{money(wish, realized)}{share}."
        )
        yield f"Over the term that gives away {money(wish, economics.leakage_minor or 0)}."
    if isinstance(wish, ExceptionRequest):
        yield rule_words(wish.rule)


def rule_words(rule: AuthorityRule) -> str:
    """What the matrix asks for."""
    people = "two people" if rule.approvers == 2 else "one person"
    limit = "any amount"
    if rule.up_to_minor is not None:
        limit = f"up to {staff_money(rule.up_to_minor, rule.currency)}"
    again = " Whoever approves signs in again for it." if rule.needs_step_up else ""
    return (
        f"The authority matrix ({limit}) asks for {people} of role {rule.role}, none of them who "
        f"asked.{again}"
    )


def blocks_words(wish: Wish) -> Iterator[str]:
    """What waits until it is decided."""
    is_pending = isinstance(wish, ExceptionRequest) and wish.state in ("requested", "sent_back")
    if not (isinstance(wish, ExceptionRequest) and wish.blocks_drafts and is_pending):
        return
    drafts = Invoice.objects.filter(
        customer=wish.customer_id, state=InvoiceState.DRAFT, credits=None
    ).count()
    if drafts:
        noun = "draft waits" if drafts == 1 else "drafts wait"
        yield f"{drafts} {noun} for this decision and will not be issued before."
    else:
        yield "No draft waits for it now; the next one would."
