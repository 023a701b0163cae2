"""Seats in the portal: the cost before the button, each button once, and the ways on at the limit."""

import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Grantee, Membership
from billing.models import EntitlementEvent, SeatHolding, SeatRequest, SeatRequestMail
from billing.operations.ask_seats import WantedSeats, approve_seats, ask_seats
from billing.operations.remove_group import remove_group
from tests.portal.people_world import NOW, PeopleWorld

SEAT = "seat_of=acme-team&type=member"


@pytest.fixture
def people(db, freeze) -> PeopleWorld:
    return PeopleWorld.make()


@pytest.fixture
def freeze(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def full(db, freeze) -> PeopleWorld:
    """Three bought seats, all held, and a plan that allows no more."""
    return PeopleWorld.make(settings={"seat_limit": "block"}, seats={"member": 3}, names_seats=True)


def verb(people: PeopleWorld, person: str, name: str, query: str = SEAT) -> str:
    key = Grantee.objects.get(external_id=person).pk
    place = reverse("portal:seat_change", args=[people.seats.customer.pk, key, name])
    return f"{place}?{query}"


def press(client, place: str, **said: str):
    """Look at the page, then press its button; returns the page and the answer."""
    page = client.get(place)
    shown = page.content.decode()
    token = re.search(r'name="token" value="([^"]+)"', shown)
    assert token, shown
    return shown, client.post(place, {"token": token.group(1), **said})


def state(person: str) -> tuple[str, str]:
    row = SeatHolding.objects.filter(grantee__external_id=person, until_at=None).latest("from_at")
    return row.state, row.group.name


def test_a_release_shows_what_it_gives_back_and_happens_once(people):
    client = people.client(people.lead)
    place = verb(people, "anna", "release")

    shown, answer = press(client, place)
    events = EntitlementEvent.objects.count()
    token = re.search(r'name="token" value="([^"]+)"', shown).group(1)
    again = client.post(place, {"token": token})

    assert "US$8.00" in shown
    assert "may not use" in shown
    assert "To undo it" in shown
    assert "<summary>tina@acme.example</summary>" in shown  # who is signed in, not whom it is about
    assert answer.status_code == 302
    assert again.status_code == 404  # the seat is gone
    assert EntitlementEvent.objects.count() == events
    assert state("anna")[0] == "removed"


def test_a_seat_is_suspended_reactivated_retyped_moved_and_handed_over(people):
    client = people.client(people.lead)
    paul = Grantee.objects.get(external_id="paul")
    platform = str(people.platform.pk)

    press(client, verb(people, "anna", "suspend"))
    assert state("anna")[0] == "suspended"
    press(client, verb(people, "anna", "reactivate"))
    press(client, verb(people, "anna", "move", f"{SEAT}&group={platform}"), group=platform)
    assert state("anna") == ("active", "Platform")
    press(client, verb(people, "anna", "type", f"{SEAT}&to_seat=viewer"), to_seat="viewer")
    shown = client.get(verb(people, "anna", "hand-over", "seat_of=acme-team&type=viewer&find=pau"))
    assert str(paul.pk) in shown.content.decode()
    said = {"find": "pau", "to_person": str(paul.pk)}
    query = f"seat_of=acme-team&type=viewer&find=pau&to_person={paul.pk}"
    press(client, verb(people, "anna", "hand-over", query), **said)

    assert state("paul") == ("active", "Platform")
    assert state("anna")[0] == "removed"
    kept = Membership.objects.get(grantee__external_id="anna", group=people.engineering)
    assert kept.state == "removed"


def test_nothing_is_done_for_people_seats_or_groups_outside_ones_part(people):
    client = people.client(people.lead)
    sales = str(people.sales.pk)

    assert client.get(verb(people, "sam", "release")).status_code == 404
    assert client.post(verb(people, "sam", "release"), {"token": "x"}).status_code == 404
    assert client.get(verb(people, "anna", "explode")).status_code == 404
    query = f"seat={people.seat()}&group={sales}"
    shown = client.get(verb(people, "tina", "assign", query)).content.decode()
    assert 'name="token"' not in shown
    assert EntitlementEvent.objects.filter(source="portal").count() == 0


def test_at_the_limit_the_lead_asks_and_the_owner_approves_what_is_bought_and_given(full):
    lead, owner = full.client(full.lead), full.client(full.owner)
    group = str(full.engineering.pk)
    place = verb(full, "tina", "assign", f"seat={full.seat()}&group={group}")
    assert "Ask for a seat" in lead.get(place).content.decode()

    asked = reverse("portal:seats_ask", args=[full.seats.customer.pk])
    tina = Grantee.objects.get(external_id="tina")
    said = {"seat": full.seat(), "quantity": "2", "group": group, "person": str(tina.pk)}
    lead.post(asked, {**said, "reason": "Two join on Monday"})
    again = lead.post(asked, said)
    request = SeatRequest.objects.get()
    page = reverse("portal:seat_request", args=[full.seats.customer.pk, request.pk])
    assert "asked already" in again.content.decode()
    assert lead.post(page, {"approve": "1"}).status_code == 403
    shown = owner.get(page).content.decode()
    owner.post(page, {"approve": "1"})

    request.refresh_from_db()
    assert "US$16.00" in shown
    assert (request.state, request.decided_by) == ("approved", full.owner)
    assert (full.seats.seats(), state("tina")) == (5, ("active", "Engineering"))
    assert list(SeatRequestMail.objects.values_list("kind", "to")) == [
        ("asked", ["olga@acme.example"]),
        ("decided", ["tina@acme.example"]),
    ]


def test_whoever_may_buy_does_so_in_two_clicks_and_goes_on_with_the_seat(full):
    customer = full.seats.customer
    customer.group_administrators_buy = True
    customer.save()
    client = full.client(full.lead)
    group = str(full.engineering.pk)
    shown = client.get(verb(full, "tina", "assign", f"seat={full.seat()}&group={group}"))
    link = re.search(r'href="([^"]+seats/buy/[^"]+)"', shown.content.decode()).group(1)

    _, answer = press(client, link.replace("&amp;", "&"), seat=full.seat(), quantity="1")
    goes_on = client.get(answer["Location"]).content.decode()

    assert full.seats.seats() == 4
    assert "Assign the seat" in goes_on


def test_a_lead_who_may_not_buy_is_refused(full):
    place = reverse("portal:seats_buy", args=[full.seats.customer.pk])

    assert full.client(full.lead).get(place).status_code == 403
    assert full.client(full.owner).get(place).status_code == 200


def test_approving_makes_room_in_the_pools_on_the_way_up(full):
    full.engineering.seat_pool = full.platform.seat_pool = 2
    full.platform.save()
    full.engineering.save()
    lead = full.client(full.lead)
    said = {"seat": full.seat(), "quantity": "1", "group": str(full.platform.pk)}
    lead.post(reverse("portal:seats_ask", args=[full.seats.customer.pk]), said)
    request = SeatRequest.objects.get()
    page = reverse("portal:seat_request", args=[full.seats.customer.pk, request.pk])
    full.client(full.owner).post(page, {"approve": "1"})

    full.engineering.refresh_from_db()
    full.platform.refresh_from_db()
    assert (full.engineering.seat_pool, full.platform.seat_pool) == (3, 2)


def test_the_tree_of_groups_is_locked_before_the_ledger(full):
    """As directories do it: who locks them the other way round would wait in a ring."""
    rights = full.rights(full.owner)
    wanted = WantedSeats(full.seats.subscription, full.seats.plan.seat_types.first(), full.sales)
    asked = ask_seats(rights=full.rights(full.lead), wanted=wanted, by=full.lead, at=NOW)
    empty = full.seats.customer.groups.create(name="Empty", external_id="empty")
    acts = (
        lambda: approve_seats(request_id=asked.pk, by=full.owner, rights=rights, at=NOW),
        lambda: remove_group(rights=full.rights(full.owner), group_id=empty.pk, at=NOW),
    )
    for act in acts:
        with CaptureQueriesContext(connection) as queries:
            act()
        asked_for = [str(one["sql"]).replace('"', "") for one in queries]
        locks = [sql for sql in asked_for if " FOR " in sql and "UPDATE" in sql]
        first = [
            min(place for place, sql in enumerate(locks) if f"FROM {table}" in sql)
            for table in ("accounts_customer", "billing_ledgerhead")
        ]
        assert first == sorted(first)


def test_a_request_is_taken_back_by_who_asked_and_declined_with_a_word(full):
    lead, owner = full.client(full.lead), full.client(full.owner)
    said = {"seat": full.seat(), "quantity": "1", "group": str(full.platform.pk)}
    for _ in range(2):
        lead.post(reverse("portal:seats_ask", args=[full.seats.customer.pk]), said)
        request = SeatRequest.objects.get(state="asked")
        page = reverse("portal:seat_request", args=[full.seats.customer.pk, request.pk])
        if SeatRequest.objects.count() == 1:
            lead.post(page, {"withdraw": "1"})
    owner.post(page, {"decline": "1", "answer": "Next year"})

    assert list(SeatRequest.objects.order_by("asked_at", "id").values_list("state", "answer")) == [
        ("withdrawn", ""),
        ("declined", "Next year"),
    ]


def test_requests_refuse_what_their_constraints_say(full):
    seat_type = full.seats.plan.seat_types.get(code="member")
    said = {
        "customer": full.seats.customer, "subscription": full.seats.subscription,
        "seat_type": seat_type, "group": full.platform, "asked_by": full.lead, "asked_at": NOW,
        "quantity": 1,
    }  # fmt: skip
    SeatRequest.objects.create(**said)
    decided = {"state": "approved", "decided_at": NOW}
    for name, more in (
        ("seat_request_open_once_for_the_same", {}),
        ("seat_request_is_not_decided_by_who_asked", {**decided, "decided_by": full.lead}),
        ("seat_request_decided_says_by_whom", decided),
        ("seat_request_asks_for_a_seat", {"quantity": 0}),
        ("seat_request_state_is_known", {"state": "maybe"}),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            SeatRequest.objects.create(**{**said, **more})


def test_mail_about_requests_refuses_what_its_constraints_say(full):
    request = SeatRequest.objects.create(
        customer=full.seats.customer, subscription=full.seats.subscription,
        seat_type=full.seats.plan.seat_types.get(code="member"), group=full.platform,
        asked_by=full.lead, asked_at=NOW, quantity=1,
    )  # fmt: skip
    said = {
        "request": request, "kind": "asked", "language": "en", "to": ["olga@acme.example"],
        "subject": "s", "text": "t", "html": "h", "queued_at": NOW, "send_after": NOW,
    }  # fmt: skip
    SeatRequestMail.objects.create(**said, message_id="first")
    for name, more in (
        ("seat_request_mail_once_per_kind", {}),
        ("seat_request_mail_kind_is_known", {"kind": "maybe"}),
        ("seat_request_mail_has_somebody_to_read_it", {"kind": "decided", "to": []}),
        ("seat_request_mail_sent_says_when", {"kind": "decided", "sent_at": NOW}),
        ("seat_request_mail_being_sent_is_claimed", {"kind": "decided", "state": "sending"}),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            SeatRequestMail.objects.create(**{**said, **more}, message_id=name)
