"""Found by how money moved: payments, attempts, refunds, disputes, payouts and webhooks."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from billing.documents.staff_text import moment, staff_money
from billing.models import Dispute, GatewayEvent, Payment, PaymentAttempt, Payout, Refund
from desk.queries.search.term import AT_MOST, Hit, Kind, Term


def payments(term: Term) -> Sequence[Hit]:
    wanted = Q(pk=term.key) if term.key else Q(gateway_id=term.text) & ~Q(gateway_id="")
    rows = Payment.objects.filter(wanted).select_related("customer")
    return [
        Hit(
            title=f"{one.get_kind_display()} {staff_money(one.amount_minor, one.currency)}",
            detail=f"{one.customer.legal_name}, {one.paid_on:%-d %B %Y}, {one.gateway_id or one.method}",
            address=reverse("desk:money_payment", args=[one.pk]),
            is_exact=True,
        )
        for one in rows[:AT_MOST]
    ]


def attempts(term: Term) -> Sequence[Hit]:
    """Those that brought no payment (a payment has its own page); shown as their row in the list."""
    paid = Payment.objects.exclude(gateway_id="").filter(gateway_id=OuterRef("gateway_id"))
    wanted = Q(pk=term.key) if term.key else Q(gateway_id=term.text) & ~Q(gateway_id="")
    rows = PaymentAttempt.objects.filter(wanted, Q(pk=term.key) | ~Exists(paid))
    rows = rows.select_related("customer", "receivable__invoice")
    return [
        Hit(
            title=f"Attempt {one.number} of {one.receivable.invoice.number}",
            detail=f"{one.customer.legal_name}, {staff_money(one.amount_minor, one.currency)}, "
            f"{one.get_state_display()}",
            address=searched(
                "desk:money_attempts", one.gateway_id or one.receivable.invoice.number
            ),
            is_exact=True,
        )
        for one in rows[:AT_MOST]
    ]


def searched(url_name: str, term: str) -> str:
    """A list, narrowed to what is searched."""
    return f"{reverse(url_name)}?{urlencode({'search': term})}"


def refunds(term: Term) -> Sequence[Hit]:
    wanted = Q(pk=term.key) if term.key else Q(gateway_id=term.text) & ~Q(gateway_id="")
    rows = Refund.objects.filter(wanted).select_related("customer")
    return [
        Hit(
            title=f"Refund of {staff_money(one.amount_minor, one.currency)}",
            detail=f"{one.customer.legal_name}, {one.get_state_display().lower()}, {one.reason}",
            address=reverse("desk:money_refund", args=[one.pk]),
            is_exact=True,
        )
        for one in rows[:AT_MOST]
    ]


def disputes(term: Term) -> Sequence[Hit]:
    wanted = Q(pk=term.key) if term.key else Q(gateway_id=term.text)
    rows = Dispute.objects.filter(wanted).select_related("customer")
    return [
        Hit(
            title=f"Dispute of {staff_money(one.amount_minor, one.currency)}",
            detail=f"{one.customer.legal_name}, {one.get_state_display().lower()}, {one.gateway_id}",
            address=searched("desk:money_disputes", one.gateway_id),
            is_exact=True,
        )
        for one in rows[:AT_MOST]
    ]


def payouts(term: Term) -> Sequence[Hit]:
    return [
        Hit(
            title=f"Payout of {staff_money(one.amount_minor, one.currency)}",
            detail=f"arrives {one.arrives_on:%-d %B %Y}, {one.state}, {one.gateway_id}",
            address=searched("desk:money_payouts", one.gateway_id),
            is_exact=True,
        )
        for one in Payout.objects.filter(gateway_id=term.text)
    ]


def webhooks(term: Term) -> Sequence[Hit]:
    """By their own id, or by the object they tell about (the newest first)."""
    if term.key:
        wanted = Q(pk=term.key)
    elif term.gateway_prefix == "evt":
        wanted = Q(event_id=term.text)
    else:
        wanted = Q(object_id=term.text)
    return [
        Hit(
            title=one.kind,
            detail=f"{one.event_id}, received {moment(one.received_at)}",
            address=reverse("desk:money_event", args=[one.pk]),
            is_exact=term.gateway_prefix in ("evt", "ch") or bool(term.key),
        )
        for one in GatewayEvent.objects.filter(wanted).defer("body")[:AT_MOST]
    ]


KINDS = (
    Kind(
        "Payments", "payment: our id or pi_…", "billing.view_payment",
        lambda term: bool(term.key) or term.gateway_prefix in ("pi", "py"), payments,
    ),
    Kind(
        "Attempts", "attempt: our id or pi_…", "billing.view_paymentattempt",
        lambda term: bool(term.key) or term.gateway_prefix == "pi", attempts,
    ),
    Kind(
        "Refunds", "refund: re_…", "billing.view_refund",
        lambda term: bool(term.key) or term.gateway_prefix in ("re", "pyr"), refunds,
    ),
    Kind(
        "Disputes", "dispute: du_…", "billing.view_dispute",
        lambda term: bool(term.key) or term.gateway_prefix in ("du", "dp"), disputes,
    ),
    Kind(
        "Payouts", "payout: po_…", "billing.view_payout",
        lambda term: term.gateway_prefix == "po", payouts,
    ),
    Kind(
        "Webhooks", "webhook: evt_…, or ch_… and other ids it tells about",
        "billing.view_gatewayevent",
        lambda term: bool(term.key or term.gateway_prefix), webhooks,
    ),
)  # fmt: skip
