"""Buy seats: how many there are, what more would cost now and at renewal, and the button that does it."""

from typing import Any, cast
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from billing.calc.seat_changes import SeatChange
from billing.operations.change_seats import change_seats
from billing.operations.foresee_seats import foresee_seats
from billing.queries.seat_room import SeatRoom, seat_room
from portal.views.page import PortalRequest, portal_page, show

SOURCE = "portal"
SEATS_AT_MOST = 100_000


class SeatsForm(forms.Form):
    """So many more of one kind of seat; negative: free ones are given back."""

    subscription = forms.CharField(max_length=100)
    seat_type = forms.CharField(max_length=50)
    quantity = forms.IntegerField(min_value=-SEATS_AT_MOST, max_value=SEATS_AT_MOST)
    request_id = forms.CharField(max_length=36, required=False)

    def clean_quantity(self) -> int:
        quantity = int(self.cleaned_data["quantity"])
        if not quantity:
            raise forms.ValidationError("Say how many seats more, or how many fewer.")
        return quantity

    def change(self) -> SeatChange:
        said = self.cleaned_data
        return SeatChange(
            kind="buy",
            subscription=said["subscription"],
            seat_type=said["seat_type"],
            quantity=said["quantity"],
        )


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("billing")
def seats(request: PortalRequest) -> HttpResponse:
    """GET shows the room, and with a quantity its cost; POST buys."""
    rooms = seat_room(customer_id=request.customer.pk, at=timezone.now())
    given = request.POST if request.method == "POST" else request.GET
    form = SeatsForm(given) if "quantity" in given else None
    chosen = room_of(form, rooms)
    if request.method == "POST" and form and chosen:
        return buy(request, form, chosen)
    cost = cost_of(request, form) if form and chosen else {}
    return show(
        request,
        "portal/billing/seats.html",
        title="Buy seats",
        rooms=rooms,
        form=form,
        chosen=chosen,
        request_id=uuid4(),
        **cost,
    )


def room_of(form: SeatsForm | None, rooms: list[SeatRoom]) -> SeatRoom | None:
    """The room a valid form speaks of; None for anybody else's subscription."""
    if form is None or not form.is_valid():
        return None
    asked = form.cleaned_data["subscription"], form.cleaned_data["seat_type"]
    return next((one for one in rooms if (one.subscription, one.seat_type) == asked), None)


def cost_of(request: PortalRequest, form: SeatsForm) -> dict[str, Any]:
    """The answer and the cost of the change, or why it is refused."""
    found = foresee_seats(
        customer_id=request.customer.pk, changes=[form.change()], at=timezone.now()
    )
    return {
        "quantity": form.cleaned_data["quantity"],
        "refused": found.refused[0].message if found.refused else "",
        "cost": found.costs[0] if found.costs and not found.refused else None,
    }


def buy(request: PortalRequest, form: SeatsForm, room: SeatRoom) -> HttpResponse:
    (answer,) = change_seats(
        customer_id=request.customer.pk,
        changes=[form.change()],
        source=SOURCE,
        request_id=form.cleaned_data["request_id"] or str(uuid4()),
        actor=cast(User, request.user).get_username(),
        at=timezone.now(),
    )
    if answer.status == "refused":
        messages.error(request, answer.message)
    else:
        messages.success(request, done_words(form.cleaned_data["quantity"], room))
    return HttpResponseRedirect(reverse("portal:billing_seats", args=[request.customer.pk]))


def done_words(quantity: int, room: SeatRoom) -> str:
    seats = f"{abs(quantity)} {room.seat_type_name} seat{'' if abs(quantity) == 1 else 's'}"
    return f"{seats} bought." if quantity > 0 else f"{seats} given back."
