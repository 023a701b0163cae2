"""What a person records about a customer for tax: a register's answer, or a piece of evidence."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import Customer
from billing.tasks import tick
from desk.queries.tax_facts import NAMES
from desk.views.page import desk_page, note_in_log
from kernel.refusal import Refusal
from tax.enums import EvidenceKind
from tax.operations.record_evidence import (
    declare_place,
    record_card_country,
    record_gst_statement,
)
from tax.operations.record_tax_id_answer import record_tax_id_answer

KINDS = [
    (one.value, one.label)
    for one in (EvidenceKind.DECLARED_PLACE, EvidenceKind.CARD_COUNTRY, EvidenceKind.GST_STATEMENT)
]
SOURCE = "Desk"


class AnswerForm(forms.Form):
    number = forms.CharField(max_length=32, label="Tax id")
    answer = forms.ChoiceField(choices=[("valid", "Valid"), ("invalid", "Not valid")])
    consultation_number = forms.CharField(
        max_length=100, required=False, label="Consultation number or where it was looked up"
    )
    name = forms.CharField(max_length=300, required=False, label="Name in the register")
    address = forms.CharField(max_length=500, required=False, label="Address in the register")


class EvidenceForm(forms.Form):
    kind = forms.ChoiceField(choices=KINDS, label="Piece")
    country = forms.CharField(max_length=2, required=False, label="Country (two letters)")
    region = forms.CharField(max_length=3, required=False, label="State or province")
    postal_code = forms.CharField(max_length=20, required=False, label="Postal code")
    source = forms.CharField(
        max_length=90, label="Where it came from", help_text="Such as: e-mail of 3 March"
    )

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).strip().upper()

    def clean_region(self) -> str:
        return str(self.cleaned_data["region"]).strip().upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        needs_country = cleaned.get("kind") != EvidenceKind.GST_STATEMENT
        if needs_country and len(cleaned.get("country", "")) == 2:
            if cleaned["country"] not in NAMES:
                self.add_error("country", "No country has this code; use DE, GR or GB.")
        elif needs_country:
            self.add_error("country", "Name the country by its two letters.")
        return cleaned


def first_problem(form: forms.Form) -> str:
    """The first thing to mend, named by its field."""
    name, problems = next(iter(form.errors.items()))
    label = form.fields[name].label or name if name in form.fields else "The form"
    return f"{label}: {problems[0]}"


def to_panel(customer_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("desk:customer", args=[customer_id]) + "#tax")


@require_POST
@desk_page("tax.change_taxidcheck")
def answer(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """What a register said when a person looked; held drafts are tried again at once."""
    customer = get_object_or_404(Customer, pk=customer_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"Not recorded. {first_problem(form)}")
        return to_panel(customer_id)
    given = dict(form.cleaned_data)
    is_valid = given.pop("answer") == "valid"
    try:
        check = record_tax_id_answer(
            customer=customer,
            is_valid=is_valid,
            by=cast(User, request.user),
            at=timezone.now(),
            **given,
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        told(request, check, f"Recorded: {check}. Drafts that waited for it are tried again now.")
    return to_panel(customer_id)


@require_POST
@desk_page("tax.add_locationevidence")
def evidence(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Another piece of evidence of where the customer is."""
    customer = get_object_or_404(Customer, pk=customer_id)
    form = EvidenceForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"Not recorded. {first_problem(form)}")
        return to_panel(customer_id)
    given = form.cleaned_data
    known: dict[str, Any] = {
        "customer": customer,
        "source": f"{SOURCE}: {given['source']}",
        "by": cast(User, request.user),
        "at": timezone.now(),
    }
    if given["kind"] == EvidenceKind.GST_STATEMENT:
        piece = record_gst_statement(**known)
    elif given["kind"] == EvidenceKind.CARD_COUNTRY:
        piece = record_card_country(country=given["country"], **known)
    else:
        piece = declare_place(
            country=given["country"],
            region=given["region"],
            postal_code=given["postal_code"],
            **known,
        )
    told(request, piece, f"Recorded: {piece}. Drafts that waited for it are tried again now.")
    return to_panel(customer_id)


def told(request: HttpRequest, row: Model, words: str) -> None:
    note_in_log(request, [row], action_flag=ADDITION, message="Recorded at the desk.")
    tick.delay()
    messages.success(request, words)
