"""Campaigns at the desk: drawn, published as versions, and running cases moved only when asked."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from desk.queries.recovery_ladder import drawn
from dunning.documents.write_message import ALL_TEMPLATES, LANGUAGES
from dunning.models import Campaign, CaseCampaign
from dunning.operations.set_up_campaigns import STANDARD, set_up_campaigns
from tests.desk.recovery_world import another_case
from tests.dunning.case_world import FAILED_AT, fail, the_case, tick
from tests.seatworld import day

LADDER = {
    "threshold_minor": "500", "retries": "4", "retry_days": "10", "grace_days": "5",
    "end_day": "40", "ending": "hand_over", "message_day_1": "0", "message_1": "first_notice",
    "message_day_2": "9", "message_2": "last_notice", "banner_day": "2", "suspend_day": "20",
    "suspend_message": "access_suspended",
}  # fmt: skip
PUBLISHED = {
    **LADDER, "name": "Standard", "segment": "all", "priority": "100", "is_active": "on",
    "reason": "Fewer letters",
}  # fmt: skip


@pytest.fixture
def standard(db):
    set_up_campaigns(at=day(1, 1))
    return Campaign.objects.get(code="standard")


@pytest.fixture
def case(world):
    fail(world)
    tick(FAILED_AT)
    return the_case()


def address(name, campaign):
    return reverse(f"desk:recovery_{name}", args=[campaign.pk])


def publish(client, campaign, **said):
    return client.post(address("new_version", campaign), {**PUBLISHED, "publish": "1", **said})


def test_the_list_tells_who_follows_what(as_role, case):
    rows = as_role("support").get(reverse("desk:recovery_campaigns")).context_data["rows"]

    assert [(row.name, row.running, row.is_active) for row in rows] == [
        ("Standard", 1, True), ("Gentle: never suspends, ends with a person", 0, False),
    ]  # fmt: skip


def test_a_campaign_shows_its_ladder_and_its_versions(as_role, standard):
    answer = as_role("support").get(address("campaign", standard))

    ladder = answer.context_data["ladder"]
    text = answer.content.decode()
    assert [(rung.day, rung.words) for rung in ladder.rungs][:3] == [
        (0, "Up to 8 charges by day 14"), (0, "Write: first notice"), (3, "Advise: show a banner"),
    ]  # fmt: skip
    assert ladder.rungs[-1].words == "Ask for a write-off"
    assert "8 retries" in text
    assert "<svg" in text


def test_the_drawing_stays_within_its_frame():
    ladder = drawn(STANDARD)

    bars = [*ladder.charging, *ladder.access]
    assert all(bar.x >= 96 and bar.x + bar.width <= 976 for bar in bars)
    assert [bar.kind for bar in ladder.access] == ["banner", "restrict_additions", "suspend"]
    assert len(ladder.ticks) <= 9


def test_a_new_version_starts_from_what_is_there(as_role, standard):
    form = as_role("approver").get(address("new_version", standard)).context_data["form"]

    assert form["message_4"].value() == "last_notice"
    assert form["suspend_day"].value() == 24
    assert form["name"].value() == "Standard"


def test_checking_draws_and_publishes_nothing(as_role, standard):
    answer = as_role("approver").post(address("new_version", standard), {**PUBLISHED, "check": "1"})

    assert Campaign.objects.filter(code="standard").count() == 1
    assert answer.context_data["ladder"].days == 40
    assert "Publish</button>" in answer.content.decode()


def test_a_published_version_is_current_and_running_cases_stay(as_role, case):
    answer = publish(as_role("approver"), case.campaign)

    new = Campaign.objects.get(code="standard", is_current=True)
    case.refresh_from_db()
    assert answer.url == address("campaign", new)
    assert (new.version, new.retries, new.end_day, new.reason) == (2, 4, 40, "Fewer letters")
    assert new.messages == [
        {"day": 0, "template": "first_notice"}, {"day": 9, "template": "last_notice"},
    ]  # fmt: skip
    assert new.access == [
        {"day": 2, "level": "banner", "message": None},
        {"day": 20, "level": "suspend", "message": "access_suspended"},
    ]
    assert new.published_by.groups.get().name == "approver"
    assert case.campaign.version == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"suspend_day": "14"}, "Access cannot be suspended on day 14"),
        ({"message_day_2": "19"}, "without a last notice at least 3 days"),
        ({"end_day": "12"}, "The end must come after every message"),
        ({"message_day_3": "5"}, "A message needs both its day and its words"),
        ({"retries": "99"}, "less than or equal to 10"),
        ({"segment": "country", "country": "de"}, "names its two capitals"),
        ({"currency": "eur"}, "Enter a valid value"),
        ({"reason": ""}, "This field is required"),
        ({"message_1": "made_up"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_carried_out_is_not_published(as_role, standard, said, words):
    text = publish(as_role("approver"), standard, **said).content.decode()

    assert words in text
    assert Campaign.objects.filter(code="standard").count() == 1


def test_a_new_campaign_has_a_code_of_its_own(as_role, standard):
    client = as_role("approver")
    place = reverse("desk:recovery_new_campaign")

    taken = client.post(place, {**PUBLISHED, "code": "standard", "publish": "1"})
    client.post(place, {**PUBLISHED, "code": "swift", "name": "Swift", "publish": "1"})

    assert "A campaign has this code" in taken.content.decode()
    assert Campaign.objects.get(code="swift").version == 1


def test_moving_is_shown_for_each_case_before_it_happens(as_role, case):
    client = as_role("approver")
    publish(client, case.campaign, banner_day="")
    new = Campaign.objects.get(code="standard", is_current=True)

    answer = client.get(address("move", new))

    (row,) = answer.context_data["rows"]
    assert (row.case_id, row.campaign_now) == (case.pk, "Standard (version 1)")
    assert row.changes
    assert CaseCampaign.objects.count() == 0
    assert "1 running case would be affected" in answer.content.decode()


def test_ticked_cases_move_with_a_reason(as_role, world, case):
    other = another_case(world, case, 2)
    client = as_role("approver")
    publish(client, case.campaign)
    new = Campaign.objects.get(code="standard", is_current=True)

    client.post(address("move", new), {"cases": [str(other.pk)], "reason": "Fewer letters"})

    move = CaseCampaign.objects.get()
    assert (move.case_id, move.joined_id, move.reason) == (other.pk, new.pk, "Fewer letters")
    case.refresh_from_db()
    assert case.campaign.version == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"reason": "x"}, "Tick the cases that move"),
        ({"cases": ["CASE"]}, "Say why"),
        ({"cases": ["0197a9d0-0000-7000-8000-000000000000"], "reason": "x"}, "The list changed"),
    ],
)
def test_nothing_moves_without_ticks_reason_and_a_true_list(as_role, case, said, words):
    client = as_role("approver")
    publish(client, case.campaign)
    new = Campaign.objects.get(code="standard", is_current=True)
    if said.get("cases") == ["CASE"]:
        said = {**said, "cases": [str(case.pk)]}

    text = client.post(address("move", new), said, follow=True).content.decode()

    assert words in text
    assert CaseCampaign.objects.count() == 0


@pytest.mark.parametrize("template", ALL_TEMPLATES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("after", ["", "due_date"])
def test_every_message_is_previewed_in_every_language(as_role, template, language, after):
    place = reverse("desk:recovery_template", args=[template])

    answer = as_role("support").get(place, {"language": language, "after": after})

    written = answer.context_data["written"]
    text = answer.content.decode()
    assert written.language == language
    assert escape(written.subject) in text
    assert 'sandbox title="Message as HTML" srcdoc="&lt;!DOCTYPE html&gt;' in text


def test_a_message_nobody_wrote_is_not_found(as_role, db):
    place = reverse("desk:recovery_template", args=["made_up"])

    assert as_role("support").get(place).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("support", 403), ("analyst", 403), ("approver", 200)]
)
def test_only_approvers_publish_and_move(as_role, standard, role, status):
    client = as_role(role)

    places = [
        address("new_version", standard), address("move", standard),
        reverse("desk:recovery_new_campaign"),
    ]  # fmt: skip
    assert [client.get(place).status_code for place in places] == [status] * 3


@pytest.mark.parametrize("name", ["campaigns", "campaign", "move"])
def test_more_cases_cost_no_more_queries(as_role, world, case, name, django_assert_max_num_queries):
    client = as_role("approver")
    publish(client, case.campaign)
    new = Campaign.objects.get(code="standard", is_current=True)
    for number in range(2, 7):
        another_case(world, case, number)
    place = reverse("desk:recovery_campaigns") if name == "campaigns" else address(name, new)

    with django_assert_max_num_queries(18):
        assert client.get(place).status_code == 200
