"""Void and regeneration: the invoice is taken back whole, and the ledger bills its time anew."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from billing.enums import PaymentMethodKind, Settlement
from billing.models import (
    Allocation,
    CreditEntry,
    CreditNote,
    EntitlementEvent,
    InvoiceVoid,
    PaymentAttempt,
    Receivable,
    VoidedSpans,
)
from billing.operations.preview_invoice import preview_invoice
from billing.operations.record_payment import record_payment
from billing.operations.regenerate_invoice import regenerate_invoice
from billing.operations.take_back_allocation import InvoiceIsVoid, take_back_allocation, undo
from billing.operations.void_invoice import (
    AlreadyVoid,
    VoidOrder,
    VoidPaid,
    VoidReasonMissing,
    VoidWhilePaying,
    void_invoice,
)
from billing.queries.invoice_sources import source_of_issued
from billing.queries.voids import replacements_of, voids_replaced_by
from kernel.money import Money
from tests.billing.credits.world import credit, first_invoice, of_amount, recheck, taxed_world
from tests.billing.evidence.test_recheck import POLICIES
from tests.seatworld import SeatWorld, day, lines_of

pytestmark = pytest.mark.django_db
VOIDED = day(1, 20)


@pytest.fixture
def world():
    return taxed_world()


@pytest.fixture
def staff():
    return User.objects.create_user("ana", is_staff=True)


@pytest.fixture
def invoice(world):
    return first_invoice(world)


def void(invoice, staff, at=VOIDED, reason="Wrong seats"):
    return void_invoice(invoice_id=invoice.pk, order=VoidOrder(reason=reason, by=staff), at=at)


def pushed(world, at):
    """Invoices issued by a push, without the credit note of a void at the same instant."""
    return [one for one in world.push(at) if not one.credits_id]


def test_a_void_takes_back_the_whole_and_nothing_stays_open(invoice, staff):
    done = void(invoice, staff)

    note = done.credit_note
    assert note.total_minor == -invoice.total_minor
    assert (note.settlement, note.credits_id) == (Settlement.INVOICE, invoice.pk)
    assert CreditNote.objects.get(pk=note.pk).reason == "void"
    assert Receivable.objects.get(pk=invoice.pk).open_minor == 0
    assert sum(CreditEntry.objects.values_list("amount_minor", flat=True)) == 0


def test_the_ledger_as_known_now_is_billed_anew(world, invoice, staff):
    world.send("fewer", day(1, 19), kind="seat_removed", quantity=5, effective_at=day(1, 15))
    done = void(invoice, staff)

    (draft,) = regenerate_invoice(void_id=done.pk, at=VOIDED)

    assert draft.state == "draft"
    assert lines_of(draft) == [("recurring", 20, 160_00)]
    assert replacements_of(done.pk) == [draft]
    assert voids_replaced_by(draft.pk) == [done]
    world.push(day(1, 21))
    assert recheck() == []


def test_without_a_change_the_replacement_is_the_invoice_again(world, invoice, staff):
    done = void(invoice, staff)
    (draft,) = regenerate_invoice(void_id=done.pk, at=VOIDED)
    world.push(day(1, 21))
    draft.refresh_from_db()

    assert lines_of(draft) == lines_of(invoice)
    assert (draft.total_minor, draft.number) == (invoice.total_minor, "SW-000002")
    assert recheck() == []


def test_the_flow_regenerates_by_itself(world, invoice, staff):
    done = void(invoice, staff)

    (again,) = pushed(world, VOIDED + timedelta(minutes=1))

    assert lines_of(again) == lines_of(invoice)
    assert regenerate_invoice(void_id=done.pk, at=day(1, 21)) == [again]


def test_the_preview_after_a_void_is_the_replacement(world, invoice, staff):
    world.send("fewer", day(1, 19), kind="seat_removed", quantity=5, effective_at=day(1, 15))
    void(invoice, staff)

    shown = preview_invoice(subscription_id=world.subscription.pk, at=VOIDED)
    (issued,) = pushed(world, VOIDED)

    assert [(one.kind, one.quantity, one.amount_minor) for one in shown.lines] == lines_of(issued)
    assert (shown.totals.total_minor, shown.totals.tax_minor) == (
        issued.total_minor, issued.tax_minor,
    )  # fmt: skip


def test_later_cycles_go_on_as_if_nothing_had_happened(world, invoice, staff):
    void(invoice, staff)
    world.push(VOIDED)
    world.send("more", day(2, 1), quantity=2)

    (february,) = world.push(day(2, 15))

    assert [kind for kind, _, _ in lines_of(february)].count("recurring") == 1
    assert recheck() == []


def test_a_settled_period_is_billed_anew_as_itself(world, staff):
    first = first_invoice(world)
    world.push(day(2, 15))
    world.push(day(3, 15))
    void(first, staff, at=day(3, 20))

    (again,) = pushed(world, day(3, 20))

    assert lines_of(again) == [("recurring", 25, 200_00)]
    assert recheck() == []


def test_what_was_adjusted_elsewhere_stays_adjusted(world, invoice, staff):
    """25 seats billed; 5 fewer given back on the next invoice; then the first is voided."""
    world.send("fewer", day(1, 19), kind="seat_removed", quantity=5, effective_at=day(1, 15))
    (february,) = world.push(day(2, 15))
    assert sum(minor for _, _, minor in lines_of(february)) == 120_00
    void(invoice, staff, at=day(2, 20))

    (again,) = pushed(world, day(2, 20))

    assert again.subtotal_minor == 200_00  # 160 are owed, and 40 came back on the February invoice
    assert recheck() == []


@pytest.mark.parametrize("settings", POLICIES)
def test_under_any_policy_the_sum_is_as_without_the_void(settings, staff):
    """Void the second invoice of a busy life: what is billed in sum is what it was."""
    world = SeatWorld.make(settings)
    world.push(day(1, 15))
    world.send("grow", day(1, 25, 9), quantity=10)
    world.push(day(1, 25, 10))
    issued = world.push(day(2, 18)) or world.push(day(3, 18))
    world.send("late", day(3, 19), quantity=2, effective_at=day(1, 20))
    world.push(day(4, 18))
    before = billed(world)
    target = next(one for one in issued if one.kind == "invoice" and one.amount_due_minor)
    void(target, staff, at=day(4, 20))

    world.push(day(4, 20))

    assert billed(world) == before
    assert recheck() == []
    world.push(day(5, 18))
    assert recheck() == []


def billed(world):
    """Minor units of all documents of the customer."""
    return sum(world.customer.invoices.values_list("subtotal_minor", flat=True))


def test_a_replacement_can_be_voided_again(world, invoice, staff):
    void(invoice, staff)
    (again,) = pushed(world, VOIDED)
    void(again, staff, at=day(1, 22))

    (third,) = pushed(world, day(1, 22))

    assert lines_of(third) == lines_of(invoice)
    assert recheck() == []


def test_nothing_is_owed_where_the_ledger_took_everything_back(world, invoice, staff):
    start = EntitlementEvent.objects.get()
    world.send(
        "no", day(1, 19), kind="correction", seat_type="", corrects=start.source_event_id, void=True,
        source=start.source,
    )  # fmt: skip
    done = void(invoice, staff)

    assert regenerate_invoice(void_id=done.pk, at=VOIDED) == []


def pay(world, invoice, minor):
    return record_payment(
        customer=world.customer, billing_entity=world.entity, method=PaymentMethodKind.MANUAL,
        money=Money(minor, "USD"), paid_on=day(1, 18).date(), at=day(1, 18), reason="Cheque",
        invoices=[invoice.pk],
    )  # fmt: skip


def test_what_is_paid_or_credited_is_not_voided(world, invoice, staff):
    pay(world, invoice, 1)

    with pytest.raises(VoidPaid):
        void(invoice, staff)


def test_what_was_credited_is_not_voided(invoice, staff):
    credit(invoice, staff, of_amount(1_00), at=day(1, 18))

    with pytest.raises(VoidPaid, match="Credit what is left"):
        void(invoice, staff)


def test_an_invoice_that_is_being_paid_is_not_voided(invoice, staff):
    attempt = PaymentAttempt.objects.create(
        customer=invoice.customer, receivable_id=invoice.pk, number=1, trigger="issue",
        currency="USD", amount_minor=invoice.amount_due_minor, started_at=day(1, 19),
    )  # fmt: skip

    with pytest.raises(VoidWhilePaying):
        void(invoice, staff)
    attempt.state = "failed"
    attempt.save()

    assert void(invoice, staff).credit_note.credits == invoice


def test_a_later_credit_of_the_ledger_names_the_replacement(staff):
    world = taxed_world(credit_application="balance")
    invoice = first_invoice(world)
    void(invoice, staff)
    (again,) = pushed(world, VOIDED)
    world.send("fewer", day(1, 25), kind="seat_removed", quantity=5)

    (note,) = world.push(day(1, 26))

    assert (note.kind, note.credits) == ("credit_note", None)
    named = source_of_issued(number=note.number).corrects
    assert [one.number for one in named] == [again.number]
    assert recheck() == []


def test_a_void_is_once_and_has_its_reason(invoice, staff):
    with pytest.raises(VoidReasonMissing):
        void(invoice, staff, reason=" ")
    void(invoice, staff)

    with pytest.raises(AlreadyVoid):
        void(invoice, staff)
    assert (InvoiceVoid.objects.count(), VoidedSpans.objects.count()) == (1, 1)


def test_a_voided_invoice_is_never_open_again(invoice, staff):
    void(invoice, staff)
    (settled,) = Allocation.objects.all()

    with pytest.raises(InvoiceIsVoid):
        take_back_allocation(allocation_id=settled.pk, reason="Oops", at=day(1, 21), by=staff)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        undo(allocation=settled, at=day(1, 21), by=staff, reason="Oops")
    name = refused.value.__cause__.diag.constraint_name
    assert name == "allocation_leaves_a_void_settled"


def test_a_credit_note_is_not_voided(invoice, staff):
    note = void(invoice, staff).credit_note

    with pytest.raises(VoidPaid):
        void(note, staff)
