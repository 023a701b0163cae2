"""One person's seat: what a change costs now and at renewal, what it means, and doing it once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import Grantee
from billing.calc.seat_changes import ChangeVerb, SeatChange
from billing.operations.foresee_seats import SeatForesight, foresee_seats
from billing.queries.seat_room import SeatRoom, seat_room
from portal.calc.seat_verbs import VERBS, Verb
from portal.operations.carry_out import carry_out
from portal.queries.groups_tree import group_choices
from portal.queries.people_list import people_of
from portal.queries.people_seats import SeatRow, seats_of
from portal.queries.person_name import name_of
from portal.queries.seats_to_give import room_chosen, seat_choices
from portal.views.page import PortalRequest, portal_page, show
from portal.views.people import own_person

AT_THE_LIMIT = frozenset({"seat_limit_reached", "no_free_seat", "group_pool_exhausted"})
FOUND_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """A change somebody chose, with the names its page says."""

    change: SeatChange
    names: Mapping[str, str] = field(default_factory=dict)


class WishForm(forms.Form):
    """What a verb still needs to know. Choices are the person's own, so nothing else can be asked."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, request: PortalRequest, verb: Verb, seat: SeatRow | None) -> None:
        super().__init__(request.POST if request.method == "POST" else request.GET)
        self.request, self.verb, self.seat = request, verb, seat
        self.rooms = seat_room(customer_id=request.customer.pk, at=timezone.now())
        getattr(self, f"ask_{verb.kind}", lambda: None)()

    def ask_assign(self) -> None:
        self.choose("seat", "Seat type", seat_choices(self.rooms))
        self.ask_regroup()

    def ask_regroup(self) -> None:
        here = str(self.seat.group_id) if self.seat else ""
        groups = [(str(one.id), one.path) for one in group_choices(self.request.rights)]
        self.choose("group", "Group", [one for one in groups if one[0] != here])

    def ask_change_type(self) -> None:
        assert self.seat is not None
        self.choose("to_seat", "New seat type", [
            (one.seat_type, one.seat_type_name)
            for one in self.rooms
            if one.subscription == self.seat.subscription
            and one.seat_type != self.seat.seat_type
        ])  # fmt: skip

    def ask_reassign(self) -> None:
        self.fields["find"] = forms.CharField(
            required=False, max_length=100, label="Who gets it",
            help_text="Part of a name or an e-mail address.",
        )  # fmt: skip
        find = str(self.data.get("find", "")).strip()
        found = found_by(self.request, find) if find else []
        if found:
            self.choose("to_person", "Found", found)
        elif find:
            self.fields["find"].help_text = "Nobody in your groups was found. Try another part."

    def choose(self, name: str, label: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name] = forms.ChoiceField(label=label, choices=choices)

    @property
    def is_chosen(self) -> bool:
        """Whether everything the verb needs is said."""
        needed = {name for name, one in self.fields.items() if one.required}
        missing = self.verb.kind == "reassign" and "to_person" not in self.fields
        return not missing and all(self.data.get(name) for name in needed) and self.is_valid()

    def wish(self, person: Grantee) -> Wish:
        said = self.cleaned_data
        called = str(person)
        if self.seat is None:
            room = room_chosen(self.rooms, said["seat"])
            subscription, seat_type = room.subscription, room.seat_type
            names = {"person": called, "seat": room.seat_type_name}
        else:
            subscription, seat_type = self.seat.subscription, self.seat.seat_type
            names = {"person": called, "seat": self.seat.seat_type_name}
        groups = {str(one.id): one for one in group_choices(self.request.rights)}
        group = groups.get(said.get("group", ""))
        people = people_of(self.request.rights)
        key = said.get("to_person")
        to_person = people.filter(pk=key).first() if key else None
        to_seat = said.get("to_seat", "")
        return Wish(
            SeatChange(
                kind=cast(ChangeVerb, self.verb.kind), subscription=subscription,
                seat_type=seat_type, grantee=person.external_id,
                to_grantee=to_person.external_id if to_person else "", to_seat_type=to_seat,
                group=group.external_id if group else "",
            ),
            {
                **names,
                "to_person": str(to_person or ""),
                "to_seat": self.label_of(subscription, to_seat),
                "group": group.path if group else "",
            },
        )  # fmt: skip

    def label_of(self, subscription: str, seat_type: str) -> str:
        for one in self.rooms:
            if (one.subscription, one.seat_type) == (subscription, seat_type):
                return one.seat_type_name
        return seat_type

    def room_of(self, change: SeatChange) -> SeatRoom | None:
        wanted = (change.subscription, change.to_seat_type or change.seat_type)
        return next(
            (one for one in self.rooms if (one.subscription, one.seat_type) == wanted), None
        )


def found_by(request: PortalRequest, find: str) -> list[tuple[str, str]]:
    rows = people_of(request.rights)
    for word in find.split():
        rows = rows.filter(name__icontains=word) | rows.filter(email__icontains=word)
    found = rows.order_by("name")[:FOUND_AT_MOST]
    return [(str(one.pk), f"{one} · {one.email}" if one.email else str(one)) for one in found]


@require_http_methods(["GET", "POST"])
@portal_page("people")
def seat_change(request: PortalRequest, grantee_id: UUID, verb_name: str) -> HttpResponse:
    """Choose, see what it costs and means, do it. A second press of the same button does nothing."""
    verb = VERBS.get(verb_name)
    if verb is None:
        raise Http404
    person = own_person(request, grantee_id)
    seat = own_seat(request, person, verb)
    form = WishForm(request, verb, seat)
    if not form.is_chosen:
        return change_page(request, person, verb, form)
    wish = form.wish(person)
    if request.method == "POST" and form.cleaned_data["token"]:
        return done(request, person, verb, form, wish, seat)
    return change_page(request, person, verb, form, wish)


def own_seat(request: PortalRequest, person: Grantee, verb: Verb) -> SeatRow | None:
    """The seat the address names; not found where it is gone, or lies in a group above the person's."""
    if verb.name == "assign":
        return None
    held = seats_of(request.rights, grantee_ids=[person.pk], at=timezone.now())
    asked = request.GET.get("seat_of", ""), request.GET.get("type", "")
    for one in held.get(person.pk, ()):
        if one.is_yours and asked == (one.subscription, one.seat_type):
            return one
    raise Http404


def change_page(
    request: PortalRequest, person: Grantee, verb: Verb, form: WishForm, wish: Wish | None = None
) -> HttpResponse:
    names: Mapping[str, str] = {"person": str(person), "seat": form.seat.seat_type_name if form.seat else ""}  # fmt: skip
    context: dict[str, Any] = {"form": form, "verb": verb, "who": person, "wish": wish}
    if wish is not None:
        names = wish.names
        seen = foresee_seats(
            customer_id=request.customer.pk, changes=[wish.change], at=timezone.now()
        )
        context |= foreseen(request, form, wish, seen)
        context |= {
            "access": verb.words(verb.access, names),
            "undo": verb.words(verb.undo, names),
            "token": uuid4(),
        }
    title = verb.words(verb.title, names)
    return show(request, "portal/people/change.html", title=title, **context)


def foreseen(
    request: PortalRequest, form: WishForm, wish: Wish, seen: SeatForesight
) -> dict[str, Any]:
    """The cost, or why it is refused; at the limit also the ways on."""
    refused = seen.refused[0] if seen.refused else None
    room = form.room_of(wish.change)
    is_full = refused is not None and refused.code in AT_THE_LIMIT
    return {
        "refused": refused,
        "costs": seen.costs,
        "room": room,
        "is_full": is_full and room is not None,
        "may_buy": may_buy(request),
    }


def may_buy(request: PortalRequest) -> bool:
    """The owner, billing administrators, and administrators of groups where the customer says so."""
    rights = request.rights
    if rights.is_owner or rights.manages_billing:
        return True
    return rights.may_manage_people and request.customer.group_administrators_buy


def done(
    request: PortalRequest,
    person: Grantee,
    verb: Verb,
    form: WishForm,
    wish: Wish,
    seat: SeatRow | None,
) -> HttpResponse:
    left = {person.external_id: seat.group_id} if seat and seat.group_id else {}
    (answer,) = carry_out(
        rights=request.rights, changes=[wish.change], request_id=str(form.cleaned_data["token"]),
        actor=name_of(request.user), at=timezone.now(), left=left,
    )  # fmt: skip
    if answer.status == "refused":
        messages.error(request, answer.message)
        return change_page(request, person, verb, form, wish)
    messages.success(request, verb.words(verb.done, wish.names))
    return redirect("portal:person", request.customer.pk, person.pk)
