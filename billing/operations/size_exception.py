"""What a request is about: found by the words people use, with the amount the matrix measures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet, Sum

from accounts.calc.exception_terms import NEEDS
from accounts.calc.refusals import ExceptionUnknown, TermsInvalid
from accounts.enums import PENDING_STATES, ExceptionState
from accounts.models import Customer, ExceptionRequest
from accounts.operations.request_exception import Economics
from billing.calc.price_grant import charge_of, leakage_minor, price_steps
from billing.enums import InvoiceKind, InvoiceState
from billing.models import (
    Invoice,
    InvoiceLine,
    Payment,
    PeriodClose,
    Plan,
    Receivable,
    Subscription,
)
from billing.operations.preview_invoice import Preview, preview_invoice
from billing.operations.request_refund import refundable_minor
from billing.queries.price_facts import price_facts
from billing.records.incoming import IncomingEvent, incoming_of

PRICE_KINDS = tuple(kind for kind, needs in NEEDS.items() if needs.is_price)


@dataclass(frozen=True, slots=True)
class Question:
    """A request as it arrives. `subject` is an external id, a number or a key, as the kind needs."""

    kind: str
    subject: str
    terms: Mapping[str, Any]
    starts_on: date | None = None
    ends_on: date | None = None
    margin_percent: Decimal | None = None
    support_burden: str = ""


@dataclass(frozen=True, slots=True)
class Sized:
    """The subject with its key, and what is at stake in minor units of `currency`."""

    customer: Customer | None = None
    subject_id: UUID | None = None
    currency: str = ""
    amount_minor: int = 0
    package: str = ""
    economics: Economics | None = None

    @property
    def seller_code(self) -> str:
        assignment = getattr(self.customer, "seller_assignment", None)
        return assignment.billing_entity.code if assignment else ""


def size_up(question: Question, *, at: datetime) -> Sized:
    """
    Find the subject and measure it.

    :raises ExceptionUnknown: if there is no such subject
    :raises TermsInvalid: if more is asked for than there is
    """
    return SIZERS[question.kind](question, at)


def size_price(question: Question, at: datetime) -> Sized:
    """A price beside the list: what it gives away over the term for the seats of today."""
    subscription = found_subscription(question.subject)
    seat_type = str(question.terms.get("seat_type", ""))
    check_seat_type(subscription, seat_type)
    if not question.starts_on or not question.ends_on:
        return sized_subscription(subscription)  # request_exception names what is missing
    check_alone(subscription, seat_type, question)
    facts = price_facts(subscription, seat_type=seat_type, day=question.starts_on, at=at)
    steps = price_steps(
        question.kind, question.terms, starts_on=question.starts_on, ends_on=question.ends_on,
        list_price=facts.list_price,
    )  # fmt: skip
    prices = [step.price for step in steps if step.price is not None]
    seats, ratio_seats = facts.seats, facts.ratio_seats
    listed = charge_of(facts.list_price, seats=seats, ratio_seats=ratio_seats)
    leakage = leakage_minor(
        steps, list_price=facts.list_price, seats=seats, ratio_seats=ratio_seats,
        interval=facts.interval,
    )  # fmt: skip
    economics = Economics(
        list_minor=listed,
        realized_minor=min(
            (charge_of(price, seats=seats, ratio_seats=ratio_seats) for price in prices),
            default=listed,
        ),
        leakage_minor=leakage,
        margin_percent=question.margin_percent,
        support_burden=question.support_burden,
    )
    package = Plan.objects.values_list("code", flat=True).get(pk=facts.plan_id)
    return Sized(
        customer=subscription.customer, subject_id=subscription.pk, currency=subscription.currency,
        amount_minor=leakage, package=package, economics=economics,
    )  # fmt: skip


def check_alone(subscription: Subscription, seat_type: str, question: Question) -> None:
    """One price exception at a time: the end of another one would cut this one short."""
    others = ExceptionRequest.objects.filter(
        kind__in=PRICE_KINDS, subject_id=subscription.pk, terms__seat_type=seat_type,
        state__in=(*PENDING_STATES, ExceptionState.APPROVED, ExceptionState.REVOKED),
        starts_on__lt=question.ends_on, ends_on__gt=question.starts_on,
    ).exclude(state=ExceptionState.REVOKED, carried_out_at=None)  # fmt: skip
    other = others.first()
    if other:
        raise TermsInvalid(
            "starts_on",
            f"{other.number} has a price for these seats from {other.starts_on} to "
            f"{other.ends_on}; withdraw or revoke it first, or choose days outside it",
        )


def size_lines(question: Question, _at: datetime) -> Sized:
    """Prorated lines that shall not count: all they charge together."""
    subscription = found_subscription(question.subject)
    keys = [str(key) for key in question.terms.get("lines", ())]
    try:
        lines = list(
            InvoiceLine.objects.filter(
                pk__in=keys, rated_span__subscription=subscription, amount_minor__gt=0
            )
        )
    except ValidationError:
        lines = []
    if not keys or len(lines) != len(set(keys)):
        raise TermsInvalid("lines", "name lines of this subscription that charge something")
    if len({line.invoice_id for line in lines}) != 1:
        raise TermsInvalid("lines", "name lines of one invoice; ask once for each invoice")
    amount = sum(line.amount_minor for line in lines)
    return sized_subscription(subscription, amount_minor=amount)


def size_limit(question: Question, _at: datetime) -> Sized:
    subscription = found_subscription(question.subject)
    check_seat_type(subscription, str(question.terms.get("seat_type", "")))
    return sized_subscription(subscription)


def size_correction(question: Question, at: datetime) -> Sized:
    """What the correction changes on the next invoice, as receiving it would."""
    subscription = found_subscription(question.subject)
    event = corrected_event(question.terms.get("event"), subscription)
    before = preview_invoice(subscription_id=subscription.pk, at=at)
    after = preview_invoice(
        subscription_id=subscription.pk, events=[event], at=at, as_of=before.as_of
    )
    return sized_subscription(subscription, amount_minor=abs(net_minor(after) - net_minor(before)))


def corrected_event(payload: Any, subscription: Subscription) -> IncomingEvent:
    """
    The event of the request, about its own subscription.

    :raises TermsInvalid: if it cannot be read
    """
    try:
        event = incoming_of(payload)
    except (TypeError, ValueError) as error:
        raise TermsInvalid("event", "give an event as the API takes it") from error
    if event.subscription != subscription.external_id:
        raise TermsInvalid("event.subscription", f"must be {subscription.external_id}")
    return event


def net_minor(preview: Preview) -> int:
    """What a preview asks for less what it gives back, before tax."""
    return sum(line.amount_minor for line in preview.lines)


def size_invoice(question: Question, _at: datetime) -> Sized:
    """A credit or a write-off: the amount asked for, at most what the invoice has left for it."""
    invoice = one_of(
        Invoice.objects.select_related("customer__seller_assignment__billing_entity").filter(
            number=question.subject, state=InvoiceState.FINALIZED, kind=InvoiceKind.INVOICE
        ),
        f"There is no issued invoice {question.subject}.",
    )
    amount = question.terms.get("amount_minor")
    if question.kind == "write_off":
        check_at_most(amount, Receivable.objects.get(pk=invoice.pk).open_minor)
    return Sized(
        customer=invoice.customer, subject_id=invoice.pk, currency=invoice.currency,
        amount_minor=amount if isinstance(amount, int) else 0,
    )  # fmt: skip


def size_payment(question: Question, _at: datetime) -> Sized:
    payments = Payment.objects.select_related("customer__seller_assignment__billing_entity")
    payment = by_key(payments, question.subject, f"There is no payment {question.subject}.")
    amount = question.terms.get("amount_minor")
    check_at_most(amount, refundable_minor(payment))
    return Sized(
        customer=payment.customer, subject_id=payment.pk, currency=payment.currency,
        amount_minor=amount if isinstance(amount, int) else 0,
    )  # fmt: skip


def size_customer(question: Question, _at: datetime) -> Sized:
    """Terms of a customer; a pause of recovery is measured by what is open."""
    customer = one_of(
        Customer.objects.select_related("seller_assignment__billing_entity").filter(
            external_id=question.subject
        ),
        f"There is no customer {question.subject}.",
    )
    amount = 0
    if question.kind == "dunning_pause":
        waiting = Receivable.objects.filter(customer=customer, currency=customer.currency)
        amount = waiting.aggregate(total=Sum("open_minor"))["total"] or 0
    return Sized(
        customer=customer, subject_id=customer.pk, currency=customer.currency, amount_minor=amount
    )


def size_month(question: Question, _at: datetime) -> Sized:
    """A closed month, named by its seller's code and YYYY-MM."""
    month = str(question.terms.get("month", ""))
    close = one_of(
        PeriodClose.objects.filter(billing_entity__code=question.subject, month=first_day(month)),
        f"{question.subject} has no close of {month}.",
    )
    return Sized(subject_id=close.pk)


def first_day(month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise TermsInvalid("month", "give a month as YYYY-MM") from error


def size_nothing(_question: Question, _at: datetime) -> Sized:
    """A change of the matrix itself: every amount is at stake."""
    return Sized()


def found_subscription(external_id: str) -> Subscription:
    found: Subscription = one_of(
        Subscription.objects.select_related(
            "plan", "customer__seller_assignment__billing_entity"
        ).filter(external_id=external_id),
        f"There is no subscription {external_id}.",
    )
    return found


def sized_subscription(subscription: Subscription, *, amount_minor: int = 0) -> Sized:
    return Sized(
        customer=subscription.customer, subject_id=subscription.pk, currency=subscription.currency,
        amount_minor=amount_minor, package=subscription.plan.code,
    )  # fmt: skip


def one_of(rows: QuerySet, sentence: str) -> Any:  # type: ignore[type-arg]
    """The one row, or the sentence as a refusal."""
    row = rows.first()
    if row is None:
        raise ExceptionUnknown(sentence)
    return row


def by_key(rows: QuerySet, key: str, sentence: str) -> Any:  # type: ignore[type-arg]
    try:
        return one_of(rows.filter(pk=UUID(key)), sentence)
    except ValueError as error:
        raise ExceptionUnknown(sentence) from error


def check_seat_type(subscription: Subscription, code: str) -> None:
    known = subscription.plan.seat_types.values_list("code", flat=True)
    if code not in known:
        raise TermsInvalid("seat_type", f"give one of {', '.join(known)}")


def check_at_most(amount: Any, most: int) -> None:
    if isinstance(amount, int) and amount > most:
        raise TermsInvalid("amount_minor", f"at most {most} minor units are left for this")


SIZERS: dict[str, Callable[[Question, datetime], Sized]] = {
    "discount": size_price,
    "free_seats": size_price,
    "price_override": size_price,
    "proration_exception": size_lines,
    "credit": size_invoice,
    "refund": size_payment,
    "write_off": size_invoice,
    "backdated_correction": size_correction,
    "tax_override": size_customer,
    "dunning_pause": size_customer,
    "limit_raise": size_limit,
    "payment_terms": size_customer,
    "reopen_period": size_month,
    "authority_change": size_nothing,
}
assert set(SIZERS) == set(NEEDS)
