"""What an exception would change, computed by the code that would change it, and stopped before."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from accounts.calc.exception_terms import NEEDS
from accounts.models import Customer, ExceptionRequest
from accounts.operations.request_exception import Asking
from billing.enums import CreditScope, InvoiceState
from billing.models import Invoice, InvoiceLine, Payment, Receivable, Subscription
from billing.operations.estimate_credit import CreditAsk, CreditEstimate, estimate_credit
from billing.operations.grants.prices import PRICE_KINDS, step_at, step_event, steps_asked
from billing.operations.preview_invoice import Preview, preview_invoice
from billing.operations.rate_periods import last_ratings
from billing.operations.request_refund import refundable_minor
from billing.queries.credit import credit_balance
from billing.records.exception_words import blocks_words, policy_words, sentence_of
from billing.records.incoming import IncomingEvent, incoming_of
from kernel.refusal import Refusal

Wish = ExceptionRequest | Asking


@dataclass(frozen=True, slots=True)
class PaperLine:
    description: str
    formula: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Paper:
    """An invoice as it would be: minor units of `currency`, tax None while it cannot be decided."""

    title: str
    currency: str
    lines: tuple[PaperLine, ...]
    subtotal_minor: int
    tax_minor: int | None
    total_minor: int


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount beside what it would become, in minor units of the request's currency."""

    label: str
    before_minor: int
    after_minor: int


@dataclass(frozen=True, slots=True)
class Effect:
    """
    `before` and `after` are the next invoice without and with it, where it changes one.

    `digest` is over everything shown; a decision is refused when it is another one by then.
    """

    sentence: str
    before: Paper | None
    after: Paper | None
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Shown:
    before: Paper | None = None
    after: Paper | None = None
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()


def foresee_exception(wish: Wish, *, at: datetime) -> Effect:
    """
    The effect of a request, stored or still being written. Writes nothing.

    What can no longer be done is said as a note: carrying it out would be refused.
    """
    foresee = FORESEERS.get(wish.kind)
    try:
        shown = foresee(wish, at) if foresee else Shown()
    except Refusal as refusal:
        shown = Shown(notes=(f"It could not be carried out now: {refusal}",))
    notes = (*policy_words(wish), *shown.notes, *blocks_words(wish))
    seen = [
        wish.terms,
        str(wish.ends_on),
        [asdict(one) if one else None for one in (shown.before, shown.after)],
    ]
    seen += [[asdict(one) for one in shown.figures], list(shown.notes)]
    text = json.dumps(seen, sort_keys=True, default=str)
    return Effect(
        sentence=sentence_of(wish),
        before=shown.before,
        after=shown.after,
        figures=shown.figures,
        notes=notes,
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )


def foresee_price(wish: Wish, at: datetime) -> Shown:
    """The next invoice at the price it has and at the price asked for."""
    subscription = subscription_of(wish)
    if isinstance(wish, ExceptionRequest) and wish.carried_out_at:
        return Shown(notes=("It has been carried out; the invoices show it.",))
    steps = steps_asked(wish, subscription, at=at)
    if not steps:
        return Shown(notes=("It names no day on which anything would change.",))
    events = [step_event(step, wish, subscription, name="preview") for step in steps]
    first = step_at(steps[0], subscription)
    return compared(subscription, events, at=at, not_before=first)


def foresee_correction(wish: Wish, at: datetime) -> Shown:
    return compared(subscription_of(wish), [incoming_of(wish.terms["event"])], at=at)


def compared(
    subscription: Subscription,
    events: Sequence[IncomingEvent],
    *,
    at: datetime,
    not_before: datetime | None = None,
) -> Shown:
    """
    The invoice without and with these events.

    An open draft takes what changes behind it, so then it is the draft with what would join it;
    otherwise it is the next invoice, at the earliest the one of `not_before`.
    """
    drafts = list(
        Invoice.objects.filter(
            lines__rated_span__subscription=subscription, state=InvoiceState.DRAFT
        ).distinct()
    )
    as_of = last_ratings([subscription]).get(subscription.pk) if drafts else None
    before = preview_invoice(subscription_id=subscription.pk, at=at, as_of=as_of)
    if as_of is None and not_before and not_before > before.as_of:
        before = preview_invoice(subscription_id=subscription.pk, at=at, as_of=not_before)
    after = preview_invoice(
        subscription_id=subscription.pk, events=events, at=at, as_of=before.as_of
    )
    drafted = drafted_lines(subscription)
    return Shown(
        before=paper("Without it", before, drafted),
        after=paper("With it", after, drafted),
    )


def drafted_lines(subscription: Subscription) -> tuple[PaperLine, ...]:
    """What is on the subscription's drafts already."""
    lines = InvoiceLine.objects.filter(
        rated_span__subscription=subscription, invoice__state=InvoiceState.DRAFT
    ).order_by("invoice", "position")
    return tuple(PaperLine(one.description, one.formula, one.amount_minor) for one in lines)


def paper(title: str, preview: Preview, drafted: tuple[PaperLine, ...]) -> Paper:
    """Tax is told where nothing is drafted yet; a draft is taxed again when lines join it."""
    lines = drafted + tuple(
        PaperLine(one.description, one.formula, one.amount_minor) for one in preview.lines
    )
    subtotal = sum(line.amount_minor for line in lines)
    tax = None if drafted or preview.held else sum(one.amount_minor for one in preview.taxes)
    return Paper(title, preview.currency, lines, subtotal, tax, subtotal + (tax or 0))


def foresee_credit(wish: Wish, _at: datetime) -> Shown:
    ask = CreditAsk(CreditScope.AMOUNT, amount_minor=wish.terms["amount_minor"])
    return noted(estimate_credit(invoice_id=wish.subject, ask=ask))


def foresee_lines(wish: Wish, _at: datetime) -> Shown:
    """A draft's lines are given back after it is issued, so before that only the sum is known."""
    lines = list(InvoiceLine.objects.filter(pk__in=wish.terms["lines"]).select_related("invoice"))
    if any(line.invoice.state == InvoiceState.DRAFT for line in lines):
        charged = sum(line.amount_minor for line in lines)
        return Shown(
            figures=(Figure("These lines, before tax", charged, 0),),
            notes=("The draft is issued as it is, and a credit note gives these lines back.",),
        )
    ask = CreditAsk(CreditScope.LINES, lines={one.position: one.amount_minor for one in lines})
    return noted(estimate_credit(invoice_id=lines[0].invoice_id, ask=ask))


def noted(estimate: CreditEstimate) -> Shown:
    """A credit note beside the invoice it credits."""
    lines = tuple(
        PaperLine(one.description, one.formula, one.amount_minor) for one in estimate.lines
    )
    note = Paper(
        "The credit note", estimate.currency, lines, estimate.subtotal_minor, estimate.tax_minor,
        estimate.total_minor,
    )  # fmt: skip
    left = estimate.left_minor
    return Shown(
        after=note,
        figures=(Figure(f"Left of {estimate.credits}", left - estimate.total_minor, left),),
    )


def foresee_refund(wish: Wish, _at: datetime) -> Shown:
    payment = Payment.objects.get(pk=wish.subject)
    amount = wish.terms["amount_minor"]
    credit = credit_balance(customer_id=payment.customer_id, currency=payment.currency)
    left = refundable_minor(payment)
    return Shown(
        figures=(
            Figure("Credit of the customer", credit, credit - amount),
            Figure("Left of the payment to refund", left, left - amount),
        )
    )


def foresee_write_off(wish: Wish, _at: datetime) -> Shown:
    waiting = Receivable.objects.get(pk=wish.subject).open_minor
    return Shown(figures=(Figure("Open", waiting, waiting - wish.terms["amount_minor"]),))


def foresee_terms(wish: Wish, _at: datetime) -> Shown:
    now = Customer.objects.values_list("payment_terms_days", flat=True).get(pk=wish.subject)
    wanted = wish.terms["days"]
    return Shown(
        notes=(f"Invoices are due {now} days after they are issued; with it, {wanted} days.",)
    )


def foresee_limit(wish: Wish, _at: datetime) -> Shown:
    """The limit in force: agreed for the subscription alone, else the plan's."""
    subscription, code = subscription_of(wish), wish.terms["seat_type"]
    planned = subscription.plan.seat_types.filter(code=code).values_list("seat_limit", flat=True)
    now = subscription.seat_limits.get(code, planned.first())
    limit = "none" if now is None else str(now)
    return Shown(
        notes=(f"The limit of {code} seats is {limit} now; with it, {wish.terms['limit']}.",)
    )


def subscription_of(wish: Wish) -> Subscription:
    return Subscription.objects.select_related("customer", "plan").get(pk=wish.subject)


Foresee = Callable[[Any, datetime], Shown]

FORESEERS: dict[str, Foresee] = {
    **dict.fromkeys(PRICE_KINDS, foresee_price),
    "proration_exception": foresee_lines,
    "credit": foresee_credit,
    "refund": foresee_refund,
    "write_off": foresee_write_off,
    "backdated_correction": foresee_correction,
    "payment_terms": foresee_terms,
    "limit_raise": foresee_limit,
}
assert set(FORESEERS) <= set(NEEDS)
