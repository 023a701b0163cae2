"""Buy seats: how many there are, what more would cost now and at renewal, and the button that does it."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from billing.calc.seat_changes import SeatChange
from billing.operations.foresee_seats import foresee_seats
from billing.queries.seat_room import seat_room
from portal.operations.carry_out import carry_out
from portal.queries.person_name import name_of
from portal.views.page import PortalRequest, portal_page, show
from portal.views.seats_buy import BuyForm, bought


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("billing")
def seats(request: PortalRequest) -> HttpResponse:
    """GET shows the room, and with a quantity its cost; POST with the token of that page buys."""
    rooms = seat_room(customer_id=request.customer.pk, at=timezone.now())
    given = request.POST if request.method == "POST" else request.GET
    form = BuyForm(rooms, given if "seat" in given else None)
    context: dict[str, Any] = {"rooms": rooms, "form": form}
    if form.is_bound and form.is_valid():
        change = bought(form, rooms)
        if request.method == "POST" and form.cleaned_data["token"]:
            return buy(request, change, token=str(form.cleaned_data["token"]))
        context |= cost_of(request, change)
    return show(request, "portal/billing/seats.html", title="Buy seats", **context)


def cost_of(request: PortalRequest, change: SeatChange) -> dict[str, Any]:
    """The cost of the change, or why it is refused."""
    found = foresee_seats(customer_id=request.customer.pk, changes=[change], at=timezone.now())
    return {
        "quantity": change.quantity,
        "count": abs(change.quantity),
        "refused": found.refused[0].message if found.refused else "",
        "costs": () if found.refused else found.costs,
        "token": uuid4(),
    }


def buy(request: PortalRequest, change: SeatChange, *, token: str) -> HttpResponse:
    (answer,) = carry_out(
        rights=request.rights,
        changes=[change],
        request_id=token,
        actor=name_of(request.user),
        at=timezone.now(),
    )
    if answer.status == "refused":
        messages.error(request, answer.message)
    else:
        count = abs(change.quantity)
        done = "bought" if change.quantity > 0 else "given back"
        messages.success(request, f"{count} seat{'' if count == 1 else 's'} {done}.")
    return HttpResponseRedirect(reverse("portal:billing_seats", args=[request.customer.pk]))
