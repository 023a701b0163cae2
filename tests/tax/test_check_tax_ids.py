"""Asking VIES: every answer kept, every silence asked again, nothing asked twice at once."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Customer
from tax.enums import TaxIdCheckState
from tax.gateways.vies import RegisterUnavailable, ask_vies
from tax.models import BillingEntity, TaxIdCheck
from tax.operations.check_tax_ids import check_tax_ids
from tax.operations.claim_questions import claim_questions
from tax.operations.record_evidence import record_evidence
from tax.operations.record_tax_id_answer import record_tax_id_answer
from tax.tasks import ask_registers
from tests.seatworld import START
from tests.tax.register import open_register

NUMBER = "DE136695976"
CONFIRMED = {
    "valid": True, "userError": "VALID", "requestIdentifier": "WAPIAAAAYzK3",
    "name": "ACME GMBH", "address": "---",
}  # fmt: skip


@pytest.fixture
def register():
    with open_register() as found:
        yield found


@pytest.fixture
def asking(world):
    """Acme gave a German VAT id to its Irish seller; the question waits."""
    BillingEntity.objects.filter(pk=world.entity.pk).update(vat_id="IE6433435F")
    give_number(world, NUMBER)
    return world


def give_number(world, number, country="DE"):
    Customer.objects.filter(pk=world.customer.pk).update(tax_number=number, country=country)
    world.customer.refresh_from_db()
    record_evidence(customers=[world.customer], source="test", at=START)


def ask(register, at=START):
    return check_tax_ids(url=register.url, timeout_seconds=0.3, at=at)


def test_an_answer_is_kept_whole_with_its_consultation_number(asking, register):
    register.says = CONFIRMED

    assert ask(register) == 1

    (check,) = TaxIdCheck.objects.all()
    assert (check.state, check.consultation_number) == ("valid", "WAPIAAAAYzK3")
    assert (check.name, check.address, check.answer) == ("ACME GMBH", "", CONFIRMED)
    assert register.asked == [
        {
            "path": "/rest-api/check-vat-number", "countryCode": "DE", "vatNumber": "136695976",
            "requesterMemberStateCode": "IE", "requesterNumber": "6433435F",
        }
    ]  # fmt: skip
    assert ask(register, START + timedelta(days=1)) == 0


@pytest.mark.parametrize(
    ("seller", "asks_as"),
    [
        ({"country": "GR", "vat_id": "094259216"}, ("EL", "094259216")),
        ({"country": "GB", "vat_id": "GB980780684"}, None),
        ({"country": "US", "vat_id": ""}, None),
        ({"country": "US", "vat_id": "EU372022452"}, None),
    ],
)
def test_only_a_vat_id_of_the_union_asks_for_a_consultation_number(
    asking, register, seller, asks_as
):
    BillingEntity.objects.filter(pk=asking.entity.pk).update(**seller)

    ask(register)

    (said,) = register.asked
    found = said.get("requesterMemberStateCode"), said.get("requesterNumber")
    assert found == (asks_as or (None, None))


def test_a_number_the_register_does_not_know_is_not_valid(asking, register):
    register.says = {"valid": False, "userError": "INVALID"}

    ask(register)

    assert TaxIdCheck.objects.get().state == TaxIdCheckState.INVALID


@pytest.mark.parametrize(
    ("says", "status", "delay", "reason"),
    [
        ({"valid": False, "userError": "MS_UNAVAILABLE"}, 200, 0, "MS_UNAVAILABLE"),
        ({"errorWrappers": [{"error": "MS_MAX_CONCURRENT_REQ"}]}, 200, 0, "MS_MAX_CONCURRENT_REQ"),
        ({"errorWrappers": [{"error": "VOW-ERR-1"}]}, 200, 0, "VOW-ERR-1"),
        ({"valid": False, "userError": "INVALID_REQUESTER_INFO"}, 200, 0, "INVALID_REQUESTER_INFO"),
        ({"valid": False, "userError": "A_WORD_OF_TOMORROW"}, 200, 0, "A_WORD_OF_TOMORROW"),
        (b"<html>maintenance</html>", 200, 0, "JSONDecodeError"),
        ([], 200, 0, "no object"),
        ({"userError": "VALID"}, 200, 0, "no answer"),
        ({"valid": True}, 503, 0, "HTTPError"),
        ({"valid": True}, 200, 1, "ReadTimeout"),
    ],
)
def test_silence_is_no_answer_and_is_asked_again(asking, register, says, status, delay, reason):
    register.says, register.status, register.delay_seconds = says, status, delay

    assert ask(register) == 0

    (check,) = TaxIdCheck.objects.all()
    assert (check.state, check.attempts) == ("pending", 1)
    assert reason in check.last_error
    assert check.next_attempt_at == START + timedelta(minutes=1)


def test_pauses_double_up_to_six_hours(asking, register):
    register.status, at, pauses = 500, START, []
    for _ in range(11):
        ask(register, at)
        due = TaxIdCheck.objects.get().next_attempt_at
        pauses.append((due - at) // timedelta(minutes=1))
        at = due

    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]


def test_a_question_somebody_claimed_is_not_asked_twice_and_never_lost(asking, register):
    (claimed,) = claim_questions(rows=TaxIdCheck.objects.all(), at=START, limit=5)

    assert ask(register) == 0
    assert register.asked == []
    assert ask(register, START + timedelta(minutes=5)) == 1
    assert TaxIdCheck.objects.get(pk=claimed.pk).state == "valid"


def test_a_person_who_was_faster_stands(asking, register):
    (check,) = claim_questions(rows=TaxIdCheck.objects.all(), at=START, limit=5)
    record_tax_id_answer(customer=asking.customer, number=NUMBER, is_valid=False, by=None, at=START)

    assert ask(register, START + timedelta(minutes=5)) == 0
    check.refresh_from_db()
    assert check.state == "invalid"
    check.state = "valid"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        check.save()


def test_numbers_without_a_register_wait_for_a_person(world, register):
    give_number(world, "GB427162016", country="GB")

    assert ask(register) == 0
    assert register.asked == []
    assert TaxIdCheck.objects.get().state == "pending"


def test_greek_numbers_are_asked_as_el(register):
    for country, number in (("GR", "EL094259216"), ("GR", "GR094259216"), ("GR", "094259216")):
        ask_vies(
            url=register.url, country=country, number=number, requester=None, timeout_seconds=1
        )

    assert [(one["countryCode"], one["vatNumber"]) for one in register.asked] == [
        ("EL", "094259216")
    ] * 3


def test_nobody_listening_is_unavailable():
    with pytest.raises(RegisterUnavailable, match="ConnectionError"):
        ask_vies(
            url="http://127.0.0.1:9", country="DE", number=NUMBER, requester=None, timeout_seconds=1
        )


def test_the_task_asks_only_where_a_register_is_set(asking, register, settings):
    settings.VIES_URL = ""
    assert ask_registers() == 0

    settings.VIES_URL = register.url
    assert ask_registers() == 1
