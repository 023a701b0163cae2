"""What PostgreSQL refuses, each by the name of its constraint or trigger."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from uuid6 import uuid7

from accounts.models import AccessAdvice
from dunning.models import (
    Campaign,
    CaseCampaign,
    CaseNote,
    CaseReceivable,
    DunningCase,
    DunningStep,
    Message,
    Pause,
    Promise,
)
from dunning.operations.note_case import note_case
from dunning.operations.promise_payment import promise_payment
from dunning.operations.publish_campaign import publish_campaign
from dunning.operations.set_up_campaigns import GENTLE
from tests.dunning.case_world import FAILED_AT, fail, live, the_case
from tests.seatworld import day

NEXT_DAY = FAILED_AT + timedelta(days=1)


@pytest.fixture(scope="module")
def module_case(module_world):
    fail(module_world)
    live(until=NEXT_DAY)
    return the_case()


@pytest.fixture
def case(module_case, db):
    return deepcopy(module_case)


def refused(name: str):
    return pytest.raises(IntegrityError, match=name)


def copy_of(row, **changes):
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row)(**{**values, "id": uuid7(), **changes})


def campaign() -> Campaign:
    return Campaign.objects.get(code="standard")


BAD_ROWS = [
    ("campaign_version_once", lambda: copy_of(campaign(), is_current=False)),
    ("campaign_one_current_version", lambda: copy_of(campaign(), version=2)),
    ("campaign_segment_names_its_value", lambda: copy_of(campaign(), code="x", country="DE")),
    ("campaign_threshold_is_not_negative", lambda: copy_of(campaign(), code="x", threshold_minor=-1)),
    (
        "dunning_case_one_open_per_customer_currency_and_entity",
        lambda: copy_of(the_case()),
    ),
    ("dunning_case_closed_says_when_and_why", lambda: copy_of(the_case(), state="closed", look_at=None, next_step_at=None)),
    (
        "dunning_case_closed_advises_nothing",
        lambda: copy_of(
            the_case(), state="closed", closed_at=NEXT_DAY, closed_reason="paid", look_at=None,
            next_step_at=None, access_level="banner",
        ),
    ),
    (
        "dunning_case_handed_over_says_when_and_why",
        lambda: copy_of(the_case(), currency="EUR", state="handed_over"),
    ),
    ("case_receivable_joins_once", lambda: copy_of(CaseReceivable.objects.get())),
    ("dunning_step_once_per_case", lambda: copy_of(DunningStep.objects.first())),
    (
        "dunning_step_retry_names_its_invoice",
        lambda: copy_of(DunningStep.objects.first(), key="retry:9", kind="retry", receivable_id=None),
    ),
    (
        "case_campaign_move_changes_it",
        lambda: CaseCampaign(
            case=the_case(), left=campaign(), joined=campaign(), reason="x", moved_at=NEXT_DAY
        ),
    ),
    (
        "message_sent_says_when",
        lambda: copy_of(Message.objects.get(), step_id=other_step(), message_id="a", sent_at=None),
    ),
    (
        "message_being_sent_is_claimed",
        lambda: copy_of(
            Message.objects.get(), step_id=other_step(), message_id="a", claimed_at=None
        ),
    ),
    (
        "message_has_somebody_to_read_it",
        lambda: copy_of(Message.objects.get(), step_id=other_step(), message_id="a", to=[]),
    ),
    (
        "pause_ends_after_it_begins",
        lambda: Pause(case=the_case(), since=NEXT_DAY, until=FAILED_AT, reason="x"),
    ),
    (
        "pause_has_its_reason",
        lambda: Pause(case=the_case(), since=FAILED_AT, until=NEXT_DAY, reason=""),
    ),
    (
        "promise_amount_is_positive",
        lambda: Promise(
            case=the_case(), amount_minor=0, by_date=NEXT_DAY.date(), promised_at=NEXT_DAY,
            pause=Pause.objects.create(
                case=the_case(), since=FAILED_AT, until=NEXT_DAY, reason="x"
            ),
        ),
    ),
    (
        "case_note_says_something",
        lambda: CaseNote(case=the_case(), words="", noted_at=NEXT_DAY),
    ),
    (
        "access_advice_ends_after_it_begins",
        lambda: AccessAdvice(
            customer=the_case().customer, level="banner", reason_code="x", words="x",
            since=NEXT_DAY, until=FAILED_AT,
        ),
    ),
    (
        "access_advice_level_is_known",
        lambda: AccessAdvice(
            customer=the_case().customer, level="delete", reason_code="x", words="x", since=NEXT_DAY
        ),
    ),
]  # fmt: skip


def other_step():
    return DunningStep.objects.exclude(kind="message").earliest("done_at").pk


@pytest.mark.parametrize(("name", "row"), BAD_ROWS, ids=[name for name, _ in BAD_ROWS])
def test_a_wrong_row_is_refused_by_its_constraint(case, name, row):
    wrong = row()
    with refused(name), transaction.atomic():
        wrong.save(force_insert=True)


def test_access_advice_one_in_force_per_customer(case):
    said = {"customer": case.customer, "reason_code": "x", "words": "x", "since": NEXT_DAY}
    AccessAdvice.objects.create(level="banner", **said)
    with refused("access_advice_one_in_force_per_customer"), transaction.atomic():
        AccessAdvice.objects.create(level="suspend", **said)


def test_dunning_case_deadlines_never_move(case):
    with refused("never moves"), transaction.atomic():
        DunningCase.objects.update(first_failed_at=NEXT_DAY)


def test_dunning_case_stays_and_a_closed_one_is_final(case, world):
    with refused("append-only"), transaction.atomic():
        connection.cursor().execute("DELETE FROM dunning_dunningcase")
    DunningCase.objects.update(
        state="closed", closed_at=NEXT_DAY, closed_reason="paid", look_at=None, next_step_at=None
    )
    with refused("append-only"), transaction.atomic():
        DunningCase.objects.update(state="open", closed_at=None, closed_reason="")


def test_campaign_version_is_final_and_stays(case):
    with refused("publish a new version"), transaction.atomic():
        Campaign.objects.update(retries=10)
    with refused("append-only"), transaction.atomic():
        connection.cursor().execute("DELETE FROM dunning_campaign")
    Campaign.objects.update(is_active=False)


@pytest.mark.parametrize(
    "table",
    [
        "dunning_casereceivable",
        "dunning_dunningstep",
        "dunning_casecampaign",
        "dunning_casenote",
        "dunning_promise",
    ],
)
def test_what_machines_and_people_wrote_down_stays(case, table):
    note_case(case_id=case.pk, kind="note", words="x", at=NEXT_DAY)
    promise_payment(
        case_id=case.pk, amount_minor=1, by_date=day(2, 6).date(), words="", at=NEXT_DAY
    )
    new = publish_campaign(code="new", name="New", terms=GENTLE, reason="x", at=NEXT_DAY)
    CaseCampaign.objects.create(
        case=case, left=campaign(), joined=new, reason="x", moved_at=NEXT_DAY
    )
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET case_id = case_id"):
        with refused("append-only"), transaction.atomic():
            connection.cursor().execute(statement)
