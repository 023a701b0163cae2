"""A list of people: a dry run that changes nothing, then each row once, by what one may do."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.enums import CustomerStatus
from accounts.models import Customer, Grantee, Membership
from billing.models import EntitlementEvent, Invitation, SeatHolding, SeatImport
from portal.operations import push_import as pushing
from portal.operations.push_import import push_import
from portal.queries.import_list import lists_under_way
from tests.portal.people_world import NOW, PeopleWorld
from tests.seatworld import make_customer

LIST = """email,name,seat_type,group,action
ada@acme.example,Ada Lovelace,member,Platform,
anna@acme.example,,,,release
paul@acme.example,,,Engineering,move
new@acme.example,New,member,Engineering / Platform,invite
sam@acme.example,,,,suspend
ghost@acme.example,,,,release
nobody,,,,
ada@acme.example,,member,Platform,assign
eve@acme.example,,ceo,Platform,
eve@acme.example,,member,Sales,
"""


@pytest.fixture
def people(db, monkeypatch) -> PeopleWorld:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    return PeopleWorld.make()


def place(people: PeopleWorld, name: str, *args: object) -> str:
    return reverse(f"portal:{name}", args=[people.seats.customer.pk, *args])


def uploaded(people: PeopleWorld, user, text: str) -> SeatImport:
    client = people.client(user)
    file = SimpleUploadedFile("people.csv", text.encode(), content_type="text/csv")
    answer = client.post(place(people, "import_new"), {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    return SeatImport.objects.latest("created_at")


def checked(people: PeopleWorld, user, text: str) -> SeatImport:
    found = uploaded(people, user, text)
    assert push_import(import_id=found.pk, at=NOW) is False
    found.refresh_from_db()
    assert found.state == "checked"
    return found


def carried_out(people: PeopleWorld, found: SeatImport) -> SeatImport:
    people.client(found.by).post(place(people, "import_go_on", found.pk))
    while push_import(import_id=found.pk, at=NOW):
        pass
    found.refresh_from_db()
    return found


def page(people: PeopleWorld, user, found: SeatImport) -> str:
    return people.client(user).get(place(people, "import", found.pk)).content.decode()


def outcomes(found: SeatImport) -> list[str]:
    return [one["words"] for one in found.answers]


def test_the_dry_run_tells_each_row_and_the_cost_and_changes_nothing(people):
    before = EntitlementEvent.objects.count()

    found = uploaded(people, people.lead, LIST)
    waiting = page(people, people.lead, found)
    push_import(import_id=found.pk, at=NOW)
    shown = page(people, people.lead, found)

    found.refresh_from_db()
    assert "10 rows are being checked" in waiting
    assert outcomes(found) == [
        "New person with a seat",
        "Seat released",
        "Moved with the seat",
        "Invited",
        "sam@acme.example is in a group that is not yours.",
        "ghost@acme.example is not in your groups. Check the address.",
        "“nobody” is no e-mail address.",
        "ada@acme.example is named twice for the same.",
        "There is no seat type “ceo”. Use member, viewer.",
        "There is no group “Sales” among yours.",
    ]
    assert "Carry out 4 rows" in shown
    assert "At renewal" in shown
    assert (EntitlementEvent.objects.count(), Invitation.objects.count()) == (before, 0)
    assert not Grantee.objects.filter(external_id="ada@acme.example").exists()


def test_a_confirmed_list_is_carried_out_once_in_pieces_that_anybody_may_push(people, monkeypatch):
    monkeypatch.setattr(pushing, "PIECE", 2)
    found = checked(people, people.lead, LIST)
    client = people.client(people.lead)
    progress = place(people, "import_progress", found.pk)

    not_confirmed = push_import(import_id=found.pk, at=NOW)
    client.post(place(people, "import_go_on", found.pk))
    waits = push_import(import_id=found.pk, at=NOW)
    part = client.get(progress, headers={"HX-Request": "true"}).content.decode()
    whole = page(people, people.lead, found)
    carried_out(people, found)
    last = client.get(progress, headers={"HX-Request": "true"})
    events = EntitlementEvent.objects.count()
    carried_out(people, found)

    ada = Grantee.objects.get(external_id="ada@acme.example")
    assert (not_confirmed, waits) == (False, True)
    assert "2 of 10 rows are done" in part
    assert whole.count("Not done yet") == 8
    assert last["HX-Redirect"] == place(people, "import", found.pk)
    assert (found.state, found.done_count) == ("done", 10)
    assert EntitlementEvent.objects.count() == events
    assert (ada.name, ada.email) == ("Ada Lovelace", "ada@acme.example")
    assert Invitation.objects.get().email == "new@acme.example"
    held = SeatHolding.objects.filter(until_at=None).exclude(state="removed")
    assert set(held.values_list("grantee__external_id", "group__name")) == {
        ("ada@acme.example", "Platform"),
        ("paul", "Engineering"),
        ("sam", "Sales"),
    }
    assert Membership.objects.get(grantee=ada).group == people.platform


def test_a_piece_that_breaks_leaves_nothing_half_done_and_goes_on_when_asked(people, monkeypatch):
    found = checked(people, people.lead, LIST)
    people.client(people.lead).post(place(people, "import_go_on", found.pk))
    before = EntitlementEvent.objects.count()

    def broken(planned: object) -> None:
        raise RuntimeError("the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(pushing, "name_people", broken)
        push_import(import_id=found.pk, at=NOW)
    found.refresh_from_db()
    stopped = (found.done_count, found.stopped_at, list(lists_under_way()))
    shown = page(people, people.lead, found)
    events = EntitlementEvent.objects.count()
    carried_out(people, found)

    assert stopped == (0, NOW, [])
    assert events == before
    assert "0 of 10 rows are done" in shown
    assert (found.state, found.stopped_at) == ("done", None)
    assert Grantee.objects.filter(external_id="ada@acme.example").exists()


def test_rights_that_are_gone_in_the_meantime_refuse_the_rest(people):
    found = checked(people, people.lead, LIST)
    Membership.objects.filter(grantee__external_id="tina").update(group=people.sales)

    carried_out(people, found)

    assert outcomes(found)[1] == "anna@acme.example is in a group that is not yours."


def test_who_left_carries_nothing_out(people):
    found = checked(people, people.lead, LIST)
    people.client(people.lead).post(place(people, "import_go_on", found.pk))
    Membership.objects.filter(grantee__external_id="tina").update(state="removed")
    events = EntitlementEvent.objects.count()

    push_import(import_id=found.pk, at=NOW)

    found.refresh_from_db()
    assert set(outcomes(found)) == {"tina@acme.example may not change people here any more."}
    assert EntitlementEvent.objects.count() == events


def test_nobody_is_invited_to_a_closed_account(people):
    found = checked(people, people.lead, "email,seat_type,action\nnew@acme.example,member,invite")
    Customer.objects.update(status=CustomerStatus.CLOSED)
    SeatImport.objects.update(state="running")

    push_import(import_id=found.pk, at=NOW)

    found.refresh_from_db()
    assert outcomes(found) == ["The account is closed, nobody can be invited."]


def test_nobody_of_another_company_is_taken_over_by_a_list(people):
    other = Grantee.objects.create(external_id="ada@acme.example", name="Their Ada")
    long = f"ada@{'a' * 60}.{'a' * 40}.example"
    rows = f"ada@acme.example,Ada,member\n{long},Ada,member"
    found = checked(people, people.owner, f"email,name,seat_type\n{rows}")

    carried_out(people, found)
    assert outcomes(found)[1] == "The address is too long to go by. Invite the person instead."

    made = Grantee.objects.get(email="ada@acme.example")
    other.refresh_from_db()
    assert made.external_id == "ada@acme.example (acme)"
    assert (other.name, other.email, other.seat_holdings.count()) == ("Their Ada", "", 0)


def test_a_list_is_seen_by_who_could_have_brought_it_in_and_confirmed_by_who_did(people):
    people.administrator("lena", people.engineering)
    people.administrator("piet", people.platform)
    lena, piet = (User.objects.get(username=f"{one}@acme.example") for one in ("lena", "piet"))
    found = checked(people, people.lead, LIST)

    seen = {
        user.username: people.client(user).get(place(people, name, found.pk)).status_code
        for user in (people.owner, people.lead, lena, piet)
        for name in ("import", "import_csv")
    }
    people.client(lena).post(place(people, "import_go_on", found.pk))
    shown = page(people, lena, found)
    listed = people.client(people.owner).get(place(people, "import_new")).content.decode()
    found.refresh_from_db()

    assert seen == {
        "olga@acme.example": 200,
        "tina@acme.example": 200,
        "lena@acme.example": 200,
        "piet@acme.example": 404,
    }
    assert found.state == "checked"
    assert "Only who brought it in can carry it out" in shown
    assert place(people, "import", found.pk) in listed


def test_a_list_of_the_owner_and_of_another_company_is_not_found(people):
    found = checked(people, people.owner, LIST)
    other = make_customer(None, "other")
    other.billing_owners.update(user=people.owner)
    by_owner = people.client(people.owner)

    assert people.client(people.lead).get(place(people, "import", found.pk)).status_code == 404
    assert by_owner.get(reverse("portal:import", args=[other.pk, found.pk])).status_code == 404


def test_the_result_is_a_csv_that_computes_nothing(people):
    found = checked(people, people.lead, "email,name\n=2+2,+cmd")

    answer = people.client(people.lead).get(place(people, "import_csv", found.pk))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    assert "'=2+2,'+cmd" in text


def test_a_bad_file_is_refused_on_the_page(people):
    answer = people.client(people.lead).post(place(people, "import_new"), {"text": "name\nAda"})

    assert "names no column “email”" in answer.content.decode()
    assert not SeatImport.objects.exists()


def test_too_many_invitations_are_refused_on_the_page(people):
    rows = "\n".join(f"new{number}@acme.example,Invite" for number in range(501))

    answer = people.client(people.lead).post(
        place(people, "import_new"), {"text": f"email,action\n{rows}"}
    )

    assert "500 can be invited at once" in answer.content.decode()


def test_imports_refuse_what_their_constraints_say(people):
    said = {"customer": people.seats.customer, "by": people.owner, "created_at": NOW, "rows": [1],
            "row_count": 1}  # fmt: skip
    for name, more in (
        ("seat_import_state_is_known", {"state": "lost"}),
        ("seat_import_does_no_more_than_its_rows", {"done_count": 2}),
        ("seat_import_done_is_whole", {"state": "done", "finished_at": NOW}),
        ("seat_import_stops_under_way", {"state": "checked", "stopped_at": NOW}),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            SeatImport.objects.create(**{**said, **more})
