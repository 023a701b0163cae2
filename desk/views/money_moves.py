"""Decisions about open invoices and credit: allocate, take back, write off, charge now."""

from collections.abc import Callable
from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from billing.documents.staff_text import staff_money
from billing.enums import AttemptTrigger
from billing.models import Allocation, Receivable
from billing.operations.allocate_credit import allocate_credit
from billing.operations.record_payment import lock_account
from billing.operations.start_attempts import start_attempt
from billing.operations.take_back_allocation import take_back_allocation
from billing.operations.write_off import write_off
from billing.tasks import ask_gateway
from desk.views.approval_doors import asked_instead
from desk.views.page import back_to, desk_page, note_in_log
from kernel.money import Money
from kernel.refusal import Refusal

MOST_CHARACTERS = 300


class OpenAmountChanged(Refusal):
    code = "open_amount_changed"


class MoveForm(forms.Form):
    """A decimal amount in the invoice's currency (empty: as much as fits), and why."""

    amount = forms.CharField(required=False, max_length=30)
    reason = forms.CharField(required=False, max_length=MOST_CHARACTERS)


def decide(
    request: HttpRequest, *, back: str, act: Callable[[], tuple[Model, str]]
) -> HttpResponseRedirect:
    """Do it and say so, or say why not; then back to where it was decided."""
    try:
        with transaction.atomic():
            row, words = act()
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        note_in_log(request, [row], action_flag=ADDITION, message=words[:MOST_CHARACTERS])
        messages.success(request, words)
    return HttpResponseRedirect(back)


def said(request: HttpRequest) -> dict[str, str]:
    form = MoveForm(request.POST)
    form.full_clean()
    return {name: form.cleaned_data.get(name, "") for name in ("amount", "reason")}


def asked_minor(amount: str, currency: str) -> int | None:
    """:raises AmountUnreadable: if it is not an amount of the currency"""
    return Money.parse(amount.strip(), currency).minor if amount.strip() else None


def check_seen(request: HttpRequest, receivable: Receivable) -> None:
    """
    Refuse what was decided looking at another amount; a second press of the same button is that too.

    :raises OpenAmountChanged: if the open amount is not the one on the page
    """
    lock_account(receivable.customer_id)
    receivable.refresh_from_db()
    if request.POST.get("seen") != str(receivable.open_minor):
        raise OpenAmountChanged(
            "What is open changed since you looked. Nothing was done; look again, then decide."
        )


@require_POST
@desk_page("billing.add_allocation")
def allocate(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    receivable = get_object_or_404(Receivable, pk=invoice_id)
    given = said(request)

    def act() -> tuple[Model, str]:
        check_seen(request, receivable)
        row = allocate_credit(
            receivable_id=receivable.pk,
            amount_minor=asked_minor(given["amount"], receivable.currency),
            by=cast(User, request.user),
            reason=given["reason"],
            at=timezone.now(),
        )
        return (
            row,
            f"{staff_money(row.amount_minor, receivable.currency)} of credit is used for it.",
        )

    return decide(request, back=invoice_place(invoice_id), act=act)


@require_POST
@desk_page("billing.write_off")
def write_off_invoice(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Within one's own authority it is written off; beyond it the form asks somebody else."""
    receivable = get_object_or_404(Receivable.objects.select_related("invoice"), pk=invoice_id)
    given = said(request)
    person, now = cast(User, request.user), timezone.now()

    def act() -> tuple[Model, str]:
        check_seen(request, receivable)
        amount = asked_minor(given["amount"], receivable.currency)
        if amount is None:
            amount = receivable.open_minor
        beyond = asked_instead(
            person, kind="write_off", subject=receivable.invoice.number,
            terms={"amount_minor": amount}, currency=receivable.currency, amount_minor=amount,
            reason=given["reason"], at=now,
        )  # fmt: skip
        if beyond:
            return beyond
        row = write_off(
            receivable_id=receivable.pk, amount_minor=amount, by=person, reason=given["reason"],
            at=now,
        )  # fmt: skip
        return row, f"{staff_money(row.amount_minor, receivable.currency)} is written off."

    return decide(request, back=invoice_place(invoice_id), act=act)


@require_POST
@desk_page("billing.add_paymentattempt")
def charge(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """An attempt is written down; the collect stage's hands ask the gateway at once."""
    receivable = get_object_or_404(Receivable, pk=invoice_id)

    def act() -> tuple[Model, str]:
        check_seen(request, receivable)
        row = start_attempt(
            receivable_id=receivable.pk,
            trigger=AttemptTrigger.STAFF,
            by=cast(User, request.user),
            at=timezone.now(),
        )
        words = f"Attempt {row.number}: {staff_money(row.amount_minor, row.currency)} is asked for."
        transaction.on_commit(ask_gateway.delay)
        return row, words

    return decide(request, back=invoice_place(invoice_id), act=act)


@require_POST
@desk_page("billing.add_allocation")
def take_back(request: HttpRequest, allocation_id: UUID) -> HttpResponse:
    found = get_object_or_404(Allocation.objects.select_related("receivable"), pk=allocation_id)

    def act() -> tuple[Model, str]:
        row = take_back_allocation(
            allocation_id=found.pk,
            by=cast(User, request.user),
            reason=said(request)["reason"],
            at=timezone.now(),
        )
        amount = staff_money(found.amount_minor, found.receivable.currency)
        return row, f"{amount} is taken back; the invoice is open again by it."

    return decide(request, back=back_to(request, invoice_place(found.receivable_id)), act=act)


def invoice_place(invoice_id: UUID) -> str:
    return reverse("desk:invoice", args=[invoice_id]) + "#money"
