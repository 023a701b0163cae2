"""Importing statements: all or nothing, each booking once, and certain matches at once."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from billing.calc.bank.csv_file import CsvHints
from billing.calc.bank.file import StatementUnreadable
from billing.enums import BankLineState, CreditReason, PaymentMethodKind
from billing.models import BankLine, BankStatement, CreditEntry, Payment, Receivable
from billing.operations.import_bank_statement import (
    NO_HINTS,
    ImportOutcome,
    import_bank_statement,
    rehearse_import,
)
from billing.operations.match_bank_line import (
    BankInvoiceForeign,
    BankLineIsMoneyOut,
    BankLineMatched,
    match_bank_line,
)
from billing.operations.refuse_bank_file import BankAccountOfAnother, BankDaysKnown, BankFileKnown
from billing.operations.set_aside_bank_line import (
    BankLineReasonMissing,
    BankLineSetAside,
    set_aside_bank_line,
)
from billing.operations.take_back_allocation import take_back_allocation
from billing.queries.bank_claims import claims_named, credit_of, invoice_prefixes, payers_of
from billing.queries.credit import credit_balance
from kernel.money import Money
from kernel.refusal import Refusal
from tax.models import BillingEntity
from tests.billing.bank.samples import IBAN, PAYER, Paid, camt, csv_text
from tests.seatworld import SeatWorld, day, make_customer, start

PRICE = 200_00
AT = day(2, 21)


def bring(world: SeatWorld, content: bytes, *, at=AT, hints=NO_HINTS, **said) -> ImportOutcome:
    outcome = import_bank_statement(
        content=content, file_name="statement.xml", billing_entity=world.entity, at=at,
        hints=hints, **said,
    )  # fmt: skip
    check_now()
    return outcome


def check_now() -> None:
    """Deferred constraints speak now, not at the end of the test."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def numbers(world: SeatWorld, months: int = 2) -> list[str]:
    for month in range(1, months + 1):
        world.push(day(month, 15))
    rows = Receivable.objects.order_by("due_date").values_list("invoice__number", flat=True)
    return list(rows)


def open_amounts() -> list[int]:
    return list(Receivable.objects.order_by("due_date", "pk").values_list("open_minor", flat=True))


def balance(world: SeatWorld) -> int:
    return credit_balance(customer_id=world.customer.pk, currency="USD")


def states() -> list[str]:
    return list(BankLine.objects.order_by("position").values_list("state", flat=True))


def test_a_line_that_names_its_invoice_settles_it_at_once(world):
    _, second = numbers(world)

    outcome = bring(world, camt(Paid("200.00", f"Rechnung {second.lower()}")))

    payment = Payment.objects.get()
    line = BankLine.objects.get()
    assert (outcome.matched, outcome.to_look_at, open_amounts()) == (1, 0, [PRICE, 0])
    assert (payment.method, payment.paid_on.isoformat()) == (
        PaymentMethodKind.BANK_TRANSFER, "2026-02-20",
    )  # fmt: skip
    assert (line.state, line.payment, line.decided_at) == (BankLineState.MATCHED, payment, AT)
    assert payment.reference == f"Rechnung {second.lower()}"


def test_a_partial_payment_leaves_the_rest_open(world):
    first, _ = numbers(world)

    bring(world, camt(Paid("150.00", first)))

    assert (open_amounts(), balance(world)) == ([50_00, PRICE], 0)


def test_an_overpayment_settles_what_else_is_open_and_the_rest_is_credit(world):
    (first,) = numbers(world, months=1)

    bring(world, camt(Paid("250.00", first)))

    assert (open_amounts(), balance(world)) == ([0], 50_00)
    assert CreditEntry.objects.get().reason == CreditReason.OVERPAID


def test_one_transfer_for_several_invoices_that_come_to_it(world):
    first, second = numbers(world)

    bring(world, camt(Paid("400.00", f"{first} + {second}")))

    assert open_amounts() == [0, 0]
    assert Payment.objects.get().allocations.count() == 2


def test_a_second_payment_of_an_invoice_waits_for_a_person_and_becomes_credit(world):
    (first,) = numbers(world, months=1)

    outcome = bring(world, camt(Paid("200.00", first), Paid("200.00", first, day="2026-02-21")))
    waiting = BankLine.objects.get(state=BankLineState.OPEN)
    match_bank_line(line_id=waiting.pk, customer_id=world.customer.pk, at=AT)
    check_now()

    assert (outcome.matched, outcome.to_look_at) == (1, 1)
    assert (open_amounts(), balance(world)) == ([0], PRICE)


def test_a_line_of_another_currency_is_not_matched_by_itself(world):
    first, _ = numbers(world)

    outcome = bring(world, camt(Paid("200.00", first), currency="EUR"))

    assert (outcome.to_look_at, open_amounts()) == (1, [PRICE, PRICE])


def test_money_that_went_out_is_set_aside_with_its_reason(world):
    extra = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"

    bring(world, camt(Paid("9.50", is_in=False), Paid("5.00", is_in=False, extra=extra)))

    reasons = list(BankLine.objects.order_by("position").values_list("reason", flat=True))
    assert states() == [BankLineState.SET_ASIDE] * 2
    assert reasons == [
        "Money that went out; no customer paid it.",
        "The bank marks it as a returned payment (AC04). Money that went out; no customer paid it.",
    ]


def test_a_reversal_that_brings_money_back_waits_for_a_person(world):
    first, _ = numbers(world)

    bring(world, camt(Paid("200.00", first, is_reversal=True)))

    line = BankLine.objects.get()
    assert (line.state, open_amounts()) == (BankLineState.OPEN, [PRICE, PRICE])
    assert line.reason == "The bank marks it as a reversal of an earlier booking."


def test_the_same_file_is_imported_once(world):
    content = camt(Paid("5.00"))
    bring(world, content)

    with pytest.raises(BankFileKnown, match="imported on 2026-02-21 00:00 UTC"):
        bring(world, content)

    assert BankLine.objects.count() == 1


def test_overlapping_files_bring_each_booking_once(world):
    first, _ = numbers(world)
    early = [Paid("200.00", first, bank_reference="B1"), Paid("5.00", "x"), Paid("5.00", "x")]
    bring(world, camt(*early))

    outcome = bring(world, camt(*early, Paid("7.00", "new", day="2026-02-21")))

    assert (outcome.known, len(outcome.lines)) == (3, 1)
    assert sorted(BankLine.objects.values_list("amount_minor", flat=True)) == [
        5_00, 5_00, 7_00, PRICE,
    ]  # fmt: skip
    assert Payment.objects.count() == 1


def test_bank_line_once_per_account(world):
    bring(world, camt(Paid("5.00")))
    line = BankLine.objects.get()
    line.pk = None

    with pytest.raises(IntegrityError, match="bank_line_once_per_account"), transaction.atomic():
        line.save(force_insert=True)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"state": "matched"}, "bank_line_matched_has_its_payment"),
        ({"state": "set_aside", "reason": ""}, "bank_line_set_aside_has_its_reason"),
    ],
)
def test_a_decided_line_carries_its_payment_or_reason(world, said, name):
    bring(world, camt(Paid("5.00")))

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BankLine.objects.update(**said)


def test_a_file_that_cannot_be_read_to_its_end_imports_nothing(world):
    with pytest.raises(StatementUnreadable, match="Line 6"):
        bring(world, camt(Paid("5.00"), Paid("oops")))

    assert not BankStatement.objects.exists()


def test_an_account_is_imported_for_one_billing_entity(world):
    other = BillingEntity.objects.create(
        code="US", legal_name="Seatworks Inc", address_line1="1 Main", city="Austin",
        country="US", currency="USD", iban="DE02 1203 0000 0000 2020 51",
    )  # fmt: skip

    with pytest.raises(BankAccountOfAnother, match="is that of US"):
        bring(world, camt(Paid("5.00")))
    other.iban = ""
    other.save()
    bring(world, camt(Paid("5.00")))

    with pytest.raises(BankAccountOfAnother, match="is that of SW"):
        import_bank_statement(
            content=camt(Paid("6.00")), file_name="x", billing_entity=other, at=AT
        )


def test_a_day_is_not_taken_from_both_formats(world):
    bring(world, camt(Paid("5.00")))
    text = csv_text(["2026-02-20", "5.00"], heading="Date;Amount")

    with pytest.raises(BankDaysKnown, match=r"CAMT\.053"):
        bring(world, text.encode(), hints=CsvHints(IBAN, "USD"))

    later = csv_text(["2026-02-23", "5.00"], heading="Date;Amount")
    assert len(bring(world, later.encode(), hints=CsvHints(IBAN, "USD")).lines) == 1


def test_a_rehearsal_says_what_would_happen_and_changes_nothing(world):
    first, second = numbers(world)
    content = camt(Paid("200.00", first), Paid("200.00", first, day="2026-02-21"), Paid("1.00"))

    told = rehearse_import(content=content, file_name="a.xml", billing_entity=world.entity, at=AT)

    assert (told.matched, told.to_look_at) == (1, 2)
    assert (told.lines[0].customer_name, told.lines[0].numbers) == ("Acme GmbH", (first,))
    assert not BankStatement.objects.exists()
    assert not Payment.objects.exists()
    assert open_amounts() == [PRICE, PRICE]
    done = bring(world, content)
    assert [one.state for one in done.lines] == [one.state for one in told.lines]
    assert second not in done.lines[0].numbers


def test_undoing_a_match_takes_its_allocation_back_and_the_line_keeps_its_payment(world):
    (first,) = numbers(world, months=1)
    bring(world, camt(Paid("200.00", first)))

    take_back_allocation(
        allocation_id=Payment.objects.get().allocations.get().pk, reason="wrong", at=day(2, 22)
    )

    check_now()
    assert (open_amounts(), balance(world), states()) == ([PRICE], PRICE, ["matched"])


def test_a_line_is_matched_once(world):
    numbers(world, months=1)
    bring(world, camt(Paid("200.00")))
    line = BankLine.objects.get()
    user = User.objects.create_user("ann")

    match_bank_line(line_id=line.pk, customer_id=world.customer.pk, at=AT, by=user)

    with pytest.raises(BankLineMatched, match="already by ann"):
        match_bank_line(line_id=line.pk, customer_id=world.customer.pk, at=AT)
    with pytest.raises(BankLineMatched):
        set_aside_bank_line(line_id=line.pk, reason="x", at=AT)
    assert Payment.objects.count() == 1


def test_an_invoice_of_somebody_else_is_refused(world):
    numbers(world, months=1)
    other = make_customer(world.entity, "beta")
    bring(world, camt(Paid("200.00")))
    line, owed = BankLine.objects.get(), Receivable.objects.get()

    with pytest.raises(BankInvoiceForeign, match="not this customer's"):
        match_bank_line(line_id=line.pk, customer_id=other.pk, invoices=[owed.pk], at=AT)

    assert not Payment.objects.exists()


def test_money_that_went_out_is_matched_to_nobody(world):
    bring(world, camt(Paid("5.00", is_in=False)))

    with pytest.raises(BankLineIsMoneyOut):
        match_bank_line(line_id=BankLine.objects.get().pk, customer_id=world.customer.pk, at=AT)


def test_a_line_is_set_aside_with_a_reason_and_may_still_be_matched(world):
    bring(world, camt(Paid("5.00")))
    line = BankLine.objects.get()
    with pytest.raises(BankLineReasonMissing):
        set_aside_bank_line(line_id=line.pk, reason="  ", at=AT)

    set_aside_bank_line(line_id=line.pk, reason="Interest of the bank", at=AT)
    with pytest.raises(BankLineSetAside, match="Interest of the bank"):
        set_aside_bank_line(line_id=line.pk, reason="again", at=AT)
    match_bank_line(line_id=line.pk, customer_id=world.customer.pk, at=AT)

    check_now()
    assert (states(), balance(world)) == (["matched"], 5_00)


def test_customers_come_to_mind_by_account_name_amount_and_number(world):
    first, _ = numbers(world)
    beta = make_customer(world.entity, "beta")
    start(world.plan, beta, "beta-team")
    world.push(day(2, 16))
    owed = str(Money(Receivable.objects.get(customer=beta).open_minor, "USD"))
    bring(world, camt(Paid("200.00", first, account="DE77")))
    bring(
        world,
        camt(
            Paid("1.00", "?", account="DE77", name="X"), Paid("2.00", "?", account="", name="BETA GMBH"),
            Paid(owed, "?", account="", name="Y"), Paid("3.00", "SW 000001", account="", name="Z"),
        ),
    )  # fmt: skip
    lines = list(BankLine.objects.filter(state=BankLineState.OPEN).order_by("position"))
    prefixes = invoice_prefixes()
    credits = {line.pk: credit_of(line, prefixes) for line in lines}
    book = claims_named(one for credit in credits.values() for one in credit.named)

    payers = payers_of(lines, credits, book)

    names = [sorted(one.name for one in payers[line.pk]) for line in lines]
    assert names == [["Acme GmbH"], ["Beta GmbH"], ["Beta GmbH"], ["Acme GmbH"]]


def test_suggesting_takes_as_many_queries_for_ten_lines_as_for_one(
    world, django_assert_num_queries
):
    numbers(world)
    bring(world, camt(*(Paid(f"{n}.00", "?", account=PAYER) for n in range(1, 11))))
    lines = list(BankLine.objects.all())

    for some in (lines[:1], lines):
        with django_assert_num_queries(4):
            payers_of(some, {line.pk: credit_of(line, ("SW-",)) for line in some}, {})


def test_the_command_imports_a_file_and_says_what_became_of_it(world, tmp_path):
    first, _ = numbers(world)
    path = tmp_path / "bank.xml"
    path.write_bytes(camt(Paid("200.00", first), Paid("5.00")))
    said = StringIO()

    call_command("import_bank_statement", str(path), entity="SW", dry_run=True, stdout=said)
    call_command("import_bank_statement", str(path), entity="SW", stdout=said)

    assert said.getvalue().splitlines() == [
        "It would bring 2 lines: 1 matched, 1 to look at, 0 set aside. Nothing was changed.",
        "2 lines: 1 matched, 1 to look at, 0 set aside.",
    ]
    with pytest.raises(CommandError, match="imported on"):
        call_command("import_bank_statement", str(path), entity="SW", stdout=said)
    with pytest.raises(CommandError, match="no billing entity"):
        call_command("import_bank_statement", str(path), entity="NO", stdout=said)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_bank_statement", str(tmp_path / "x"), entity="SW", stdout=said)


def together(*calls) -> list[str]:
    """What each call came to, run at the same moment on a connection of its own."""

    def run(call) -> str:
        try:
            call()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(calls)) as hands:
        return sorted(hands.map(run, calls))


def test_of_four_who_match_a_line_at_once_one_wins(committed_world):
    world = committed_world
    numbers(world, months=1)
    import_bank_statement(
        content=camt(Paid("200.00")), file_name="a", billing_entity=world.entity, at=AT
    )
    line = BankLine.objects.get()

    def match() -> None:
        match_bank_line(line_id=line.pk, customer_id=world.customer.pk, at=AT)

    assert together(match, match, match, match) == ["bank_line_matched"] * 3 + ["done"]
    assert (Payment.objects.count(), open_amounts()) == (1, [0])


def test_of_two_who_bring_the_same_file_at_once_one_wins(committed_world):
    world = committed_world
    (first,) = numbers(world, months=1)
    content = camt(Paid("200.00", first))

    def bring_it() -> None:
        import_bank_statement(content=content, file_name="a", billing_entity=world.entity, at=AT)

    assert together(bring_it, bring_it) == ["bank_file_known", "done"]
    assert (BankLine.objects.count(), open_amounts()) == (1, [0])
