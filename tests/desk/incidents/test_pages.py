"""The pages of incidents: the list, one incident, what its buttons do, the drift report."""

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import ExceptionRequest
from billing.models import Invoice, InvoiceLine
from desk.models import Incident, IncidentMessage, IncidentNote, SeatDrift
from desk.operations.measure_drift import measure_drift
from desk.operations.open_incident import open_incident
from desk.operations.record_step import record_step
from desk.operations.take_incident import take_incident
from desk.queries.incidents_open import incidents_open
from tests.desk.incidents.incident_world import OPENED, an_incident, report_members
from tests.seatworld import day


def text_of(answer):
    return " ".join(answer.content.decode().split())


def page_of(incident):
    return reverse("desk:incident", args=[incident.pk])


def press(client, name, incident, *more, **said):
    return client.post(reverse(f"desk:{name}", args=[incident.pk, *more]), said, follow=True)


@pytest.fixture
def three(world):
    """One of yesterday owned by Ana, one old and late, one closed."""
    now = timezone.now()
    ana = User.objects.create_user("ana", is_staff=True)
    made = [
        open_incident(
            playbook=playbook, title=title, customer_ids=customers, found="Seen.", at=at,
        )
        for playbook, title, customers, at in (
            ("delayed_removal", "Young", [world.customer.pk], now - timedelta(hours=2)),
            ("duplicate_charge", "Old", [], now - timedelta(days=9)),
            ("missing_invoice", "Done", [], now - timedelta(days=20)),
        )
    ]  # fmt: skip
    take_incident(incident_id=made[0].pk, owner=ana, at=now)
    Incident.objects.filter(pk=made[2].pk).update(
        state="closed", closed_at=now, closed_by=ana, learned="Enough.", contained_at=now
    )
    return made


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ({}, ["Young", "Old", "Done"]),
        ({"state": "running"}, ["Young", "Old"]),
        ({"state": "closed"}, ["Done"]),
        ({"playbook": "duplicate_charge"}, ["Old"]),
        ({"severity": "critical"}, ["Old"]),
        ({"owner": "nobody"}, ["Old", "Done"]),
        ({"owner": "me"}, []),
        ({"late": "yes"}, ["Old"]),
        ({"search": "acme"}, ["Young"]),
        ({"search": "old"}, ["Old"]),
        ({"state": "nonsense"}, ["Young", "Old", "Done"]),
    ],
)
def test_incidents_are_found_by_what_people_know(as_role, three, asked, titles):
    answer = as_role("support").get(reverse("desk:incidents"), asked)

    assert [row.title for row in answer.context_data["page"].rows] == titles


def test_the_list_says_which_target_comes_next_and_what_is_late(as_role, three):
    answer = as_role("support").get(reverse("desk:incidents"))

    rows = answer.context_data["page"].rows
    assert [(row.target.words if row.target else "", row.is_late) for row in rows] == [
        ("Stop the harm", False), ("Own it", True), ("", False),
    ]  # fmt: skip
    assert "late, by" in text_of(answer)


def test_the_list_as_csv_follows_the_filters(as_role, three):
    answer = as_role("support").get(reverse("desk:incidents_csv"), {"state": "running"})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["title"], row["customers"], row["late"]) for row in rows] == [
        ("Young", "1", "no"), ("Old", "0", "yes"),
    ]  # fmt: skip


def test_the_home_page_gets_the_open_ones_oldest_first(three, django_assert_num_queries):
    with django_assert_num_queries(2):
        found = incidents_open(now=timezone.now())

    assert (found.count, found.late, found.unowned) == (2, 1, 1)
    assert [row.title for row in found.rows] == ["Old", "Young"]


def queries_of(client, address):
    client.get(address)  # what is asked once a process is not the page's
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


def test_the_list_costs_the_same_queries_for_two_or_twenty(as_role, world):
    client, counts = as_role("support"), []
    for size in (2, 18):
        for _ in range(size):
            an_incident(world)
        counts.append(queries_of(client, reverse("desk:incidents")))

    assert counts[0] == counts[1]


def test_one_incident_costs_the_same_queries_for_one_row_or_forty(as_role, world):
    client, counts = as_role("analyst"), []
    for size in (1, 40):
        incident = an_incident(world)
        for number in range(size):
            incident.affected.create(
                customer=world.customer, subject=str(number), found="A row.", found_at=OPENED
            )
            record_step(incident_id=incident.pk, key="cause", result="R.", at=OPENED, by=None)
        counts.append(queries_of(client, page_of(incident)))

    assert counts[0] == counts[1]


def test_support_opens_an_incident_and_notes_but_does_not_work_it(as_role, world):
    client = as_role("support")
    said = {"playbook": "missing_invoice", "title": "No invoice", "found": "They called."}

    answer = client.post(reverse("desk:incident_new"), {**said, "customers": "acme\n"}, follow=True)

    incident = Incident.objects.get()
    assert "Opened. Take it" in text_of(answer)
    assert [row.customer for row in incident.affected.all()] == [world.customer]
    press(client, "incident_note", incident, words="They called again.")
    assert IncidentNote.objects.get().words == "They called again."
    assert press(client, "incident_take", incident).status_code == 403
    assert "Take it" not in text_of(client.get(page_of(incident))).replace("Take it, or", "")


@pytest.mark.parametrize(
    ("change", "words"),
    [({"customers": "acme\nnobody"}, "No customer is called nobody"), ({"title": " "}, "required")],
)
def test_an_incident_that_cannot_be_opened_says_why(as_role, world, change, words):
    said = {"playbook": "missing_invoice", "title": "T", "found": "F", "customers": "", **change}

    answer = as_role("support").post(reverse("desk:incident_new"), said)

    assert words in text_of(answer)
    assert not Incident.objects.exists()


def test_taking_giving_and_a_name_nobody_has(as_role, world):
    incident, client = an_incident(world), as_role("analyst")
    User.objects.create_user("bob", is_staff=True)

    press(client, "incident_take", incident)
    assert Incident.objects.get().owner.username.startswith("analyst")
    press(client, "incident_take", incident, owner="bob")
    assert Incident.objects.get().owner.username == "bob"
    answer = press(client, "incident_take", incident, owner="ghost")
    assert "Nobody with this name works here" in text_of(answer)
    assert Incident.objects.get().owner.username == "bob"


def test_steps_are_done_from_the_page_and_stand_in_the_timeline(as_role, world):
    incident, client = an_incident(world), as_role("analyst")

    press(client, "incident_step", incident, step="contain", words="Drafts held.")
    answer = press(client, "incident_find", incident, days="30")

    text = text_of(answer)
    assert "0 found in 30 days, 0 of them new." in text
    assert "Drafts held." in text
    assert [row.title for row in answer.context_data["page"].timeline] == [
        "Opened", "Contained", "Stop the harm", "Find all affected",
    ]  # fmt: skip


def test_rows_are_chosen_decided_and_exported(as_role, world):
    incident, client = an_incident(world, seats=3), as_role("analyst")
    row = incident.affected.get(subject="row")

    press(
        client,
        "incident_rows",
        incident,
        rows=[str(row.pk)],
        state="dismissed",
        words="Moved away.",
    )

    assert sorted(incident.affected.values_list("state", flat=True)) == ["dismissed", "found"]
    answer = client.get(reverse("desk:incident_csv", args=[incident.pk]), {"state": "dismissed"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (exported,) = csv.DictReader(io.StringIO(text))
    assert (exported["customer"], exported["seats"], exported["state_reason"]) == (
        "Acme GmbH", "3", "Moved away.",
    )  # fmt: skip


def test_deciding_without_choosing_changes_nothing(as_role, world):
    incident, client = an_incident(world), as_role("analyst")

    answer = press(client, "incident_rows", incident, state="corrected", words="Done.")

    assert "choose rows of this incident" in text_of(answer)
    assert incident.affected.get().state == "found"


def test_all_that_wait_are_decided_at_once(as_role, world):
    incident, client = an_incident(world, seats=3), as_role("analyst")

    press(client, "incident_rows", incident, state="corrected", words="Done.", all="1")

    assert set(incident.affected.values_list("state", flat=True)) == {"corrected"}


def test_credits_are_previewed_asked_for_and_linked(as_role, world):
    world.push(day(1, 18))
    incident = an_incident(
        world, invoice_id=Invoice.objects.get().pk, line_id=InvoiceLine.objects.get().pk
    )
    client, row = as_role("analyst"), incident.affected.get(subject="row")
    press(client, "incident_amount", incident, row.pk, amount="40.00")

    preview = text_of(client.get(reverse("desk:incident_credit", args=[incident.pk])))
    assert "US$40.00 with tax" in preview.replace("\xa0", " ")
    assert not ExceptionRequest.objects.exists()
    answer = press(
        client, "incident_credit", incident, rows=[str(row.pk)], words="We billed 5 seats too many."
    )

    request = ExceptionRequest.objects.get()
    assert "wait for a second person" in text_of(answer)
    assert reverse("desk:approval", args=[request.number]) in text_of(answer)
    assert (request.amount_minor, request.customer_text) == (40_00, "We billed 5 seats too many.")


def test_messages_are_read_before_they_are_sent(as_role, world):
    incident, client = an_incident(world), as_role("analyst")

    preview = text_of(client.get(reverse("desk:incident_tell", args=[incident.pk])))
    assert "We billed you twice and are correcting it" in preview
    assert "olga@acme.example" in preview
    assert not IncidentMessage.objects.exists()
    answer = press(client, "incident_tell", incident)

    assert "1 messages go out within a minute" in text_of(answer)
    assert IncidentMessage.objects.get().state == "queued"
    assert "Nobody is left to tell" in text_of(answer)


def test_it_closes_only_once_everything_is_done(as_role, world):
    incident, client = an_incident(world), as_role("analyst")

    early = press(client, "incident_close", incident, words="Look twice.")
    assert "the harm is stopped" in text_of(early)
    press(client, "incident_step", incident, step="contain", words="Held.")
    press(client, "incident_rows", incident, state="corrected", words="Done.", all="1")
    answer = press(client, "incident_close", incident, words="Look twice.")

    assert Incident.objects.get().state == "closed"
    text = text_of(answer)
    assert "Look twice." in text
    assert "Decide all that wait" not in text


@pytest.mark.parametrize(
    "name",
    ["incident_take", "incident_step", "incident_find", "incident_rows", "incident_close",
     "incident_credit", "incident_tell"],
)  # fmt: skip
def test_support_presses_no_button(as_role, world, name):
    assert press(as_role("support"), name, an_incident(world)).status_code == 403


@pytest.fixture
def drifting(world):
    world.push(day(1, 18))
    report_members(world, 20, at=day(2, 1))
    measure_drift(at=day(2, 1))


def test_the_drift_report_says_how_much_and_what_it_is_worth(as_role, drifting):
    answer = as_role("support").get(reverse("desk:incident_drift"))

    (row,) = answer.context_data["page"].rows
    assert (row.billed, row.active, row.drift, row.worth_minor) == (25, 20, 5, 40_00)
    assert answer.context_data["sums"].more_seats == 5


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"direction": "more"}, 1), ({"direction": "fewer"}, 0), ({"at_least": "6"}, 0),
        ({"search": "acme-team"}, 1), ({"search": "nobody"}, 0), ({"at_least": "x"}, 1),
    ],
)  # fmt: skip
def test_drift_is_filtered(as_role, drifting, asked, found):
    answer = as_role("support").get(reverse("desk:incident_drift"), asked)

    assert len(answer.context_data["page"].rows) == found


def test_drift_that_is_gone_leaves_the_report(as_role, world, drifting):
    report_members(world, 25, at=day(2, 2))
    measure_drift(at=day(2, 2))

    assert not SeatDrift.objects.exists()
    answer = as_role("support").get(reverse("desk:incident_drift"))
    assert "the same everywhere" in text_of(answer)


def test_drift_as_csv(as_role, drifting):
    answer = as_role("support").get(reverse("desk:incident_drift_csv"))

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["subscription"], row["drift"], row["worth_per_interval"]) == (
        "acme-team", "5", "40.00",
    )  # fmt: skip
