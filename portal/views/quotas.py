"""Quotas: which group may use how much of what the subscription includes for all."""

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from billing.models import QuotaAllocation
from billing.operations.allocate_quota import allocate_quota
from billing.queries.shared_limits import SharedLimit, shared_limits
from kernel.refusal import Refusal
from portal.queries.groups_tree import group_choices
from portal.views.page import PortalRequest, portal_page
from portal.views.people import show_people

LARGEST = 1_000_000_000_000


@dataclass(frozen=True, slots=True)
class GroupQuota:
    """A group's line: its quota (None: none of its own) and what it and those below it used."""

    id: UUID
    path: str
    quantity: int | None
    used: int
    is_yours: bool


@dataclass(frozen=True, slots=True)
class QuotaTable:
    """One feature of one subscription with the groups one administers."""

    shared: SharedLimit
    groups: tuple[GroupQuota, ...]


class QuotaForm(forms.Form):
    subscription = forms.UUIDField()
    feature = forms.CharField(max_length=50)
    group = forms.UUIDField()
    quantity = forms.IntegerField(required=False, min_value=0, max_value=LARGEST)


@require_http_methods(["GET", "POST"])
@portal_page("people")
def quotas(request: PortalRequest) -> HttpResponse:
    problem = ""
    if request.method == "POST":
        form = QuotaForm(request.POST)
        problem = save(request, form) if form.is_valid() else "Give a whole number from 0."
        if not problem:
            return redirect("portal:quotas", request.customer.pk)
    return show_people(
        request, "portal/people/quotas.html", title="Quotas", tables=tables(request),
        problem=problem,
    )  # fmt: skip


def save(request: PortalRequest, form: QuotaForm) -> str:
    """What is wrong, or nothing once it is saved."""
    said = form.cleaned_data
    try:
        made = allocate_quota(
            rights=request.rights, subscription_id=said["subscription"], feature=said["feature"],
            group_id=said["group"], quantity=said["quantity"], at=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        return refusal.message
    messages.success(request, "Saved. It counts from now on." if made else "The quota is gone.")
    return ""


def tables(request: PortalRequest) -> list[QuotaTable]:
    """A fixed number of queries, whatever the number of groups."""
    customer_id, rights = request.customer.pk, request.rights
    given = {
        (one.subscription_id, one.feature_id, one.group_id): one.quantity
        for one in QuotaAllocation.objects.filter(subscription__customer=customer_id)
    }
    choices = group_choices(rights)
    return [
        QuotaTable(
            shared,
            tuple(
                GroupQuota(
                    one.id, one.path,
                    given.get((shared.subscription_id, shared.feature_id, one.id)),
                    shared.used_by_group.get(one.id, 0),
                    is_yours=rights.is_owner or " / " in one.path,
                )
                for one in choices
            ),
        )
        for shared in shared_limits(customer_id=customer_id, at=timezone.now())
    ]  # fmt: skip
