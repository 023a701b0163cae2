"""A packet holds everything that explains an amount, tells it, and proves it."""

import pytest
from django.db import connection

from accounts.enums import ActorKind
from accounts.models import ExceptionRequest
from accounts.operations.record_audit import Actor, record_audit
from accounts.operations.request_exception import Asking, request_exception
from billing.enums import AttemptState, PaymentMethodKind
from billing.models import (
    Dispute,
    GatewayEvent,
    Invoice,
    InvoiceLine,
    PaymentAttempt,
    Refund,
    SeatLedgerEntry,
)
from billing.operations.record_payment import record_payment
from billing.operations.void_invoice import VoidOrder, void_invoice
from desk.queries.packet.collect import packet_of
from desk.queries.packet.subject import asked_for, find_asked
from kernel.money import Money
from tests.billing.credits.world import credit
from tests.desk.packet.world import ACTOR, PacketWorld
from tests.dunning.case_world import FAILED_AT, fail, the_case, tick
from tests.seatworld import SeatWorld, day

pytestmark = pytest.mark.django_db
AT = day(4, 1)


def made(name: str, *, people: bool = True, language: str = "en"):
    (asked,) = find_asked(name)
    return packet_of(asked, at=AT, may_see_people=people, language=language)


def said(packet) -> list[str]:
    return [one.sentence.replace("\xa0", " ") for one in packet.story]


def pay(invoice: Invoice, minor: int, gateway_id: str = "pi_1"):
    return record_payment(
        customer=invoice.customer, billing_entity=invoice.billing_entity,
        method=PaymentMethodKind.CARD, money=Money(minor, invoice.currency), paid_on=day(2, 20).date(),
        at=day(2, 20), gateway_id=gateway_id,
    )  # fmt: skip


def test_the_story_of_an_invoice_says_what_came_what_remained_and_what_it_cost(acme):
    assert said(made(acme.second.number)) == [
        "On 4 February 2026 your administrator added 10 Member seats; 11 of 31 days remained; "
        "US$28.39 was charged on invoice SW-000002.",
        "On 4 February 2026 1 Member seat was used.",
        "VAT of 19 % on US$28.39 came to US$5.39 on invoice SW-000002.",
        "On 4 February 2026 we issued invoice SW-000002 over US$33.78.",
    ]


def test_the_same_story_in_german(acme):
    assert said(made(acme.second.number, language="de"))[::2] == [
        "Am 4. Februar 2026 fügte Ihr Administrator 10 Plätze (Member) hinzu; "
        "es blieben 11 von 31 Tagen; dafür wurden 28,39 $ auf Rechnung SW-000002 berechnet.",
        "USt von 19 % auf 28,39 $ ergab 5,39 $ auf Rechnung SW-000002.",
    ]


def test_a_late_report_and_a_correction_are_told_as_such(acme):
    acme.seats.send("late", day(3, 2, 9), effective_at=day(2, 10, 9), quantity=3, actor=ACTOR)
    acme.seats.send(
        "fix", day(3, 5, 9), kind="correction", corrects="late", new_quantity=2, seat_type=""
    )
    acme.seats.push(day(3, 15, 1))

    sentences = said(made("late"))

    assert sentences[1:3] == [
        "On 10 February 2026 your administrator added 3 Member seats; "
        "we learned of it on 2 March 2026; this was corrected later.",
        "An earlier report was corrected: from 10 February 2026 on it counts as 2 Member seats; "
        "we learned of it on 5 March 2026; 5 of 31 days remained; "
        "US$2.58 was charged on invoice SW-000003.",
    ]


def test_changes_before_the_periods_of_the_lines_are_told_as_a_number(acme):
    (march,) = [one for one in acme.seats.push(day(3, 15)) if one.kind == "invoice"]

    assert said(made(march.number))[0] == (
        "Before 15 February 2026, 2 earlier changes had been made to your seats."
    )


def test_credit_notes_voids_and_payments_are_told_from_the_invoice(acme, django_user_model):
    ben = django_user_model.objects.create_user("ben", is_staff=True)
    credit(acme.first, ben, at=day(2, 18))
    order = VoidOrder(reason="Wrong contract.", by=ben)
    void_invoice(invoice_id=acme.second.pk, order=order, at=day(2, 19))

    first, second = made(acme.first.number), made(acme.second.number)

    assert [one.invoice_number for one in first.credit_notes] == [acme.first.number]
    assert any("gave back US$238.00 (Goodwill" in one for one in said(first))
    assert any("we took invoice SW-000002 back as a whole" in one for one in said(second))
    assert second.voids[0].by == "ben"


def test_taxes_come_with_the_location_record_and_the_registration(acme):
    packet = made(acme.second.number)

    (tax,) = packet.invoices[0].taxes
    assert packet.invoices[0].billing_entity == "SW"
    assert {str(one.id) for one in packet.location} == set(tax.inputs["buyer"]["evidence"])
    assert [one.jurisdiction for one in packet.registrations] == ["EU"]


def test_every_entry_from_the_first_to_the_last_is_there_with_its_hash_recomputed(acme):
    packet = made(acme.second.number)

    stored = SeatLedgerEntry.objects.filter(customer=acme.seats.customer)
    digests = dict(stored.values_list("position", "digest"))
    assert packet.ledger.fits
    assert packet.ledger.is_whole
    assert {one.position: one.recomputed for one in packet.ledger.entries} == {
        one.position: digests[one.position] for one in packet.ledger.entries
    }
    assert [one.fits for one in packet.events] == [True, True]


def test_an_entry_that_was_tampered_with_does_not_fit(acme):
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE billing_seatledgerentry SET quantity = 11 WHERE position = 3")
        cursor.execute("UPDATE billing_entitlementevent SET payload = '{}'")
        cursor.execute("SET session_replication_role = origin")

    packet = made(acme.second.number)

    assert not packet.ledger.fits
    assert not any(one.fits for one in packet.events)


def test_versions_of_price_and_policy_are_those_the_lines_were_rated_with(acme):
    packet = made(acme.second.number)

    (line,) = packet.invoices[0].lines
    assert [one.id for one in packet.prices] == [line.price_id]
    assert packet.policies[0].settings == {"increase_invoicing": "immediate"}


def test_payments_attempts_refunds_and_disputes_are_there_and_told(acme):
    attempt(acme.first)
    payment = pay(acme.first, 238_00 + 33_78 + 1_00)
    Refund.objects.create(
        customer=acme.seats.customer, payment=payment, currency="USD", amount_minor=1_00,
        state="succeeded", reason="Asked for", requested_at=day(2, 21), answered_at=day(2, 22),
    )  # fmt: skip
    Dispute.objects.create(
        customer=acme.seats.customer, payment=payment, gateway_id="du_1", currency="USD",
        amount_minor=238_00, state="won", opened_at=day(3, 1), closed_at=day(3, 9),
    )  # fmt: skip

    sentences = said(made("du_1"))

    for words in (
        "a charge of US$238.00 for invoice SW-000001 did not go through: "
        "there was not enough money in the account",
        "we received US$272.78 by card",
        "US$238.00 of it settled invoice SW-000001",
        "US$1.00 was kept as credit for you",
        "US$1.00 was refunded to you",
        "your bank questioned a payment of US$238.00",
        "was settled and the payment stands",
    ):
        assert any(words in one for one in sentences), words


def attempt(invoice: Invoice) -> PaymentAttempt:
    return PaymentAttempt.objects.create(
        customer=invoice.customer, receivable=invoice.receivable, number=1, trigger="issue",
        currency="USD", amount_minor=238_00, state=AttemptState.FAILED, started_at=day(1, 16),
        answered_at=day(1, 16), gateway_id="pi_0", decline_code="insufficient_funds",
    )  # fmt: skip


def test_messages_and_visits_of_a_case_are_there_and_told(db):
    world = SeatWorld.make()
    fail(world, code="insufficient_funds")
    tick(FAILED_AT)
    case = the_case()
    record_audit(
        actor=Actor(ActorKind.CUSTOMER, "", "Link"), action="viewed", subject_kind="dunningcase",
        subject_id=case.pk, at=day(2, 3),
    )  # fmt: skip

    packet = packet_of(asked_for("case", case.pk), at=AT, may_see_people=True, language="en")

    assert [one.template for one in packet.recovery.messages] == ["first_notice"]
    assert any("we began to remind you" in one for one in said(packet))
    assert any("a first notice" in one for one in said(packet))
    assert said(packet)[-1] == "On 3 February 2026 the page to pay was opened."
    assert packet.absent == ("preview_not_stored",)


def test_exceptions_are_there_and_told(acme, django_user_model):
    request = ask_for_write_off(acme.first, django_user_model)

    packet = made(request.number)

    assert [one.id for one in packet.invoices] == [acme.first.pk]
    assert [one.number for one in packet.approvals] == [request.number]
    assert any("an exception was asked for: to give up a claim" in one for one in said(packet))


def ask_for_write_off(invoice: Invoice, users) -> ExceptionRequest:
    return request_exception(
        asking=Asking(
            kind="write_off", terms={"amount_minor": 1_00}, reason="Too small",
            customer=invoice.customer, subject_kind="invoice", subject_id=invoice.pk,
            currency="USD", amount_minor=1_00,
        ),
        by=users.objects.create_user("ana", is_staff=True),
        at=day(2, 20),
    )  # fmt: skip


def test_whatever_somebody_holds_leads_to_the_invoice_concerned(acme, django_user_model):
    line = InvoiceLine.objects.select_related("rated_span").get(invoice=acme.second)
    entry = SeatLedgerEntry.objects.get(event=acme.event)
    second = (acme.second.pk,)
    for name in (
        acme.second.number, acme.second.number.lower(), f"{acme.second.number}/1", str(line.pk),
        str(line.rated_span_id), str(acme.event.pk), "e1", str(entry.pk), f" {acme.second.number} ",
    ):  # fmt: skip
        assert [one.invoice_ids for one in find_asked(name)] == [second], name

    tried, payment = attempt(acme.first), pay(acme.first, 238_00)
    refund = Refund.objects.create(
        customer=acme.seats.customer, payment=payment, currency="USD", amount_minor=1_00,
        reason="Asked for", requested_at=day(2, 21), gateway_id="re_1",
    )  # fmt: skip
    GatewayEvent.objects.create(
        event_id="evt_1", kind="payment_intent.succeeded", object_id="pi_1",
        created_at=day(2, 20), received_at=day(2, 20), body="{}",
    )  # fmt: skip
    for name in ("pi_1", str(payment.pk), "re_1", str(refund.pk), "pi_0", str(tried.pk), "evt_1"):
        assert [one.invoice_ids for one in find_asked(name)] == [(acme.first.pk,)], name


def test_a_credit_note_leads_to_the_invoice_it_credits_too(acme, django_user_model):
    note = credit(acme.first, django_user_model.objects.create_user("ben"), at=day(2, 18))

    (asked,) = find_asked(note.number)

    assert set(asked.invoice_ids) == {acme.first.pk, note.pk}


@pytest.mark.parametrize(
    "name", ["", "nothing", "pi_unknown", "SW-999999", "\x00", "evt_", "x" * 300]
)
def test_what_nobody_knows_leads_nowhere(acme, name):
    assert find_asked(name) == ()


def test_an_event_that_is_not_billed_yet_has_its_proof_all_the_same(acme):
    acme.seats.send("e3", day(2, 20), quantity=1, actor=ACTOR)

    packet = made("e3")

    assert packet.invoices == ()
    assert [one.source_event_id for one in packet.events] == ["e3"]
    assert packet.ledger.fits
    assert said(packet) == ["On 20 February 2026 your administrator added 1 Member seat."]


def test_of_many_documents_the_latest_are_in_the_packet_and_the_others_counted(acme, monkeypatch):
    monkeypatch.setattr("desk.queries.packet.subject.INVOICES_AT_MOST", 1)
    acme.seats.push(day(2, 15))

    (asked,) = find_asked("acme-team-start")

    assert (len(asked.invoice_ids), asked.left_out_invoices) == (1, 1)


def test_a_packet_takes_as_many_queries_for_few_lines_as_for_many(
    acme, django_assert_num_queries, django_assert_max_num_queries
):
    few = late_changes(acme, 2, month=3)
    many = late_changes(acme, 9, month=4)
    assert many.lines.count() > few.lines.count()

    with django_assert_max_num_queries(45) as counted:
        packet_of(asked_for("invoice", few.pk), at=AT, may_see_people=False)

    with django_assert_num_queries(len(counted.captured_queries)):
        packet_of(asked_for("invoice", many.pk), at=AT, may_see_people=False)


def late_changes(acme: PacketWorld, count: int, *, month: int) -> Invoice:
    """The invoice of a month that corrects the one before for so many changes told late."""
    for number in range(count):
        acme.seats.send(
            f"late-{month}-{number}",
            day(month, 14),
            effective_at=day(month, 2 + number),
            quantity=2,
        )
    invoice = acme.seats.push(day(month, 15))[-1]
    pay(invoice, 1_00, f"pi_{month}")
    return invoice


def test_a_correction_names_the_invoice_it_corrects(acme):
    acme.seats.push(day(2, 15))
    acme.seats.send("late", day(3, 2), effective_at=day(2, 8), quantity=5)
    acme.seats.push(day(3, 15))

    told = [one for packet in packets_of(acme) for one in said(packet) if "A correction" in one]

    assert any("; it corrects invoice SW-0000" in one for one in told), told


def packets_of(acme: PacketWorld):
    numbers = Invoice.objects.filter(customer=acme.seats.customer).values_list("number", flat=True)
    return [made(number) for number in numbers]


def test_what_a_payment_settled_elsewhere_is_told_too_so_that_it_adds_up(acme):
    pay(acme.first, 238_00 + 33_78)

    told = said(made(acme.first.number))

    assert any("US$238.00 of it settled invoice SW-000001" in one for one in told)
    assert any("US$33.78 of it settled invoice SW-000002" in one for one in told)
