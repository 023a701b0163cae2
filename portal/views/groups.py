"""Groups: the tree with seats and budgets, and shaping it within one's own part."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Group
from accounts.operations.shape_groups import (
    GroupTerms,
    change_group,
    create_group,
    set_administrator,
)
from billing.documents.staff_text import money_decimal
from billing.operations.remove_group import remove_group
from billing.queries.find_subject import as_uuid
from kernel.money import minor_units
from kernel.refusal import Refusal
from portal.queries.groups_tree import (
    group_choices,
    group_tree,
    open_groups,
    walk,
)
from portal.queries.people_list import people_of
from portal.views.page import PortalRequest, portal_page, show
from portal.views.people import show_people


class GroupForm(forms.Form):
    """What can be said of a group. `at_top` offers the place at the top, the billing owner's alone."""

    name = forms.CharField(max_length=200, label="Name")
    parent = forms.ChoiceField(required=False, label="Below")
    seat_pool = forms.IntegerField(
        required=False, min_value=0, max_value=1_000_000, label="Seats it may use",
        help_text="With everything below it. Empty: as many as the groups above.",
    )  # fmt: skip
    budget = forms.CharField(required=False, max_length=20)
    cost_center = forms.CharField(
        required=False, max_length=50, label="Cost center", help_text="Shown on broken-down lines."
    )

    def __init__(
        self,
        request: PortalRequest,
        *,
        initial: dict[str, Any] | None = None,
        without: UUID | None = None,
    ) -> None:
        super().__init__(request.POST if request.method == "POST" else None, initial=initial)
        self.currency = request.customer.currency
        places = [(str(one.id), one.path) for one in group_choices(request.rights)]
        top = [("", "– at the top –")] if request.rights.is_owner else []
        self.fields["parent"].choices = top + [  # type: ignore[attr-defined]
            place for place in places if place[0] != str(without)
        ]
        budget = self.fields["budget"]
        budget.label = f"Budget a billing cycle ({self.currency})"
        budget.help_text = "For the recurring price of its seats, before tax. Empty: no own budget."

    def clean_budget(self) -> int | None:
        """Minor units, or None where nothing is said."""
        text = self.cleaned_data["budget"].strip()
        try:
            minor = minor_units(text, self.currency) if text else None
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        if minor is not None and not 0 <= minor < 10**15:
            raise forms.ValidationError("Give an amount from 0.")
        return minor

    def terms(self) -> GroupTerms:
        said = self.cleaned_data
        return GroupTerms(
            name=said["name"].strip(),
            parent_id=UUID(said["parent"]) if said["parent"] else None,
            seat_pool=said["seat_pool"],
            budget_minor=said["budget"],
            cost_center=said["cost_center"].strip(),
        )


@require_GET
@portal_page("people")
def groups(request: PortalRequest) -> HttpResponse:
    tree = group_tree(request.rights, at=timezone.now())
    return show_people(request, "portal/people/groups.html", title="Groups", tree=tree)


@require_http_methods(["GET", "POST"])
@portal_page("people")
def group_new(request: PortalRequest) -> HttpResponse:
    form = GroupForm(request, initial={"parent": request.GET.get("below", "")})
    if request.method == "POST" and form.is_valid():
        try:
            made = create_group(rights=request.rights, terms=form.terms())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{made.name} is there.")
            return redirect("portal:groups", request.customer.pk)
    return show(request, "portal/people/group_new.html", title="New group", form=form)


@require_http_methods(["GET", "POST"])
@portal_page("people")
def group(request: PortalRequest, group_id: UUID) -> HttpResponse:
    """One group: its figures, its terms, its administrators."""
    row = own_group(request, group_id)
    form = GroupForm(request, initial=shown(row), without=row.pk)
    if not may_shape(request, row):
        for name in ("parent", "seat_pool", "budget"):
            form.fields[name].disabled = True
        form.fields["parent"].choices = [  # type: ignore[attr-defined]
            (str(row.parent_id or ""), row.parent.name if row.parent else "– at the top –")
        ]
    if request.method == "POST" and form.is_valid():
        try:
            change_group(rights=request.rights, group_id=row.pk, terms=form.terms())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Saved.")
            return redirect("portal:group", request.customer.pk, row.pk)
    return group_page(request, row, form)


def group_page(request: PortalRequest, row: Group, form: GroupForm) -> HttpResponse:
    now = timezone.now()
    node = next(one for one in walk(group_tree(request.rights, at=now)) if one.id == row.pk)
    named = {one.grantee_id for one in node.administrators}
    candidates = people_of(request.rights).filter(memberships__group=row).distinct()
    return show(
        request,
        "portal/people/group.html",
        title=row.name,
        node=node,
        form=form,
        candidates=[one for one in candidates.order_by("name")[:500] if one.pk not in named],
    )


@require_POST
@portal_page("people")
def group_remove(request: PortalRequest, group_id: UUID) -> HttpResponse:
    row = own_group(request, group_id)
    try:
        remove_group(rights=request.rights, group_id=row.pk, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("portal:group", request.customer.pk, row.pk)
    messages.success(request, f"{row.name} is removed. Past invoices still name it.")
    return redirect("portal:groups", request.customer.pk)


@require_POST
@portal_page("people")
def group_administrator(request: PortalRequest, group_id: UUID) -> HttpResponse:
    """Name an administrator (`add`) or end it (`end`); both are a person's id."""
    row = own_group(request, group_id)
    asked = as_uuid(request.POST.get("add") or request.POST.get("end") or "")
    person = people_of(request.rights).filter(pk=asked).first() if asked else None
    if person is None:
        raise Http404
    is_administrator = "add" in request.POST
    try:
        set_administrator(
            rights=request.rights, group_id=row.pk, grantee_id=person.pk,
            is_administrator=is_administrator,
        )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        now = "now administers" if is_administrator else "no longer administers"
        messages.success(request, f"{person} {now} {row.name} and everything below it.")
    return redirect("portal:group", request.customer.pk, row.pk)


def own_group(request: PortalRequest, group_id: UUID) -> Group:
    """A group outside the person's part of the tree is not found."""
    for row in open_groups(request.rights):
        if row.pk == group_id:
            return row
    raise Http404


def may_shape(request: PortalRequest, row: Group) -> bool:
    return request.rights.is_owner or row.parent_id in request.rights.group_ids


def shown(row: Group) -> dict[str, Any]:
    budget = row.budget_minor
    return {
        "name": row.name,
        "parent": str(row.parent_id or ""),
        "seat_pool": row.seat_pool,
        "budget": "" if budget is None else money_decimal(budget, row.customer.currency),
        "cost_center": row.cost_center,
    }
