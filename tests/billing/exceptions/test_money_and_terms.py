"""Money given back, terms that differ for a time, corrections over closed months: once they are agreed."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.calc.refusals import (
    ExceptionUnknown,
    RevokedTooLate,
    TermsInvalid,
)
from accounts.enums import ExceptionState, StaffRole
from accounts.models import AuthorityMatrix, ExceptionRequest
from accounts.operations.publish_authority import first_rules
from billing.enums import PaymentMethodKind
from billing.models import (
    EntitlementEvent,
    Invoice,
    PeriodClose,
    Receivable,
    Refund,
    StageRefusal,
    Subscription,
)
from billing.operations.foresee_exception import foresee_exception
from billing.operations.receive_events import receive_events
from billing.operations.record_payment import record_payment
from billing.operations.revoke_grant import revoke_grant
from billing.records.incoming import IncomingEvent
from kernel.money import Money
from tests.billing.exceptions.conftest import staff
from tests.seatworld import SeatWorld, day

TEXT = {"customer_text": "As agreed with you."}
PDF = b"%PDF-1.7 signed by the customer"


@pytest.fixture
def invoice(world):
    (issued,) = world.push(day(1, 15))
    return issued


def paid(world, minor, on):
    return record_payment(
        customer=world.customer, billing_entity=world.entity, reason="cash",
        method=PaymentMethodKind.MANUAL, money=Money(minor, "USD"), paid_on=on.date(), at=on,
    )  # fmt: skip


def test_a_credit_becomes_a_credit_note_beside_the_invoice(world, people, invoice):
    terms = {"amount_minor": 6_000, "settlement": "invoice"}
    asked = people.ask("credit", invoice.number, terms, day(1, 20), customer_text="We are sorry.")
    effect = foresee_exception(asked, at=day(1, 20))
    people.approve(asked, day(1, 20))

    world.push(day(1, 21))

    note = Invoice.objects.get(kind="credit_note")
    assert (note.total_minor, effect.after.total_minor) == (-6_000, -6_000)
    assert Receivable.objects.get().open_minor == 14_000
    asked.refresh_from_db()
    assert asked.outcome == {"credit_note": note.number}
    assert asked.ended_at == day(1, 21)


def test_it_is_carried_out_once_whoever_pushes(world, people, invoice):
    people.agreed("credit", invoice.number, {"amount_minor": 100}, day(1, 20), customer_text="x")

    for hour in range(3):
        world.push(day(1, 21, hour))

    assert Invoice.objects.filter(kind="credit_note").count() == 1


def test_a_write_off_settles_what_is_open(world, people, invoice):
    people.agreed("write_off", invoice.number, {"amount_minor": 20_000}, day(1, 20))

    world.push(day(1, 21))

    assert Receivable.objects.get().open_minor == 0


def test_a_refund_goes_back_by_its_payment(world, people, invoice):
    payment = paid(world, 30_000, day(1, 18))
    asked = people.ask("refund", str(payment.pk), {"amount_minor": 10_000}, day(1, 20))
    effect = foresee_exception(asked, at=day(1, 20))
    people.approve(asked, day(1, 20))

    world.push(day(1, 21))

    assert Refund.objects.get().amount_minor == 10_000
    assert [(one.before_minor, one.after_minor) for one in effect.figures] == [
        (10_000, 0),
        (10_000, 0),
    ]
    with pytest.raises(TermsInvalid, match="at most 0 minor units"):
        people.ask("refund", str(payment.pk), {"amount_minor": 1}, day(1, 22))


def test_prorated_lines_are_given_back(world, people, invoice):
    world.send("more", day(1, 25), quantity=4)
    (second,) = world.push(day(2, 15))
    line = second.lines.get(kind="proration")
    asked = people.agreed(
        "proration_exception", "acme-team", {"lines": [str(line.pk)]}, day(2, 16),
        customer_text="The first weeks are on us.",
    )  # fmt: skip

    world.push(day(2, 17))

    assert asked.amount_minor == line.amount_minor
    assert Invoice.objects.get(kind="credit_note").subtotal_minor == -line.amount_minor


def test_longer_to_pay_for_a_time_and_then_as_before(world, people):
    world.push(day(1, 15))
    people.agreed(
        "payment_terms", "acme", {"days": 60}, day(2, 1), customer_text="60 days",
        starts_on=date(2026, 2, 10), ends_on=date(2026, 3, 10),
    )  # fmt: skip

    due = [world.push(day(month, 15))[0].due_date for month in (2, 3)]

    assert due == [date(2026, 4, 16), date(2026, 4, 14)]


def test_a_limit_of_its_own(people):
    world = SeatWorld.make({"seat_limit": "block"})
    assert world.send("one", day(1, 16)).code == "seat_limit_reached"
    people.agreed("limit_raise", "acme-team", {"seat_type": "member", "limit": 30}, day(1, 16))

    world.push(day(1, 17))

    assert Subscription.objects.get().seat_limits == {"member": 30}
    assert world.send("five", day(1, 18), quantity=5).status == "accepted"
    assert world.send("six", day(1, 18), quantity=1).code == "seat_limit_reached"


def test_what_changes_is_said_where_no_invoice_shows_it(world, people):
    terms = people.ask("payment_terms", "acme", {"days": 60}, day(1, 16), **TEXT)
    limit = people.ask("limit_raise", "acme-team", {"seat_type": "member", "limit": 30}, day(1, 16))

    said = [foresee_exception(one, at=day(1, 16)) for one in (terms, limit)]

    assert said[0].sentence == "60 days to pay for Acme GmbH."
    assert "Invoices are due 30 days after they are issued; with it, 60 days." in said[0].notes
    assert "The limit of member seats is none now; with it, 30." in said[1].notes


def test_a_tax_id_somebody_vouches_for_needs_its_evidence(world, people):
    terms = {"number": "DE136695976", "source": "Certificate of 3 January"}
    with pytest.raises(TermsInvalid, match="attach the evidence"):
        people.ask("tax_override", "acme", terms, day(1, 16))

    asked = people.agreed(
        "tax_override", "acme", terms, day(1, 16),
        uploads=[SimpleUploadedFile("certificate.pdf", PDF)],
    )  # fmt: skip
    world.push(day(1, 17))

    assert asked.attachments.get().content_type == "application/pdf"
    assert world.customer.tax_id_checks.get().state == "valid"


def test_a_file_that_only_claims_to_be_a_pdf_is_refused(world, people):
    with pytest.raises(TermsInvalid, match="PDF, PNG or JPEG"):
        people.ask(
            "tax_override", "acme", {"country": "AT", "source": "Letter"}, day(1, 16),
            uploads=[SimpleUploadedFile("certificate.pdf", b"MZ\x90")],
        )  # fmt: skip
    assert not ExceptionRequest.objects.exists()


def test_a_correction_over_a_closed_month_needs_agreement(world, people, monkeypatch):
    world.push(day(1, 15))
    world.send("more", day(1, 20), quantity=5)
    world.push(day(2, 15))
    monkeypatch.setattr(
        "billing.operations.receive_events.closed_to_customers",
        lambda customers: dict.fromkeys(customers, date(2026, 1, 31)),
    )
    event = IncomingEvent(
        source="product", source_event_id="fix", kind="correction", subscription="acme-team",
        corrects="more", new_quantity=3,
    )  # fmt: skip

    (refused,) = receive_events(events=[event], client=None, at=day(2, 20))
    asked = people.agreed(
        "backdated_correction", "acme-team", {"event": event.payload()}, day(2, 20),
        customer_text="Two seats were never used.",
    )  # fmt: skip
    world.push(day(2, 21))

    assert (refused.status, refused.code) == ("refused", "period_closed")
    assert EntitlementEvent.objects.filter(source_event_id="fix").exists()
    assert asked.amount_minor > 0


def test_a_new_matrix_counts_once_two_have_agreed(people, world):
    rules = [
        {**one, "target_hours": 4} if one["kind"] == "refund" else one for one in first_rules()
    ]
    asked = people.ask("authority_change", "", {"rules": rules}, day(1, 16))
    assert asked.rule.approvers == 2

    people.approve(asked, day(1, 16, 1))
    world.push(day(1, 17))

    newest = AuthorityMatrix.objects.first()
    assert (newest.version, newest.request) == (2, asked)
    assert set(newest.rules.filter(kind="refund").values_list("target_hours", flat=True)) == {4}


def test_what_can_no_longer_be_done_waits_for_a_person(world, people, invoice):
    asked = people.agreed("write_off", invoice.number, {"amount_minor": 20_000}, day(1, 20))
    paid(world, 20_000, day(1, 20, 1))

    world.push(day(1, 21))

    refusal = StageRefusal.objects.get(stage="grant")
    assert (refusal.subject_label, refusal.code) == (asked.number, "write_off_too_large")
    assert foresee_exception(asked, at=day(1, 22)).figures[0].after_minor < 0


def test_what_was_done_is_not_revoked(world, people, invoice, alma):
    asked = people.agreed("write_off", invoice.number, {"amount_minor": 100}, day(1, 20))
    world.push(day(1, 21))

    with pytest.raises(RevokedTooLate, match="by its own door"):
        revoke_grant(request_id=asked.pk, reason="Mistake", by=alma, at=day(1, 22))


def test_what_was_not_done_yet_is_never_done_once_revoked(world, people, invoice, alma):
    asked = people.agreed("write_off", invoice.number, {"amount_minor": 100}, day(1, 20))

    revoke_grant(request_id=asked.pk, reason="Mistake", by=alma, at=day(1, 20, 1))
    world.push(day(1, 21))

    assert Receivable.objects.get().open_minor == 20_000


def test_the_clock_reminds_escalates_and_lets_lapse(
    world, people, invoice, django_capture_on_commit_callbacks
):
    lines = [str(invoice.lines.get().pk)]
    asked = people.ask("proration_exception", "acme-team", {"lines": lines}, day(1, 20), **TEXT)
    hours = asked.rule.target_hours
    staff("eva", StaffRole.ADMINISTRATOR)

    def after(**time):
        with django_capture_on_commit_callbacks(execute=True):
            world.push(asked.asked_at + timedelta(**time))
        asked.refresh_from_db()
        return len(mail.outbox), bool(asked.escalated_at), asked.state

    assert after(hours=hours / 2) == (0, False, ExceptionState.REQUESTED)
    assert after(hours=hours * 0.75) == (2, False, ExceptionState.REQUESTED)
    assert after(hours=hours * 0.8) == (2, False, ExceptionState.REQUESTED)
    assert after(hours=hours) == (5, True, ExceptionState.REQUESTED)
    assert after(days=30) == (5, True, ExceptionState.EXPIRED)
    assert asked.number in mail.outbox[0].subject


@pytest.mark.parametrize(
    ("kind", "subject", "terms", "refusal"),
    [
        ("refund", "nonsense", {"amount_minor": 1}, ExceptionUnknown),
        ("credit", "SW-999999", {"amount_minor": 1}, ExceptionUnknown),
        ("payment_terms", "nobody", {"days": 1}, ExceptionUnknown),
        ("payment_terms", "acme", {"days": -1}, TermsInvalid),
        ("payment_terms", "acme", {"days": 1, "weeks": 2}, TermsInvalid),
        ("reopen_period", "SW", {"month": "2026-01"}, ExceptionUnknown),
        ("holiday", "acme", {}, TermsInvalid),
    ],
)
def test_bad_requests_store_nothing(world, people, kind, subject, terms, refusal):
    with pytest.raises(refusal):
        people.ask(kind, subject, terms, day(1, 16), customer_text="x")
    assert not ExceptionRequest.objects.exists()
    assert not PeriodClose.objects.exists()
