"""An incident from opening to what was learned: targets, steps, rows, credits, messages."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import User
from django.core import mail
from django.db import IntegrityError, transaction

from accounts.models import BillingOwner, ExceptionRequest
from accounts.operations.decide_exception import decide_exception
from accounts.operations.send_queued_mail import claim, give_up_lost, send_queued_mail
from billing.models import Invoice, InvoiceLine, RatedSpan
from desk.calc.playbooks import BY_DETECTOR, PLAYBOOKS
from desk.enums import AffectedState, DetectorCode, IncidentState, PlaybookCode
from desk.models import Incident, IncidentMessage, IncidentNote, IncidentStep
from desk.operations.close_incident import NotContained, RowsOpen, close_incident
from desk.operations.decide_affected import (
    RowNeedsInvoice,
    RowNotHere,
    StateNotForPeople,
    decide_affected,
    set_amount,
)
from desk.operations.find_affected import DaysOutOfRange, find_affected
from desk.operations.follow_requests import follow_requests
from desk.operations.lock_incident import IncidentIsClosed, WordsMissing
from desk.operations.note_incident import note_incident
from desk.operations.open_incident import NothingSaid, PlaybookUnknown, open_incident
from desk.operations.prepare_credits import NothingToPrepare, plan_credits, prepare_credits
from desk.operations.record_step import StepUnknown, record_step
from desk.operations.take_incident import take_incident
from desk.operations.tell_customers import NobodyToTell, tell_customers
from tests.desk.incidents.incident_world import OPENED, an_incident, bill_again
from tests.seatworld import day

LATER = OPENED + timedelta(hours=1)


@pytest.fixture
def ana(db) -> User:
    return User.objects.create_user("ana")


@pytest.fixture
def billed(world):
    """January's invoice, issued: one line of 25 seats at 8.00."""
    world.push(day(1, 18))
    return Invoice.objects.get()


def test_every_playbook_and_detector_has_its_name_and_its_record():
    assert sorted(PLAYBOOKS) == sorted(PlaybookCode.values)
    assert sorted(BY_DETECTOR) == sorted(DetectorCode.values)
    for playbook in PLAYBOOKS.values():
        assert sum(step.contains for step in playbook.steps) == 1
        assert playbook.acknowledge <= playbook.contain <= playbook.resolve


class TestOpening:
    def test_it_sets_targets_and_lists_each_customer_once(self, world, ana):
        incident = open_incident(
            playbook="duplicate_charge", title=" Twice ", found="Two invoices.", at=OPENED, by=ana,
            customer_ids=[world.customer.pk, world.customer.pk],
        )  # fmt: skip

        playbook = PLAYBOOKS["duplicate_charge"]
        assert (incident.title, incident.severity) == ("Twice", "critical")
        assert incident.resolve_by == OPENED + playbook.resolve
        assert [row.found for row in incident.affected.all()] == ["Two invoices."]

    @pytest.mark.parametrize(
        ("given", "refusal"),
        [
            ({"playbook": "fire"}, PlaybookUnknown),
            ({"title": " "}, NothingSaid),
            ({"found": ""}, NothingSaid),
        ],
    )
    def test_without_playbook_title_or_words_it_is_refused(self, db, given, refusal):
        said = {"playbook": "missing_invoice", "title": "T", "found": "F", **given}

        with pytest.raises(refusal):
            open_incident(**said, customer_ids=[], at=OPENED)


class TestOwning:
    def test_the_first_owner_acknowledges_and_the_next_takes_over(self, world, ana):
        incident = an_incident(world)
        bob = User.objects.create_user("bob")

        take_incident(incident_id=incident.pk, owner=ana, at=LATER)
        taken = take_incident(incident_id=incident.pk, owner=bob, at=LATER + timedelta(hours=1))

        assert (taken.owner, taken.acknowledged_at) == (bob, LATER)


class TestSteps:
    def test_the_step_that_stops_the_harm_contains_it_once(self, world, ana):
        incident = an_incident(world)

        for at in (LATER, LATER + timedelta(hours=1)):
            record_step(incident_id=incident.pk, key="contain", result="Held.", at=at, by=ana)

        incident.refresh_from_db()
        assert (incident.state, incident.contained_at) == (IncidentState.MITIGATED, LATER)
        assert incident.steps.count() == 2

    def test_a_step_of_another_playbook_or_without_a_result_is_refused(self, world, ana):
        incident = an_incident(world)

        with pytest.raises(StepUnknown):
            record_step(incident_id=incident.pk, key="refusals", result="?", at=LATER, by=ana)
        with pytest.raises(WordsMissing):
            record_step(incident_id=incident.pk, key="contain", result=" ", at=LATER, by=ana)

    def test_finding_all_affected_is_repeatable_and_keeps_what_people_decided(
        self, world, ana, billed
    ):
        bill_again(RatedSpan.objects.get(), at=day(1, 19))
        incident = an_incident(world)

        first = find_affected(incident_id=incident.pk, days=90, at=LATER, by=ana)
        decide_affected(
            incident_id=incident.pk, rows=None, state=AffectedState.CORRECTED, reason="Mended.",
            at=LATER, by=ana,
        )  # fmt: skip
        again = find_affected(incident_id=incident.pk, days=90, at=LATER, by=ana)

        assert first.result == "1 found in 90 days, 1 of them new."
        assert again.result == "1 found in 90 days, 0 of them new."
        assert {row.state for row in incident.affected.all()} == {"corrected"}

    def test_it_looks_no_farther_back_than_asked(self, world, ana, billed):
        bill_again(RatedSpan.objects.get(), at=day(1, 19))
        incident = an_incident(world)

        step = find_affected(incident_id=incident.pk, days=10, at=LATER, by=ana)
        assert step.result.startswith("0 found")
        with pytest.raises(DaysOutOfRange):
            find_affected(incident_id=incident.pk, days=0, at=LATER, by=ana)


class TestRows:
    def test_dismissing_says_why_and_is_noted(self, world, ana):
        incident = an_incident(world)

        decide_affected(
            incident_id=incident.pk, rows=None, state=AffectedState.DISMISSED, reason="It moved.",
            at=LATER, by=ana,
        )  # fmt: skip

        assert [row.state_reason for row in incident.affected.all()] == ["It moved."]
        assert IncidentNote.objects.get().words == "1 rows: nothing to correct. It moved."

    def test_people_do_not_say_prepared_and_decide_only_rows_of_the_incident(self, world, ana):
        incident, other = an_incident(world), an_incident(world)
        said = {"incident_id": incident.pk, "reason": "Why.", "at": LATER, "by": ana}

        with pytest.raises(StateNotForPeople):
            decide_affected(rows=None, state=AffectedState.PREPARED, **said)
        with pytest.raises(RowNotHere):
            decide_affected(rows=[other.affected.get().pk], state=AffectedState.CORRECTED, **said)

    def test_an_amount_is_read_in_the_invoices_currency(self, world, ana, billed):
        incident = an_incident(world, invoice_id=billed.pk)
        customer, row = incident.affected.order_by("subject")
        said = {"incident_id": incident.pk, "at": LATER, "by": ana}

        set_amount(row_id=row.pk, amount="12.50", **said)

        row.refresh_from_db()
        assert (row.amount_minor, row.currency) == (12_50, "USD")
        with pytest.raises(RowNeedsInvoice):
            set_amount(row_id=customer.pk, amount="1", **said)


class TestCredits:
    def an_overcharge(self, world, billed):
        line = InvoiceLine.objects.get()
        return an_incident(
            world, invoice_id=billed.pk, line_id=line.pk, amount_minor=40_00, currency="USD"
        )

    def prepare(self, incident, ana, **given):
        rows = [row.pk for row in incident.affected.all()]
        said = {"rows": rows, "customer_text": "We billed 5 seats too many.", **given}
        return prepare_credits(incident_id=incident.pk, at=LATER, by=ana, **said)

    def test_each_row_becomes_a_request_that_a_second_person_decides(self, world, ana, billed):
        incident = self.an_overcharge(world, billed)

        prepared = self.prepare(incident, ana)

        request = ExceptionRequest.objects.get()
        row = incident.affected.get(subject="row")
        assert (prepared.requests, prepared.totals) == (1, (("USD", 40_00),))
        assert (request.kind, request.subject_id, request.state, request.asked_by) == (
            "credit", billed.pk, "requested", ana,
        )  # fmt: skip
        assert (row.state, row.request_id) == ("prepared", request.pk)
        assert not Invoice.objects.filter(kind="credit_note").exists()

    def test_pressing_again_asks_for_nothing_twice(self, world, ana, billed):
        incident = self.an_overcharge(world, billed)
        self.prepare(incident, ana)

        with pytest.raises(NothingToPrepare):
            self.prepare(incident, ana)
        assert ExceptionRequest.objects.count() == 1

    def test_what_cannot_be_credited_is_named_and_left(self, world, ana, billed):
        incident = an_incident(world, invoice_id=billed.pk, amount_minor=900_00, currency="USD")

        (plan,) = plan_credits(incident_id=incident.pk)
        prepared = self.prepare(incident, ana)

        assert plan.problem
        assert (prepared.requests, len(prepared.problems)) == (0, 1)
        assert incident.affected.get(subject="row").state == "found"

    @pytest.mark.parametrize(
        ("verdict", "issued", "state"),
        [
            ("reject", False, "found"),
            ("approve", False, "prepared"),
            ("approve", True, "corrected"),
        ],
    )
    def test_the_row_follows_its_request(self, world, ana, billed, verdict, issued, state):
        incident = self.an_overcharge(world, billed)
        self.prepare(incident, ana)
        request = ExceptionRequest.objects.get()
        carla = User.objects.create_user("carla", is_staff=True)
        carla.groups.add(StaffRoleGroup.objects.get(name="analyst"))
        decide_exception(
            request_id=request.pk, verdict=verdict, reason="Looked at it.", at=LATER, by=carla,
            proved_again=True,
        )  # fmt: skip
        if issued:
            ExceptionRequest.objects.update(carried_out_at=LATER)

        follow_requests(incident_id=incident.pk)

        assert incident.affected.get(subject="row").state == state


class TestTelling:
    def test_each_customer_gets_one_message_in_their_language(self, world, ana):
        world.customer.language = "de"
        world.customer.save()
        incident = an_incident(world, playbook="delayed_removal")

        told = tell_customers(incident_id=incident.pk, at=LATER, by=ana)
        sent = [
            send_queued_mail(box=IncidentMessage, at=LATER),
            send_queued_mail(box=IncidentMessage, at=LATER),
        ]

        assert (told.queued, told.unreachable, sent) == (1, (), [1, 0])
        (message,) = mail.outbox
        assert message.subject == "Plätze wurden später entfernt als gewünscht"
        assert message.to == ["olga@acme.example"]
        assert "Acme GmbH" in message.body
        with pytest.raises(NobodyToTell):
            tell_customers(incident_id=incident.pk, at=LATER, by=ana)

    @pytest.mark.parametrize("language", ["en", "de"])
    @pytest.mark.parametrize("playbook", PlaybookCode.values)
    def test_every_playbook_has_its_words(self, world, ana, billed, playbook, language):
        world.customer.language = language
        world.customer.save()
        incident = an_incident(world, playbook=playbook, invoice_id=billed.pk)

        tell_customers(incident_id=incident.pk, at=LATER, by=ana)

        message = IncidentMessage.objects.get()
        assert message.language == language
        assert "Acme GmbH" in message.text
        assert ("Guten Tag" in message.text) == (language == "de")

    def test_what_is_asked_to_be_credited_is_named(self, world, ana, billed):
        incident = an_incident(
            world, invoice_id=billed.pk, amount_minor=40_00, currency="USD",
            line_id=InvoiceLine.objects.get().pk,
        )  # fmt: skip
        prepare_credits(
            incident_id=incident.pk, rows=[row.pk for row in incident.affected.all()],
            customer_text="Sorry.", at=LATER, by=ana,
        )  # fmt: skip

        tell_customers(incident_id=incident.pk, at=LATER, by=ana)

        assert "a credit note over US$40.00" in IncidentMessage.objects.get().text.replace(
            "\xa0", ""
        )

    def test_nobody_with_an_address_is_said(self, world, ana):
        BillingOwner.objects.all().delete()

        with pytest.raises(NobodyToTell, match="No billing owner"):
            tell_customers(incident_id=an_incident(world).pk, at=LATER, by=ana)

    def test_a_message_whose_sender_died_is_perhaps_sent_and_never_again(self, world, ana):
        tell_customers(incident_id=an_incident(world).pk, at=LATER, by=ana)
        claim(IncidentMessage, IncidentMessage.objects.get().pk, LATER)

        assert give_up_lost(IncidentMessage, at=LATER + timedelta(hours=1)) == 1
        assert send_queued_mail(box=IncidentMessage, at=LATER + timedelta(hours=2)) == 0
        assert (IncidentMessage.objects.get().state, mail.outbox) == ("unknown", [])

    def test_a_server_that_does_not_listen_is_asked_later(self, world, ana, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
        tell_customers(incident_id=an_incident(world).pk, at=LATER, by=ana)

        assert send_queued_mail(box=IncidentMessage, at=LATER) == 0

        message = IncidentMessage.objects.get()
        assert (message.state, message.try_count) == ("queued", 1)
        assert message.send_after > LATER


class TestClosing:
    def test_it_closes_with_what_was_learned_and_then_stays(self, world, ana):
        incident = an_incident(world)
        record_step(incident_id=incident.pk, key="contain", result="Held.", at=LATER, by=ana)
        decide_affected(
            incident_id=incident.pk, rows=None, state=AffectedState.CORRECTED, reason="Done.",
            at=LATER, by=ana,
        )  # fmt: skip

        closed = close_incident(incident_id=incident.pk, learned="Look twice.", at=LATER, by=ana)
        note_incident(incident_id=incident.pk, words="The customer thanked us.", at=LATER, by=ana)

        assert (closed.state, closed.learned, closed.owner) == ("closed", "Look twice.", ana)
        with pytest.raises(IncidentIsClosed):
            take_incident(incident_id=incident.pk, owner=ana, at=LATER)

    def test_not_without_words_containment_or_decided_rows(self, world, ana):
        incident = an_incident(world)
        said = {"incident_id": incident.pk, "at": LATER, "by": ana}

        with pytest.raises(WordsMissing):
            close_incident(learned=" ", **said)
        with pytest.raises(NotContained):
            close_incident(learned="Something.", **said)
        record_step(key="contain", result="Held.", **said)
        with pytest.raises(RowsOpen, match="1 on the list"):
            close_incident(learned="Something.", **said)


def refused(match):
    return pytest.raises(IntegrityError, match=match)


@pytest.mark.parametrize(
    ("given", "constraint"),
    [
        ({"state": "closed"}, "incident_closed_says_what_was_learned"),
        ({"closed_at": LATER}, "incident_closed_says_what_was_learned"),
        ({"state": "mitigated"}, "incident_contained_says_when"),
        ({"owner": True}, "incident_owned_is_acknowledged"),
        (
            {"opened_by": True, "detector": "seat_drift"},
            "incident_opened_by_a_person_or_a_detector",
        ),
        ({"resolve_by": OPENED}, "incident_targets_never_move"),
        ({"found": "Otherwise."}, "incident_targets_never_move"),
    ],
)
def test_what_an_incident_cannot_be(world, ana, given, constraint):
    incident = an_incident(world)
    values = {name: ana if value is True else value for name, value in given.items()}
    with refused("never move" if "never_move" in constraint else constraint), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(**values)


def test_incident_targets_follow_each_other(world):
    incident = an_incident(world)
    incident.pk, incident._state.adding, incident.resolve_by = None, True, OPENED

    with refused("incident_targets_follow_each_other"), transaction.atomic():
        Incident.objects.bulk_create(
            [
                Incident(
                    playbook="missing_invoice", title="T", found="F", severity="low",
                    opened_at=OPENED, acknowledge_by=LATER, contain_by=OPENED, resolve_by=LATER,
                )
            ]
        )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "constraint"),
    [
        ({"amount_minor": 1}, "incident_affected_amount_has_a_currency"),
        ({"state": "dismissed"}, "incident_affected_dismissed_says_why"),
        ({"state": "prepared"}, "incident_affected_prepared_names_its_request"),
    ],
)
def test_what_a_row_cannot_be(world, given, constraint):
    incident = an_incident(world)
    with refused(constraint), transaction.atomic():
        incident.affected.update(**given)


def test_incident_affected_once_per_subject(world):
    incident = an_incident(world, seats=1)
    with refused("incident_affected_once_per_subject"), transaction.atomic():
        incident.affected.update(subject="the same")


@pytest.mark.parametrize("words", [{"result": ""}])
def test_incident_step_says_its_result(world, words):
    incident = an_incident(world)
    with refused("incident_step_says_its_result"), transaction.atomic():
        IncidentStep.objects.create(incident=incident, key="contain", done_at=LATER, **words)


def test_incident_note_says_something(world):
    incident = an_incident(world)
    with refused("incident_note_says_something"), transaction.atomic():
        IncidentNote.objects.create(incident=incident, words="", noted_at=LATER)


def test_what_was_done_and_noted_stays(world, ana):
    incident = an_incident(world)
    step = record_step(incident_id=incident.pk, key="contain", result="Held.", at=LATER, by=ana)
    note = note_incident(incident_id=incident.pk, words="Seen.", at=LATER, by=ana)

    for row in (step, note):
        with refused("append-only"), transaction.atomic():
            row.delete()
    with refused("append-only"), transaction.atomic():
        incident.affected.all()._raw_delete("default")


def test_a_closed_incident_is_final(world, ana):
    incident = an_incident(world)
    Incident.objects.filter(pk=incident.pk).update(
        state="closed", closed_at=LATER, closed_by=ana, learned="Enough."
    )

    with refused("append-only"), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(learned="Something else.")
    with refused("append-only"), transaction.atomic():
        Incident.objects.filter(pk=incident.pk)._raw_delete("default")


@pytest.mark.parametrize(
    ("given", "constraint"),
    [
        ({"state": "sent", "claimed_at": LATER}, "incident_message_sent_says_when"),
        ({"state": "sending"}, "incident_message_being_sent_is_claimed"),
        ({"subject": "Other words"}, "a message is kept as it was sent"),
    ],
)
def test_what_a_message_cannot_be(world, ana, given, constraint):
    tell_customers(incident_id=an_incident(world).pk, at=LATER, by=ana)

    with refused(constraint), transaction.atomic():
        IncidentMessage.objects.update(**given)


@pytest.mark.parametrize(
    ("given", "constraint"),
    [
        ({}, "incident_message_once_per_customer_and_text"),
        ({"template": "other", "to": []}, "incident_message_has_somebody_to_read_it"),
    ],
)
def test_a_customer_is_told_once_and_somebody_reads_it(world, ana, given, constraint):
    tell_customers(incident_id=an_incident(world).pk, at=LATER, by=ana)
    message = IncidentMessage.objects.get()
    message.pk, message.message_id, message._state.adding = None, "<another>", True
    for name, value in given.items():
        setattr(message, name, value)
    message.id = IncidentMessage._meta.pk.get_default()

    with refused(constraint), transaction.atomic():
        message.save()
