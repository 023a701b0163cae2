"""One case: its timeline, what comes next, and what a person may do about it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import cast
from uuid import UUID

from django import forms
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from billing.documents.staff_text import moment, staff_money
from billing.models import Receivable
from desk.queries.recovery_case import case_page
from desk.views.approval_doors import asked_instead
from desk.views.mail_frame import allow_styles_of
from desk.views.money_moves import decide
from desk.views.page import desk_page, show
from dunning.calc.moments import local_moment
from dunning.enums import NoteKind
from dunning.models import DunningCase
from dunning.operations.hand_over_case import hand_over_case
from dunning.operations.note_case import note_case
from dunning.operations.pause_case import pause_case, resume_case
from dunning.operations.promise_payment import promise_payment
from dunning.operations.request_write_off import request_write_off
from dunning.operations.send_link_again import send_link_again
from kernel.money import Money
from kernel.refusal import Refusal

MORNING = 9
MOST_CHARACTERS = 300
MOST_WORDS = 5000


class DayMissing(Refusal):
    code = "day_missing"


class AmountMissing(Refusal):
    code = "amount_missing"


class ActionForm(forms.Form):
    """What any of the actions asks; a day is one of the customer's, an amount in the case's currency."""

    reason = forms.CharField(required=False, max_length=MOST_CHARACTERS)
    words = forms.CharField(required=False, max_length=MOST_WORDS)
    day = forms.DateField(required=False)
    amount = forms.CharField(required=False, max_length=30)
    kind = forms.ChoiceField(choices=NoteKind.choices, required=False)


Act = Callable[[DunningCase, forms.Form, User, datetime], tuple[Model, str]]


@require_GET
@desk_page("dunning.view_dunningcase")
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    now = timezone.now()
    page = case_page(case_id, at=now)
    if page is None:
        raise Http404("No case has this key.")
    mails = [row.mail.html for row in page.rows if row.mail]
    if page.draft:
        mails.append(page.draft.html)
    answered = show(
        request,
        "desk/recovery_case.html",
        title=f"Recovery: {page.case.customer.legal_name}",
        here="board",
        page=page,
        case=page.case,
        zone=page.case.customer.time_zone,
        kinds=NoteKind.choices,
        now=now,
    )
    return allow_styles_of(mails, answered)


def answer(request: HttpRequest, case_id: UUID, act: Act) -> HttpResponse:
    """Do it, say so, and go back to the case."""
    found = get_object_or_404(DunningCase.objects.select_related("customer"), pk=case_id)
    form = ActionForm(request.POST)
    form.full_clean()
    return decide(
        request,
        back=reverse("desk:recovery_case", args=[case_id]),
        act=lambda: act(found, form, cast(User, request.user), timezone.now()),
    )


def text_of(form: forms.Form, name: str) -> str:
    return str(form.cleaned_data.get(name) or "")


@require_POST
@desk_page("dunning.change_dunningcase")
def pause(request: HttpRequest, case_id: UUID) -> HttpResponse:
    return answer(request, case_id, act_pause)


def open_of(found: DunningCase) -> int:
    """What the customer owes in the case's currency: what the matrix measures of a pause."""
    waiting = Receivable.objects.filter(customer=found.customer_id, currency=found.currency)
    return int(waiting.aggregate(total=Sum("open_minor"))["total"] or 0)


def act_pause(found: DunningCase, form: forms.Form, by: User, at: datetime) -> tuple[Model, str]:
    """:raises DayMissing: without an end"""
    day = form.cleaned_data.get("day")
    if day is None:
        raise DayMissing("Say until which day, for example 2026-12-31.")
    zone, reason = found.customer.time_zone, text_of(form, "reason")
    pause = partial(
        pause_case, case_id=found.pk, until=local_moment(day, MORNING, zone), reason=reason,
        at=at, by=by,
    )  # fmt: skip
    with transaction.atomic():  # what a pause itself refuses is said at once, not after a decision
        pause()
        transaction.set_rollback(True)
    beyond = asked_instead(
        by, kind="dunning_pause", subject=found.customer.external_id,
        terms={"until": day.isoformat()}, currency=found.currency,
        amount_minor=open_of(found), reason=reason, at=at,
    )  # fmt: skip
    if beyond:
        return beyond
    row = pause()
    return row, f"Paused until {moment(row.until, zone)}. Nothing is charged or written until then."


@require_POST
@desk_page("dunning.change_dunningcase")
def resume(request: HttpRequest, case_id: UUID) -> HttpResponse:
    return answer(request, case_id, act_resume)


def act_resume(found: DunningCase, form: forms.Form, by: User, at: datetime) -> tuple[Model, str]:
    row = resume_case(case_id=found.pk, at=at)
    return row, "The pause is over. What became due meanwhile comes with the next tick."


@require_POST
@desk_page("dunning.change_dunningcase")
def promise(request: HttpRequest, case_id: UUID) -> HttpResponse:
    return answer(request, case_id, act_promise)


def act_promise(found: DunningCase, form: forms.Form, by: User, at: datetime) -> tuple[Model, str]:
    """
    :raises DayMissing: without a day
    :raises AmountMissing: without an amount
    :raises AmountUnreadable: if it is not an amount of the currency
    """
    day, amount = form.cleaned_data.get("day"), text_of(form, "amount")
    if day is None:
        raise DayMissing("Say by which day the customer pays, for example 2026-12-31.")
    if not amount:
        raise AmountMissing("Say how much the customer promised to pay.")
    row = promise_payment(
        case_id=found.pk,
        amount_minor=Money.parse(amount, found.currency).minor,
        by_date=day,
        words=text_of(form, "reason"),
        at=at,
        by=by,
    )
    paid = staff_money(row.amount_minor, found.currency)
    until = moment(row.pause.until, found.customer.time_zone)
    return row, f"Promise of {paid} written down. The case rests until {until}."


@require_POST
@desk_page("dunning.add_casenote")
def note(request: HttpRequest, case_id: UUID) -> HttpResponse:
    return answer(request, case_id, act_note)


def act_note(found: DunningCase, form: forms.Form, by: User, at: datetime) -> tuple[Model, str]:
    kind = NoteKind(text_of(form, "kind") or NoteKind.NOTE)
    row = note_case(case_id=found.pk, kind=kind, words=text_of(form, "words"), at=at, by=by)
    return row, f"{kind.label} written down."


@require_POST
@desk_page("dunning.change_dunningcase")
def hand_over(request: HttpRequest, case_id: UUID) -> HttpResponse:
    return answer(request, case_id, act_hand_over)


def act_hand_over(
    found: DunningCase, form: forms.Form, by: User, at: datetime
) -> tuple[Model, str]:
    row = hand_over_case(case_id=found.pk, reason=text_of(form, "reason"), at=at, by=by)
    return row, "Handed over. Nothing is charged, written or advised by machine any more."


@require_POST
@desk_page("dunning.change_dunningcase")
def ask_write_off(request: HttpRequest, case_id: UUID) -> HttpResponse:
    return answer(request, case_id, act_write_off)


def act_write_off(
    found: DunningCase, form: forms.Form, by: User, at: datetime
) -> tuple[Model, str]:
    row = request_write_off(case_id=found.pk, reason=text_of(form, "reason"), at=at, by=by)
    return row, "Asked for. Somebody with the right to write off decides on each invoice's page."


@require_POST
@desk_page("dunning.add_message")
def send_link(request: HttpRequest, case_id: UUID) -> HttpResponse:
    return answer(request, case_id, act_send_link)


def act_send_link(
    found: DunningCase, form: forms.Form, by: User, at: datetime
) -> tuple[Model, str]:
    row = send_link_again(case_id=found.pk, at=at, by=by)
    return row, f"The link goes to {', '.join(row.to)} within a minute."
