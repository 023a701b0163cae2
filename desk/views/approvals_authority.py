"""The authority matrix: who may decide what, its versions, and a change of it as a request."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.enums import ExceptionKind, StaffRole
from accounts.operations.publish_authority import checked_rules
from billing.documents.staff_text import money_decimal
from billing.operations.ask_exception import ask_exception
from desk.queries.approvals_authority import (
    DEFAULT_CURRENCY,
    KIND_WORDS,
    changes_of,
    matrix_by_kind,
    matrix_versions,
    newest_matrix,
    rules_as_terms,
)
from desk.views.page import desk_page, show
from kernel.money import minor_units
from kernel.refusal import Refusal

BLANK_ROWS = 2
APPROVERS = [("0", "Alone"), ("1", "One other"), ("2", "Two others")]


class NothingChanged(Refusal):
    code = "authority_unchanged"


class RuleForm(forms.Form):
    """One rule; `up_to` is a decimal in the currency's major units, empty: without limit."""

    currency = forms.CharField(required=False, max_length=3, label="Currency, empty: all others")
    up_to = forms.CharField(required=False, max_length=30, label="Up to, empty: any amount")
    approvers = forms.ChoiceField(choices=APPROVERS, label="Who must agree")
    role = forms.ChoiceField(choices=StaffRole.choices, label="Role")
    stand_in = forms.ChoiceField(
        choices=[("", "Nobody"), *StaffRole.choices], required=False, label="Stands in when late"
    )
    target_hours = forms.IntegerField(min_value=1, max_value=24 * 90, label="Target in hours")
    needs_step_up = forms.BooleanField(required=False, label="Signs in again to decide")

    def terms(self, kind: str) -> dict[str, Any]:
        """
        The rule as the matrix spells it.

        :raises AmountUnreadable: if the limit is no amount
        """
        said = self.cleaned_data
        currency = said["currency"].strip().upper()
        limit = said["up_to"].strip()
        return {
            "kind": kind, "currency": currency,
            "up_to_minor": minor_units(limit, currency or DEFAULT_CURRENCY) if limit else None,
            "approvers": int(said["approvers"]), "role": said["role"],
            "stand_in": said["stand_in"], "target_hours": said["target_hours"],
            "needs_step_up": said["needs_step_up"],
        }  # fmt: skip


RuleForms = forms.formset_factory(RuleForm, extra=BLANK_ROWS, can_delete=True)


class WhyForm(forms.Form):
    reason = forms.CharField(max_length=1000, label="Why", widget=forms.Textarea(attrs={"rows": 3}))


@require_GET
@desk_page("accounts.view_authoritymatrix")
def authority(request: HttpRequest) -> HttpResponse:
    matrix = newest_matrix()
    return show(
        request,
        "desk/approvals_authority.html",
        title="Who may decide",
        here="authority",
        matrix=matrix,
        kinds=matrix_by_kind(matrix),
        versions=matrix_versions(),
        can_ask=request.user.has_perm("accounts.add_exceptionrequest"),
    )


@require_http_methods(["GET", "POST"])
@desk_page("accounts.add_exceptionrequest")
def propose(request: HttpRequest, kind: str) -> HttpResponse:
    """The rules of one kind as a form; what is sent becomes a request that two people decide."""
    if kind not in ExceptionKind.values:
        raise Http404("No exception is of this kind.")
    matrix = newest_matrix()
    rules = rules_as_terms(matrix)
    own = [form_values(one) for one in rules if one["kind"] == kind]
    rows = RuleForms(request.POST or None, initial=own)
    why = WhyForm(request.POST or None)
    problem = ""
    changes = None
    if request.method == "POST" and rows.is_valid() and why.is_valid():
        try:
            wanted = [one for one in rules if one["kind"] != kind] + [
                form.terms(kind) for form in rows if form.cleaned_data and not is_gone(form)
            ]
            changes = changes_of(checked_rules(wanted), matrix)
            if "ask" in request.POST:
                return asked(request, wanted, why.cleaned_data["reason"], is_same=not changes)
        except Refusal as refusal:
            problem = refusal.message
    return show(
        request,
        "desk/approvals_propose.html",
        title=f"Change who may decide: {KIND_WORDS[ExceptionKind(kind)].lower()}",
        here="propose",
        kind=kind,
        rows=rows,
        why=why,
        problem=problem,
        changes=changes,
    )


def is_gone(form: forms.Form) -> bool:
    return bool(form.cleaned_data.get("DELETE"))


def form_values(rule: dict[str, Any]) -> dict[str, Any]:
    limit = rule["up_to_minor"]
    up_to = "" if limit is None else money_decimal(limit, rule["currency"] or DEFAULT_CURRENCY)
    return {**rule, "approvers": str(rule["approvers"]), "up_to": up_to}


def asked(
    request: HttpRequest, rules: list[dict[str, Any]], reason: str, *, is_same: bool
) -> HttpResponse:
    """:raises NothingChanged: if every rule stays as it is"""
    if is_same:
        raise NothingChanged("Every rule stays as it is. Change one, then ask.")
    made = ask_exception(
        kind=ExceptionKind.AUTHORITY_CHANGE, subject="", terms={"rules": rules}, reason=reason,
        by=cast(User, request.user), at=timezone.now(),
    )  # fmt: skip
    messages.success(request, f"{made.number} asks for it; the matrix changes when it is agreed.")
    return HttpResponseRedirect(reverse("desk:approval", args=[made.number]))
