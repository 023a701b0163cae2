"""The company's directory: tokens for SCIM, what its groups are worth, and what it did lately."""

from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from uuid6 import uuid7

from accounts.operations.issue_directory_token import issue_directory_token
from accounts.operations.revoke_directory_token import revoke_directory_token
from billing.calc.directory import RELEASE
from billing.enums import WhenGone
from billing.operations.follow_directory import GIVING, Origin
from billing.operations.map_directory import (
    MappingForesight,
    MappingWish,
    foresee_mapping,
    foresee_unmapping,
    map_directory,
    unmap_directory,
)
from billing.queries.directory_plans import TAKING
from kernel.refusal import Refusal
from portal.queries.directory_page import (
    MappingChoices,
    directory_page,
    mapping_choices,
    mapping_row,
    plan_names,
)
from portal.queries.person_name import name_of
from portal.views.page import PortalRequest, portal_page, show

SCIM = "/scim/v2"
DAYS = (("365", "After a year"), ("90", "After 90 days"), ("", "Never"))
SHOWN_REFUSALS = 5


class TokenForm(forms.Form):
    name = forms.CharField(
        label="Name", max_length=100, help_text="What uses it, such as Okta or Entra ID."
    )
    days = forms.ChoiceField(label="It ends", choices=DAYS, required=False, initial=DAYS[0][0])


class MappingForm(forms.Form):
    """What the people of a directory group get."""

    whom = forms.ChoiceField(label="People of", required=False)
    seat = forms.ChoiceField(label="get this seat", required=False)
    group = forms.ChoiceField(
        label="and are in this group here",
        required=False,
        help_text="Its administrators see them, and its seat pool and budget count their seats.",
    )
    when_gone = forms.ChoiceField(
        label="When somebody leaves", choices=WhenGone.choices, initial=RELEASE
    )
    rank = forms.IntegerField(
        label="Rank",
        min_value=1,
        max_value=999,
        initial=1,
        help_text="Somebody in two groups gets the seat of the smaller number.",
    )

    def offer(self, choices: MappingChoices) -> None:
        offered = {"whom": choices.whom, "seat": choices.seats, "group": choices.groups}
        for name, pairs in offered.items():
            cast(forms.ChoiceField, self.fields[name]).choices = pairs

    @property
    def chosen(self) -> str:
        """All that is chosen, in one line: what is confirmed must be what was seen."""
        return "|".join(str(self.cleaned_data[name]) for name in self.fields)

    @property
    def wish(self) -> MappingWish:
        said = self.cleaned_data
        subscription, _, seat_type = said["seat"].rpartition("/")
        return MappingWish(
            directory_group_id=UUID(said["whom"]) if said["whom"] else None,
            group_id=UUID(said["group"]) if said["group"] else None,
            subscription=subscription,
            seat_type=seat_type,
            when_gone=said["when_gone"],
            rank=said["rank"],
        )


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("owner")
def directory(request: PortalRequest) -> HttpResponse:
    """The page; posting its form makes a token, which is shown this once."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return token_made(request, form)
    page = directory_page(customer_id=request.customer.pk, at=timezone.now())
    return show(
        request, "portal/directory/page.html", title="Directory", page=page, form=form,
        address=request.build_absolute_uri(SCIM),
    )  # fmt: skip


def token_made(request: PortalRequest, form: TokenForm) -> HttpResponse:
    days = form.cleaned_data["days"]
    try:
        token, text = issue_directory_token(
            customer_id=request.customer.pk, name=form.cleaned_data["name"],
            days=int(days) if days else None, by_id=request.user.pk, at=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return to_directory(request)
    return show(
        request, "portal/directory/token.html", title=f"Token “{token.name}”", token=text,
        address=request.build_absolute_uri(SCIM),
    )  # fmt: skip


@require_POST
@portal_page("owner")
def token_revoke(request: PortalRequest, token_id: UUID) -> HttpResponse:
    try:
        token = revoke_directory_token(
            customer_id=request.customer.pk, token_id=token_id, at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"“{token.name}” opens nothing any more. Nobody lost a seat.")
    return to_directory(request)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("owner")
def mapping_new(request: PortalRequest) -> HttpResponse:
    """Choose; see what it does and costs; do it."""
    at = timezone.now()
    form = MappingForm(request.POST if request.method == "POST" else None)
    form.offer(mapping_choices(customer_id=request.customer.pk, at=at))
    foresight = None
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("confirm") == form.chosen:
                done = map_directory(origin=origin(request), wish=form.wish)
                messages.success(
                    request, f"Done. {done.given} seats given, {done.taken} taken back."
                )
                return to_directory(request)
            foresight = foresee_mapping(origin=origin(request), wish=form.wish)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
    return show(
        request, "portal/directory/mapping.html", title="What people of the directory get",
        form=form, chosen=form.chosen if foresight else "",
        **shown(request, foresight),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("owner")
def mapping_remove(request: PortalRequest, mapping_id: UUID) -> HttpResponse:
    """What the mapping gave ends: seen first, then done."""
    mapping = mapping_row(customer_id=request.customer.pk, mapping_id=mapping_id)
    if mapping is None:
        raise Http404
    try:
        if request.method == "POST":
            done = unmap_directory(origin=origin(request), mapping_id=mapping_id)
            messages.success(
                request, f"Removed. {done.given} seats given, {done.taken} taken back."
            )
            return to_directory(request)
        foresight = foresee_unmapping(origin=origin(request), mapping_id=mapping_id)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return to_directory(request)
    return show(
        request, "portal/directory/mapping_remove.html",
        title=f"Remove what “{mapping.whom}” gets?", mapping=mapping, **shown(request, foresight),
    )  # fmt: skip


def origin(request: PortalRequest) -> Origin:
    return Origin(request.customer.pk, name_of(request.user), str(uuid7()), timezone.now())


def shown(request: PortalRequest, foresight: MappingForesight | None) -> dict[str, object]:
    """How many seats are given and taken, what it costs, and who would get none."""
    if foresight is None:
        return {}
    kinds = [one.change.kind for one in foresight.seats.answers if one.status == "accepted"]
    taken = sum(1 for one in kinds if one in TAKING)
    refused = foresight.seats.refused
    names = plan_names(customer_id=request.customer.pk)
    return {
        "people": foresight.people,
        "given": sum(1 for one in kinds if one in GIVING),
        "taken": taken,
        "moved": sum(1 for one in kinds if one in ("change_type", "regroup")),
        "costs": [(names[one.subscription], one) for one in foresight.seats.costs],
        "refused": [one.message for one in refused[:SHOWN_REFUSALS]],
        "refused_count": len(refused),
    }


def to_directory(request: PortalRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("portal:directory", args=[request.customer.pk]))
