"""CAMT.053 as banks send it, and as attackers do."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.calc.bank.camt053 import read_camt053
from billing.calc.bank.csv_file import CsvHints
from billing.calc.bank.file import MOST_BYTES, StatementUnreadable
from billing.calc.bank.read import read_statement
from tests.billing.bank.samples import IBAN, PAYER, Batch, Paid, camt, document, major

VERSIONS = ["001.02", "001.03", "001.04", "001.06", "001.08", "001.10"]


def refused(content: bytes) -> StatementUnreadable:
    with pytest.raises(StatementUnreadable) as refusal:
        read_statement(content, CsvHints())
    return refusal.value


@pytest.mark.parametrize("version", VERSIONS)
def test_a_credit_reads_the_same_in_every_version(version):
    content = camt(Paid("200.00", "Rechnung SW-000012", bank_reference="B1"), version=version)

    file = read_camt053(content)

    (line,) = file.bookings
    assert (file.format, file.account, file.currency) == ("camt053", IBAN, "USD")
    assert (line.amount_minor, line.currency, line.booked_on) == (200_00, "USD", date(2026, 2, 20))
    assert (line.payer_name, line.payer_account) == ("Acme GmbH", PAYER)
    assert line.reference == "Rechnung SW-000012"


def test_a_debit_is_negative_and_names_who_was_paid():
    (line,) = read_camt053(camt(Paid("9.50", "Fees", name="Bank AG", is_in=False))).bookings

    assert (line.amount_minor, line.payer_name) == (-9_50, "Bank AG")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_collective_entry_is_read_as_its_transactions(version):
    parts = [Paid("100.00", "SW-000001", name="One"), Paid("50.00", "SW-000002", name="Two")]

    lines = read_camt053(camt(Batch(parts, "150.00"), version=version)).bookings

    assert [(one.amount_minor, one.payer_name, one.part) for one in lines] == [
        (100_00, "One", 1), (50_00, "Two", 2),
    ]  # fmt: skip
    assert len({one.key for one in lines}) == 2


def test_transactions_that_do_not_come_to_their_entry_stay_one_booking():
    parts = [Paid("100.00", "SW-000001"), Paid("50.00", "SW-000002")]

    (line,) = read_camt053(camt(Batch(parts, "149.00"))).bookings

    assert (line.amount_minor, line.reference) == (149_00, "SW-000001 SW-000002")


@pytest.mark.parametrize(
    ("currency", "amount", "minor"),
    [("JPY", "5000", 5000), ("JPY", "5000.00", 5000), ("KWD", "1.250", 1250), ("EUR", "7.5", 750)],
)
def test_amounts_follow_the_decimals_of_their_currency(currency, amount, minor):
    (line,) = read_camt053(camt(Paid(amount), currency=currency)).bookings

    assert line.amount_minor == minor


@pytest.mark.parametrize("amount", ["1.005", "1e3", "-5.00", "NaN", "", "1 000.00", "٣"])
def test_an_amount_that_is_none_is_refused_with_its_line(amount):
    refusal = refused(camt(Paid("1.00", day="2026-02-19"), Paid(amount)))

    assert refusal.line == 6
    assert refusal.message.startswith("Line 6: ")


def test_an_entry_in_another_currency_is_refused():
    content = camt(Paid("5.00")).replace(b'<Ntry><Amt Ccy="USD">', b'<Ntry><Amt Ccy="EUR">')

    assert "in EUR, but the account is in USD" in refused(content).message


def test_what_is_only_pending_is_counted_and_not_read():
    file = read_camt053(camt(Paid("5.00"), Paid("6.00", status="PDNG")))

    assert ([one.amount_minor for one in file.bookings], file.not_booked) == ([5_00], 1)


def test_opening_and_bookings_come_to_closing():
    entries = [Paid("200.00"), Paid("50.00", is_in=False)]

    file = read_camt053(camt(*entries, opening="-100.00", closing="50.00"))

    assert (file.opening_minor, file.closing_minor) == (-100_00, 50_00)


def test_balances_that_do_not_add_up_are_refused_with_the_figures():
    message = refused(camt(Paid("200.00"), opening="100.00", closing="250.00")).message

    assert "100.00 at the start and bookings of 200.00 come to 300.00 USD" in message
    assert "ends at 250.00" in message


def test_a_returned_payment_and_a_reversal_carry_a_remark():
    returned = Paid("5.00", extra="<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>", is_in=False)

    lines = read_camt053(camt(returned, Paid("6.00", is_reversal=True))).bookings

    assert [one.remark for one in lines] == [
        "The bank marks it as a returned payment (AC04)",
        "The bank marks it as a reversal of an earlier booking",
    ]


def test_structured_references_are_read_too():
    extra = "<RmtInf><Strd><CdtrRefInf><Ref>RF18SW000012</Ref></CdtrRefInf></Strd></RmtInf>"

    (line,) = read_camt053(camt(Paid("5.00", "Thanks", extra=extra))).bookings

    assert line.reference == "Thanks RF18SW000012"


def test_several_statements_of_one_account_are_one_file():
    sheet = camt(Paid("5.00")).decode().split("<BkToCstmrStmt>")[1].split("</BkToCstmrStmt>")[0]
    other = camt(Paid("6.00")).decode().split("<BkToCstmrStmt>")[1].split("</BkToCstmrStmt>")[0]

    file = read_camt053(document(sheet + other))

    assert [one.amount_minor for one in file.bookings] == [5_00, 6_00]


def test_statements_of_two_accounts_are_refused():
    sheet = camt(Paid("5.00")).decode().split("<BkToCstmrStmt>")[1].split("</BkToCstmrStmt>")[0]

    refusal = refused(document(sheet + sheet.replace(IBAN, "DE00")))

    assert "several accounts" in refusal.message


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n',
        '<!DOCTYPE Document SYSTEM "http://example.com/evil.dtd">\n',
        '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>\n',
    ],
)
def test_a_doctype_is_refused_before_anything_in_it_is_read(head):
    refusal = refused(document("<Stmt><Id>&x;</Id></Stmt>", head=head))

    assert refusal.line == 2
    assert "DOCTYPE" in refusal.message


def test_elements_nested_without_end_are_refused():
    assert "nested" in refused(document("<a>" * 5000 + "</a>" * 5000)).message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"  \r\n", "empty"),
        (camt(Paid("5.00"))[:-40], "not well-formed"),
        (camt(Paid("5.00")).replace(b"camt.053", b"camt.052"), "this is camt.052"),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"/>', "pain.001"),
        (b"<html><body>Please sign in</body></html>", "no bank statement"),
        (document(""), "no bank statement"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"<" + b" " * MOST_BYTES, "larger than 10 MB"),
        (b'<?xml version="1.0" encoding="no-such"?><Document/>', "Line 1"),
        (camt(Paid("5.00")).replace(b"<CdtDbtInd>CRDT</CdtDbtInd>", b""), "neither CRDT"),
        (camt(Paid("5.00", day="2026-02-30")), "not a date"),
    ],
)
def test_what_is_no_statement_is_refused_in_words(content, words):
    assert words.lower() in refused(content).message.lower()


def test_a_booking_keeps_its_key_across_overlapping_files():
    same = [Paid("5.00", "A", bank_reference="B1"), Paid("5.00", "A"), Paid("5.00", "A")]

    first = read_camt053(camt(*same))
    second = read_camt053(camt(Paid("7.00", "B"), *same))

    assert {one.key for one in first.bookings} < {one.key for one in second.bookings}
    assert len({one.key for one in second.bookings}) == 4


@given(
    st.lists(st.integers(-(10**11), 10**11).filter(bool), min_size=1, max_size=8),
    st.integers(-(10**11), 10**11),
    st.sampled_from(["EUR", "JPY", "KWD"]),
    st.sampled_from(VERSIONS),
)
def test_bookings_come_back_as_they_were_written(minors, opening, currency, version):
    entries = [Paid(major(abs(one), currency), is_in=one > 0) for one in minors]
    closing = opening + sum(minors)

    file = read_camt053(
        camt(*entries, currency=currency, version=version,
             opening=major(opening, currency), closing=major(closing, currency))
    )  # fmt: skip

    assert [one.amount_minor for one in file.bookings] == minors
    assert (file.opening_minor, file.closing_minor) == (opening, closing)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content):
    with suppress(StatementUnreadable):
        file = read_statement(content, CsvHints(currency="EUR"))
        assert all(one.amount_minor and one.key for one in file.bookings)
