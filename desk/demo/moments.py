"""A few things a month brings that no habit explains: goodwill, a mistake taken back, a dispute, a pause."""

from datetime import UTC, date, datetime, time, timedelta

from django.contrib.auth.models import User
from django.db.models import F

from billing.enums import CreditNoteReason, CreditScope, PaymentKind, PaymentMethodKind, Settlement
from billing.models import Payment, Receivable
from billing.operations.credit_invoice import CreditOrder, credit_invoice
from billing.operations.estimate_credit import CreditAsk
from billing.operations.record_dispute import DisputeFacts, record_dispute, withdraw_money
from billing.operations.regenerate_invoice import regenerate_invoice
from billing.operations.void_invoice import VoidOrder, void_invoice
from billing.operations.write_off import write_off
from desk.demo.till import Till
from dunning.enums import CaseState
from dunning.models import DunningCase
from dunning.operations.pause_case import pause_case
from dunning.operations.promise_payment import promise_payment

GOODWILL_SHARE = 5  # a fifth
LOST_AFTER = timedelta(days=60)


def live_moments(*, till: Till, last_day: date) -> None:
    """On the day before the last: what Ben and Carla did beside the machines."""
    at = datetime.combine(last_day, time(14), tzinfo=UTC)
    ben, carla = (User.objects.get(username=name) for name in ("ben", "carla"))
    give_goodwill(by=ben, at=at)
    take_back_a_mistake(by=ben, at=at)
    be_disputed(at=at)
    write_off_the_hopeless(by=carla, at=at)
    talk_to_late_payers(by=ben, at=at)
    till.charge(at=at)


def give_goodwill(*, by: User, at: datetime) -> None:
    """Part of a paid invoice goes back to the card it was paid with."""
    paid = (
        Payment.objects.filter(method=PaymentMethodKind.CARD, kind=PaymentKind.RECEIVED)
        .filter(allocations__receivable__open_minor=0, amount_minor__gte=100_00)
        .order_by("-recorded_at", "pk")
        .first()
    )
    if paid is None:
        return
    invoice_id = paid.allocations.values_list("receivable_id", flat=True)[0]
    credit_invoice(
        invoice_id=invoice_id,
        order=CreditOrder(
            ask=CreditAsk(CreditScope.AMOUNT, amount_minor=paid.amount_minor // GOODWILL_SHARE),
            reason=CreditNoteReason.GOODWILL,
            settlement=Settlement.REFUND,
            text="For the outage on Tuesday. We are sorry.",
            payment_id=paid.pk,
            by=by,
        ),
        at=at,
    )


def take_back_a_mistake(*, by: User, at: datetime) -> None:
    """An invoice nobody has paid yet is voided, and the ledger bills its time anew."""
    untouched = Receivable.objects.filter(
        open_minor=F("amount_minor"),
        attempts=None,
        first_failed_at=None,
        due_date__gt=at.date(),
        issued_at__lt=at,
    )
    owed = untouched.filter(invoice__credit_applied_minor=0).order_by("-issued_at", "pk").first()
    if owed is None:
        return
    reason = "The purchase order number was missing; the customer asked for a new invoice."
    void = void_invoice(
        invoice_id=owed.pk, order=VoidOrder(reason=reason, by=by, text="Replaced."), at=at
    )
    regenerate_invoice(void_id=void.pk, at=at)


def be_disputed(*, at: datetime) -> None:
    """A bank takes the money of a month ago back; the invoice is open again."""
    paid = (
        Payment.objects.filter(
            method=PaymentMethodKind.CARD,
            kind=PaymentKind.RECEIVED,
            recorded_at__lt=at - timedelta(days=30),
        )
        .order_by("-recorded_at", "pk")
        .first()
    )
    if paid is None:
        return
    dispute = record_dispute(
        facts=DisputeFacts(
            gateway_id="du_demo_1", payment_intent=paid.gateway_id,
            amount_minor=paid.amount_minor, reason="unrecognized", status="needs_response",
            evidence_due_at=at + timedelta(days=9), opened_at=at,
        ),
        at=at,
    )  # fmt: skip
    assert dispute is not None, "the payment is ours"
    withdraw_money(dispute=dispute, at=at)


def write_off_the_hopeless(*, by: User, at: datetime) -> None:
    """The smallest old debt is not worth another letter."""
    old = Receivable.objects.filter(open_minor__gt=0, due_date__lt=(at - LOST_AFTER).date())
    owed = old.order_by("open_minor", "pk").first()
    if owed:
        write_off(
            receivable_id=owed.pk, reason="Insolvent; the court closed the case.", by=by, at=at
        )


def talk_to_late_payers(*, by: User, at: datetime) -> None:
    """One asks for time, one promises a day."""
    cases = DunningCase.objects.filter(state=CaseState.OPEN).order_by("opened_at", "pk")[:2]
    for number, case in enumerate(cases):
        if number:
            owed = Receivable.objects.filter(
                customer=case.customer_id, currency=case.currency, open_minor__gt=0
            ).first()
            if owed:
                promise_payment(
                    case_id=case.pk, amount_minor=owed.open_minor,
                    by_date=(at + timedelta(days=6)).date(), words="On the phone, to Ben", by=by,
                    at=at,
                )  # fmt: skip
        else:
            until = at + timedelta(days=12)
            pause_case(
                case_id=case.pk, until=until, reason="Their auditor checks the seats.", by=by, at=at
            )
