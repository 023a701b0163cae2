"""Refunds: ask for one seeing its consequences, and say what became of one sent by hand."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE
from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from billing.enums import RefundState
from billing.models import Payment, Refund
from billing.operations.record_payment import lock_account
from billing.operations.request_refund import refundable_minor, request_refund
from billing.operations.settle_refund import fail_refund, settle_refund
from billing.queries.credit import credit_balance
from billing.tasks import ask_gateway
from desk.views.approval_doors import asked_instead, tell_asked
from desk.views.money_moves import MOST_CHARACTERS
from desk.views.page import desk_page, note_in_log, show
from kernel.money import Money
from kernel.refusal import Refusal


class RefundForm(forms.Form):
    """A decimal amount in the payment's currency, and why."""

    amount = forms.CharField(label="Amount", max_length=30)
    reason = forms.CharField(label="Why", max_length=MOST_CHARACTERS)


class RefundStateChanged(Refusal):
    code = "refund_state_changed"


@require_http_methods(["GET", "POST"])
@desk_page("billing.add_refund")
def new_refund(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """The most that can go back, what it does to the credit, and who sends it."""
    payment = Payment.objects.select_related("customer").filter(pk=payment_id).first()
    if payment is None or payment.amount_minor <= 0:
        raise Http404("No received payment has this key.")
    most = refundable_minor(payment)
    form = RefundForm(request.POST or None, initial={"amount": str(Money(most, payment.currency))})
    if request.method == "POST" and form.is_valid():
        place = ask(request, payment, form)
        if place:
            return HttpResponseRedirect(place)
        most = refundable_minor(payment)
    return show(
        request,
        "desk/money_refund.html",
        title="Give money back",
        form=form,
        payment=payment,
        most_minor=most,
        credit_minor=credit_balance(customer_id=payment.customer_id, currency=payment.currency),
    )


def ask(request: HttpRequest, payment: Payment, form: RefundForm) -> str:
    """
    Where the refund is, or the request for one beyond the person's authority.

    Empty with the reason at the form.
    """
    said: dict[str, Any] = form.cleaned_data
    person, now = cast(User, request.user), timezone.now()
    try:
        with transaction.atomic():
            lock_account(payment.customer_id)
            if request.POST.get("seen") != str(refundable_minor(payment)):
                raise RefundStateChanged(
                    "What can go back changed since you looked. Nothing was done; look again."
                )
            amount = Money.parse(said["amount"].strip(), payment.currency).minor
            beyond = asked_instead(
                person, kind="refund", subject=str(payment.pk), terms={"amount_minor": amount},
                currency=payment.currency, amount_minor=amount, reason=said["reason"], at=now,
            )  # fmt: skip
            if beyond is None:
                refund = request_refund(
                    payment_id=payment.pk, amount_minor=amount, reason=said["reason"], by=person,
                    at=now,
                )  # fmt: skip
                transaction.on_commit(ask_gateway.delay)
    except Refusal as refusal:
        form.add_error("amount", refusal.message)
        return ""
    if beyond:
        return tell_asked(request, *beyond)
    note_in_log(request, [refund], action_flag=ADDITION, message=f"Asked for: {refund.reason}")
    messages.success(request, "The refund is asked for; its amount is reserved from the credit.")
    return reverse("desk:money_payment", args=[payment.pk]) + f"#refund-{refund.pk}"


@require_POST
@desk_page("billing.add_refund")
def answer_refund(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """For a transfer: it was sent, or why it could not be. The gateway answers for cards itself."""
    refund = get_object_or_404(Refund.objects.select_related("payment"), pk=refund_id)
    place = reverse("desk:money_payment", args=[refund.payment_id]) + f"#refund-{refund.pk}"
    problem = request.POST.get("problem", "").strip()[:MOST_CHARACTERS]
    if refund.payment.gateway_id or refund.state != RefundState.REQUESTED:
        messages.error(request, "This refund is not waiting for a person. Nothing was changed.")
    elif "sent" in request.POST:
        done = settle_refund(refund_id=refund.pk, by=cast(User, request.user), at=timezone.now())
        note_in_log(request, [done], action_flag=CHANGE, message="Sent by hand.")
        messages.success(request, "Recorded: the money left us today.")
    elif not problem:
        messages.error(request, "Say why it could not be sent.")
    else:
        done = fail_refund(refund_id=refund.pk, problem=problem, at=timezone.now())
        note_in_log(request, [done], action_flag=CHANGE, message=f"Could not be sent: {problem}")
        messages.success(request, "Recorded: the amount is the customer's credit again.")
    return HttpResponseRedirect(place)
