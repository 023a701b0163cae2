"""At the limit: buy more seats where one may, or ask the billing owner, who decides."""

from contextlib import suppress
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from kombu.exceptions import OperationalError

from accounts.models import Customer, Grantee, Group
from billing.calc.seat_changes import SeatChange
from billing.models import SeatType, Subscription
from billing.operations.ask_seats import (
    WantedSeats,
    approve_seats,
    ask_seats,
    decline_seats,
    foreseen_changes,
    withdraw_seats,
)
from billing.operations.foresee_seats import foresee_seats
from billing.queries.find_subject import as_uuid
from billing.queries.seat_room import SeatRoom, seat_room
from billing.tasks import send_seat_requests
from kernel.refusal import Refusal
from portal.operations.carry_out import carry_out
from portal.queries.groups_tree import group_choices, open_groups
from portal.queries.people_list import people_of
from portal.queries.person_name import name_of
from portal.queries.seat_requests import seat_requests
from portal.queries.seats_to_give import read_seat, room_chosen, seat_choices
from portal.views.page import PortalRequest, portal_page, show
from portal.views.people import show_people
from portal.views.seats import may_buy

MOST = 10_000


class BuyForm(forms.Form):
    """`seat` names a subscription and a seat type of it."""

    seat = forms.ChoiceField(label="Seats")
    quantity = forms.IntegerField(
        min_value=-MOST, max_value=MOST, initial=1, label="How many more",
        help_text="A number below zero gives back seats that nobody holds.",
    )  # fmt: skip
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, rooms: list[SeatRoom], data: Any) -> None:
        super().__init__(data)
        self.fields["seat"].choices = seat_choices(rooms)  # type: ignore[attr-defined]

    def clean_quantity(self) -> int:
        quantity = int(self.cleaned_data["quantity"])
        if quantity == 0:
            raise forms.ValidationError("Say how many seats.")
        return quantity


class AskForm(forms.Form):
    """Choices are the asker's own groups and people."""

    seat = forms.ChoiceField(label="Seats")
    quantity = forms.IntegerField(min_value=1, max_value=MOST, initial=1, label="How many")
    group = forms.ChoiceField(label="For")
    person = forms.UUIDField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        required=False, max_length=500, label="Why",
        widget=forms.Textarea(attrs={"rows": 3}), help_text="The billing owner reads it.",
    )  # fmt: skip

    def __init__(
        self, request: PortalRequest, rooms: list[SeatRoom], data: Any, **more: Any
    ) -> None:
        super().__init__(data, **more)
        choice = cast(Any, self.fields)
        choice["seat"].choices = seat_choices(rooms)
        choice["group"].choices = [(str(one.id), one.path) for one in group_choices(request.rights)]


@require_http_methods(["GET", "POST"])
@portal_page("people")
def seats_buy(request: PortalRequest) -> HttpResponse:
    """How many; what that costs; buy. For somebody at the limit it goes on with the seat they wanted."""
    if not may_buy(request):
        raise PermissionDenied
    rooms = seat_room(customer_id=request.customer.pk, at=timezone.now())
    given = request.POST if request.method == "POST" else request.GET
    form = BuyForm(rooms, given if "seat" in given else None)
    context: dict[str, Any] = {"form": form, "then": going_on(request)}
    if form.is_bound and form.is_valid():
        change = bought(form, rooms)
        if request.method == "POST" and form.cleaned_data["token"]:
            return buy(request, change, str(form.cleaned_data["token"]))
        seen = foresee_seats(customer_id=request.customer.pk, changes=[change], at=timezone.now())
        context |= {
            "costs": seen.costs,
            "refused": seen.refused[0] if seen.refused else None,
            "quantity": change.quantity,
            "is_back": change.quantity < 0,
            "count": abs(change.quantity),
            "token": uuid4(),
        }
    return show(request, "portal/people/buy.html", title="Buy seats", **context)


def bought(form: BuyForm, rooms: list[SeatRoom]) -> SeatChange:
    room = room_chosen(rooms, form.cleaned_data["seat"])
    quantity = form.cleaned_data["quantity"]
    return SeatChange("buy", room.subscription, room.seat_type, quantity=quantity)


def going_on(request: PortalRequest) -> Grantee | None:
    """For whom the seats are bought, where the page came from somebody's own."""
    key = as_uuid(request.GET.get("person", ""))
    return people_of(request.rights).filter(pk=key).first() if key else None


def buy(request: PortalRequest, change: SeatChange, token: str) -> HttpResponse:
    (answer,) = carry_out(
        rights=request.rights, changes=[change], request_id=token,
        actor=name_of(request.user), at=timezone.now(),
    )  # fmt: skip
    if answer.status == "refused":
        messages.error(request, answer.message)
        return redirect("portal:people", request.customer.pk)
    count = abs(change.quantity)
    messages.success(
        request,
        f"{count} seat{'' if count == 1 else 's'} {'bought' if change.quantity > 0 else 'given back'}.",
    )
    person = going_on(request)
    if person is not None:
        page = redirect("portal:seat_change", request.customer.pk, person.pk, "assign")
        page["Location"] += f"?{request.GET.urlencode()}"
        return page
    return redirect("portal:people", request.customer.pk)


@require_POST
@portal_page("owner")
def seats_setting(request: PortalRequest) -> HttpResponse:
    """Whether administrators of groups buy without asking."""
    customer = Customer.objects.get(pk=request.customer.pk)
    customer.group_administrators_buy = "may_buy" in request.POST
    customer.save(update_fields=["group_administrators_buy"])
    now = "may now buy seats" if customer.group_administrators_buy else "now ask you for seats"
    messages.success(request, f"Administrators of groups {now}.")
    return redirect("portal:groups", customer.pk)


@require_http_methods(["GET", "POST"])
@portal_page("people")
def seats_ask(request: PortalRequest) -> HttpResponse:
    rooms = seat_room(customer_id=request.customer.pk, at=timezone.now())
    form = AskForm(
        request, rooms, request.POST if request.method == "POST" else None,
        initial=request.GET.dict(),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            ask_seats(
                rights=request.rights, wanted=wanted(request, form.cleaned_data),
                by=cast(User, request.user), at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            call_a_hand()
            messages.success(
                request, "The billing owner is asked. You get an e-mail when they decide."
            )
            return redirect("portal:seat_requests", request.customer.pk)
    return show(request, "portal/people/ask.html", title="Ask for seats", form=form)


def wanted(request: PortalRequest, said: dict[str, Any]) -> WantedSeats:
    """Everything asked for is the customer's, and the group and person are the asker's own."""
    subscription_id, seat_type_id = read_seat(said["seat"])
    assert subscription_id, "the form offers seats of subscriptions alone"
    assert seat_type_id
    groups: dict[UUID, Group] = {one.pk: one for one in open_groups(request.rights)}
    key = said["person"]
    person = people_of(request.rights).filter(pk=key).first() if key else None
    if said["person"] and person is None:
        raise Http404
    return WantedSeats(
        subscription=Subscription.objects.get(customer=request.customer, pk=subscription_id),
        seat_type=SeatType.objects.get(pk=seat_type_id),
        group=groups[UUID(said["group"])],
        quantity=said["quantity"],
        grantee=person,
        reason=said["reason"],
    )


@require_GET
@portal_page("people")
def requests(request: PortalRequest) -> HttpResponse:
    """Open ones first; for the owner with what each costs."""
    rows = seat_requests(request.rights)
    return show_people(
        request, "portal/people/requests.html", title="Requests for seats", rows=rows
    )


@require_http_methods(["GET", "POST"])
@portal_page("people")
def seat_request(request: PortalRequest, request_id: UUID) -> HttpResponse:
    """What it costs, then approve or decline; who asked takes it back."""
    row = next((one for one in seat_requests(request.rights) if one.id == request_id), None)
    if row is None:
        raise Http404
    if request.method == "POST":
        return decide(request, request_id)
    costs: Any = ()
    refused = None
    if row.may_decide:
        seen = foresee_seats(
            customer_id=request.customer.pk,
            changes=foreseen_changes(
                request_id=request_id, customer_id=request.customer.pk, at=timezone.now()
            ),
            at=timezone.now(),
        )
        costs, refused = seen.costs, seen.refused[0] if seen.refused else None
    return show(
        request, "portal/people/request.html",
        title=row.title,
        row=row, costs=costs, refused=refused,
    )  # fmt: skip


def decide(request: PortalRequest, request_id: UUID) -> HttpResponse:
    by, rights = cast(User, request.user), request.rights
    now = timezone.now()
    try:
        if "withdraw" in request.POST:
            withdraw_seats(request_id=request_id, by=by, rights=rights)
            words = "The request is taken back."
        elif not rights.is_owner:
            raise PermissionDenied
        elif "approve" in request.POST:
            approve_seats(request_id=request_id, by=by, rights=rights, at=now)
            words = "Approved: the seats are there, and who asked is told."
        else:
            answer = request.POST.get("answer", "")[:500]
            decline_seats(request_id=request_id, by=by, rights=rights, answer=answer, at=now)
            words = "Declined; who asked is told."
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        call_a_hand()
        messages.success(request, words)
    return redirect("portal:seat_requests", request.customer.pk)


def call_a_hand() -> None:
    """Send what is written now; without a broker the next minute does."""
    with suppress(OperationalError):
        send_seat_requests.delay()
