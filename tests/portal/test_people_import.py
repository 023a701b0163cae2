"""A list of people: a dry run that changes nothing, then each row once, by what one may do."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Grantee, Membership
from billing.models import EntitlementEvent, Invitation, SeatHolding, SeatImport
from portal.operations import import_people
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


def brought_in(people: PeopleWorld, user, text: str) -> tuple[SeatImport, str]:
    client = people.client(user)
    file = SimpleUploadedFile("people.csv", text.encode(), content_type="text/csv")
    answer = client.post(place(people, "import_new"), {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    return SeatImport.objects.latest("created_at"), client.get(answer["Location"]).content.decode()


def outcomes(found: SeatImport) -> list[str]:
    return [one["words"] for one in found.answers]


def test_the_dry_run_tells_each_row_and_the_cost_and_changes_nothing(people):
    before = EntitlementEvent.objects.count()

    found, shown = brought_in(people, people.lead, LIST)

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


def test_a_confirmed_list_is_carried_out_once_also_in_pieces(people, monkeypatch):
    monkeypatch.setattr(import_people, "PIECE", 2)
    found, _ = brought_in(people, people.lead, LIST)
    client = people.client(people.lead)
    go_on = place(people, "import_go_on", found.pk)

    client.post(go_on)
    found.refresh_from_db()
    half = (found.state, found.done_count)
    for _ in range(3):
        part = client.post(go_on, headers={"HX-Request": "true"})
    last = client.post(go_on, headers={"HX-Request": "true"})
    events = EntitlementEvent.objects.count()
    client.post(go_on)

    found.refresh_from_db()
    ada = Grantee.objects.get(external_id="ada@acme.example")
    assert half == ("running", 2)
    assert "8 of 10 rows are done" in part.content.decode()
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


def test_rights_that_are_gone_in_the_meantime_refuse_the_rest(people):
    found, _ = brought_in(people, people.lead, LIST)
    Membership.objects.filter(grantee__external_id="tina").update(group=people.sales)

    people.client(people.lead).post(place(people, "import_go_on", found.pk))

    found.refresh_from_db()
    assert outcomes(found)[1] == "anna@acme.example is in a group that is not yours."


def test_nobody_of_another_company_is_taken_over_by_a_list(people):
    other = Grantee.objects.create(external_id="ada@acme.example", name="Their Ada")
    found, _ = brought_in(people, people.owner, "email,name,seat_type\nada@acme.example,Ada,member")

    people.client(people.owner).post(place(people, "import_go_on", found.pk))

    made = Grantee.objects.get(email="ada@acme.example")
    other.refresh_from_db()
    assert made.external_id == "ada@acme.example (acme)"
    assert (other.name, other.email, other.seat_holdings.count()) == ("Their Ada", "", 0)


def test_a_list_is_seen_and_confirmed_by_who_brought_it_in_alone(people):
    found, _ = brought_in(people, people.owner, LIST)
    client = people.client(people.lead)

    assert client.get(place(people, "import", found.pk)).status_code == 404
    assert client.get(place(people, "import_csv", found.pk)).status_code == 404
    client.post(place(people, "import_go_on", found.pk))
    found.refresh_from_db()
    other = make_customer(None, "other")
    other.billing_owners.update(user=people.owner)
    answer = people.client(people.owner).get(reverse("portal:import", args=[other.pk, found.pk]))

    assert found.state == "checked"
    assert answer.status_code == 404


def test_the_result_is_a_csv_that_computes_nothing(people):
    found, _ = brought_in(people, people.lead, "email,name\n=2+2,+cmd")

    answer = people.client(people.lead).get(place(people, "import_csv", found.pk))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    assert "'=2+2,'+cmd" in text


def test_a_bad_file_is_refused_on_the_page(people):
    answer = people.client(people.lead).post(place(people, "import_new"), {"text": "name\nAda"})

    assert "names no column “email”" in answer.content.decode()
    assert not SeatImport.objects.exists()


def test_imports_refuse_what_their_constraints_say(people):
    said = {"customer": people.seats.customer, "by": people.owner, "created_at": NOW, "rows": [1],
            "row_count": 1}  # fmt: skip
    for name, more in (
        ("seat_import_state_is_known", {"state": "lost"}),
        ("seat_import_does_no_more_than_its_rows", {"done_count": 2}),
        ("seat_import_done_is_whole", {"state": "done", "finished_at": NOW}),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            SeatImport.objects.create(**{**said, **more})
