"""Messages are written in the customer's language, sent once, and kept as sent."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction

from accounts.gateways.mail import LOST_AFTER
from accounts.models import Customer
from accounts.operations.send_queued_mail import send_queued_mail
from billing.operations.push_flow import push_flow
from dunning.calc.campaign import ON_DEMAND_TEMPLATE, TEMPLATES
from dunning.documents.write_message import write_message
from dunning.models import Message
from dunning.operations.pause_case import pause_case
from dunning.pipeline import STAGES
from dunning.records.letters import sample_letter
from dunning.records.message_previews import preview_message, preview_template
from tests.dunning.case_world import FAILED_AT, fail, tick

LATER = FAILED_AT + timedelta(hours=1)


class Refusing(EmailBackend):
    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({"olga@acme.example": (550, b"no such user")})


class Vanishing(EmailBackend):
    def send_messages(self, messages):
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")


class Away(EmailBackend):
    def open(self):
        raise ConnectionRefusedError("nobody listens")


class Killed(EmailBackend):
    def send_messages(self, messages):
        raise KeyboardInterrupt


def use(settings, backend: type) -> None:
    settings.EMAIL_BACKEND = f"{backend.__module__}.{backend.__name__}"


@pytest.fixture
def queued(world) -> Message:
    fail(world)
    push_flow(stages=STAGES, at=FAILED_AT)
    return Message.objects.get()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("template", [*TEMPLATES, ON_DEMAND_TEMPLATE])
@pytest.mark.parametrize("is_overdue", [True, False])
def test_every_message_reads_whole_in_every_language(language, template, is_overdue):
    written = write_message(
        template=template, language=language, letter=sample_letter(is_overdue=is_overdue)
    )

    assert written.language == language
    assert written.subject
    for body in (written.text, written.html):
        assert "SW-000017" in body
        assert "/pay/" in body
        assert "IE29 AIBK 9311 5212 3456 78".replace(" ", "") in body.replace("\u00a0", "").replace(
            " ", ""
        )
        assert "[" not in body
        assert "{{" not in body
        assert "None" not in body
    assert f'lang="{language}"' in written.html
    assert "&amp;" in written.html, "names are escaped in HTML"
    assert "&amp;" not in written.text


def test_a_language_without_templates_reads_english():
    written = write_message(template="reminder", language="fr", letter=sample_letter())

    assert written.language == "en"


def test_a_german_customer_is_written_to_in_german(world):
    Customer.objects.update(language="de")
    fail(world)

    tick(FAILED_AT)

    assert mail.outbox[0].subject == "Eine Zahlung an Seatworks Ltd ist nicht gelungen"


def test_a_message_is_kept_as_it_was_sent(queued):
    send_queued_mail(box=Message, at=FAILED_AT)

    (sent,) = mail.outbox
    queued.refresh_from_db()
    assert (queued.state, queued.sent_at) == ("sent", FAILED_AT)
    assert (sent.subject, sent.body) == (queued.subject, queued.text)
    assert sent.alternatives[0].content == queued.html
    assert sent.extra_headers["Message-ID"] == queued.message_id


def test_sending_twice_sends_once(queued):
    assert [
        send_queued_mail(box=Message, at=FAILED_AT),
        send_queued_mail(box=Message, at=LATER),
    ] == [1, 0]
    assert len(mail.outbox) == 1


def test_a_server_that_is_away_leaves_the_message_queued_for_later(queued, settings):
    use(settings, Away)
    assert send_queued_mail(box=Message, at=FAILED_AT) == 0

    queued.refresh_from_db()
    assert (queued.state, queued.send_after) == ("queued", FAILED_AT + timedelta(minutes=5))
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_queued_mail(box=Message, at=FAILED_AT + timedelta(minutes=1)) == 0
    assert send_queued_mail(box=Message, at=LATER) == 1


def test_a_server_that_says_no_is_recorded(queued, settings):
    use(settings, Refusing)
    send_queued_mail(box=Message, at=FAILED_AT)

    queued.refresh_from_db()
    assert queued.state == "failed"
    assert "no such user" in queued.problem


def test_a_lost_answer_is_perhaps_sent_and_never_repeated(queued, settings):
    use(settings, Vanishing)
    send_queued_mail(box=Message, at=FAILED_AT)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    assert send_queued_mail(box=Message, at=LATER) == 0
    queued.refresh_from_db()
    assert queued.state == "unknown"


def test_a_sender_that_dies_between_claim_and_answer_never_sends_twice(queued, settings):
    use(settings, Killed)
    with pytest.raises(KeyboardInterrupt):
        send_queued_mail(box=Message, at=FAILED_AT)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    assert send_queued_mail(box=Message, at=FAILED_AT + LOST_AFTER + timedelta(minutes=1)) == 0

    queued.refresh_from_db()
    assert queued.state == "unknown"
    assert mail.outbox == []


def test_a_providers_backend_from_anymail_takes_the_message(queued, settings):
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"

    assert send_queued_mail(box=Message, at=FAILED_AT) == 1


def test_a_message_of_a_paused_case_waits(queued):
    pause_case(case_id=queued.case_id, until=LATER, reason="x", at=FAILED_AT)

    assert send_queued_mail(box=Message, at=FAILED_AT) == 0
    queued.refresh_from_db()
    assert queued.state == "queued"


def test_a_case_as_its_customer_would_read_it(queued):
    written = preview_message(case_id=queued.case_id, template="last_notice", at=FAILED_AT)

    assert "may be suspended on 26 February 2026 or later" in written.text
    assert Message.objects.count() == 1


def test_a_template_is_previewed_with_made_up_names():
    assert "Example & Sons" in preview_template(template="reminder", language="de").text


def test_message_is_kept_as_sent(queued):
    with pytest.raises(IntegrityError, match="kept as it was sent"), transaction.atomic():
        Message.objects.update(text="We never wrote that")
    send_queued_mail(box=Message, at=FAILED_AT)
    with pytest.raises(IntegrityError, match="kept as it was sent"), transaction.atomic():
        Message.objects.update(problem="no")


def test_message_stays(queued):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        queued.delete()
