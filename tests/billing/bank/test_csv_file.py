"""CSV exports of banks: separators, headings, numbers, days and encodings."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.calc.bank.csv_file import CsvHints, read_csv
from billing.calc.bank.csv_values import amount_of, is_day_first
from billing.calc.bank.file import StatementUnreadable
from billing.calc.bank.read import read_statement
from kernel.money import Money
from tests.billing.bank.samples import IBAN, PAYER, csv_text

EUR = CsvHints(account=IBAN, currency="EUR")
GERMAN = "Buchungstag;Betrag;Währung;Auftraggeber/Zahlungsempfänger;IBAN;Verwendungszweck"
ENGLISH = "Booking date,Amount,Currency,Payer,Payer account,Reference"


def refused(content: bytes, hints: CsvHints = EUR) -> StatementUnreadable:
    with pytest.raises(StatementUnreadable) as refusal:
        read_statement(content, hints)
    return refusal.value


def amounts(text: str, hints: CsvHints = EUR) -> list[int]:
    return [one.amount_minor for one in read_csv(text.encode(), hints).bookings]


def test_a_german_export_is_read():
    text = csv_text(
        ["20.02.2026", "1.234,56", "EUR", "Müller & Söhne; KG", PAYER, "Rechnung SW-000012"],
        ["21.02.26", "-12,00", "EUR", "Bank", "", "Entgelt"],
        heading=GERMAN,
    )

    file = read_statement(text.encode(), EUR)

    first, second = file.bookings
    assert (file.format, file.account, file.currency) == ("csv", IBAN, "EUR")
    assert (first.line, first.booked_on, first.amount_minor) == (2, date(2026, 2, 20), 1234_56)
    assert (first.payer_name, first.payer_account) == ("Müller & Söhne; KG", PAYER)
    assert first.reference == "Rechnung SW-000012"
    assert (second.booked_on, second.amount_minor) == (date(2026, 2, 21), -12_00)


def test_an_english_export_is_read():
    text = csv_text(
        ["2026-02-20", "1,234.56", "USD", "Acme, Inc.", PAYER, "Invoice SW-000012"],
        heading=ENGLISH, delimiter=",",
    )  # fmt: skip

    file = read_csv(text.encode(), CsvHints())

    (line,) = file.bookings
    assert (line.amount_minor, line.currency, line.payer_name) == (1234_56, "USD", "Acme, Inc.")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
def test_umlauts_survive_every_encoding_banks_use(encoding):
    text = csv_text(["20.02.2026", "5,00", "EUR", "Grün", "", "Größe"], heading=GERMAN)

    (line,) = read_statement(text.encode(encoding), EUR).bookings

    assert (line.payer_name, line.reference) == ("Grün", "Größe")


def test_lines_about_the_account_may_precede_the_headings():
    preamble = '"Kontoauszug";"Girokonto"\n"Zeitraum:";"01.02.2026 - 28.02.2026"\n\n'
    text = preamble + csv_text(["20.02.2026", "5,00", "EUR", "A", "", "B"], heading=GERMAN)

    (line,) = read_csv(text.encode(), EUR).bookings

    assert (line.line, line.amount_minor) == (5, 5_00)


def test_the_currency_may_stand_in_the_heading_of_the_amount():
    file = read_csv(b"Datum;Betrag (CHF);Verwendungszweck\n20.02.2026;5,00;x\n", CsvHints())

    assert (file.currency, file.bookings[0].currency) == ("CHF", "CHF")


def test_several_columns_of_reference_are_joined():
    text = "Datum;Betrag;Verwendungszweck 1;Verwendungszweck 2\n20.02.2026;5,00;SW-0000;12 danke\n"

    (line,) = read_csv(text.encode(), EUR).bookings

    assert line.reference == "SW-0000 12 danke"


def test_columns_of_their_own_tell_the_direction():
    text = "Date,Debit,Credit,Details\n2026-02-20,,5.00,in\n2026-02-20,6.00,,out\n"

    assert amounts(text) == [5_00, -6_00]


@pytest.mark.parametrize(
    ("word", "minor"), [("H", 5_00), ("S", -5_00), ("DBIT", -5_00), ("", 5_00)]
)
def test_a_word_may_tell_the_direction(word, minor):
    assert amounts(f"Datum;Umsatz;Soll/Haben\n20.02.2026;5,00;{word}\n") == [minor]


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1.234,56", 1234_56), ("1234,56", 1234_56), ("-0,50", -50), ("12,00-", -12_00),
        ("(12,00)", -12_00), ("+7,1", 7_10), ("1\u00a0234,56 €", 1234_56), ("1'234,56", 1234_56),
        ("−3,00", -3_00), (",5", 50), ("1.234.567", 1234567_00), ("EUR 9,00", 9_00),
    ],
)  # fmt: skip
def test_amounts_with_a_decimal_comma(text, minor):
    assert amount_of(text, currency="EUR", decimal_mark=",") == minor


@pytest.mark.parametrize(
    "text", ["", "x", "1,2,3", "1.23,4.5", "12.34,00", "1,234", "--", "1 23,00"]
)
def test_what_is_no_amount_is_refused_with_its_line(text):
    content = csv_text(["20.02.2026", "5,00"], ["20.02.2026", text], heading="Datum;Betrag")

    assert refused(content.encode(), CsvHints(IBAN, "EUR", ",")).line == 3


def test_a_thousand_or_one_is_asked_where_the_currency_has_three_decimals():
    text = "Date;Amount\n2026-02-20;1.234\n"

    refusal = refused(text.encode(), CsvHints(currency="KWD"))

    assert "Choose the decimal mark" in refusal.message
    assert amounts(text, CsvHints(currency="KWD", decimal_mark=".")) == [1234]
    assert amounts(text, CsvHints(currency="KWD", decimal_mark=",")) == [1234_000]
    assert amounts(text, CsvHints(currency="JPY")) == [1234]


def test_a_comma_and_a_point_for_decimals_in_one_file_are_refused():
    assert (
        "decimal comma and some"
        in refused(b"Date;Amount\n2026-02-20;1,50\n2026-02-20;1.50").message
    )


def test_the_order_of_slashed_dates_is_shown_by_the_file_or_asked():
    assert is_day_first(["01/02/2026", "20/02/2026"]) is True
    assert is_day_first(["01/02/2026", "02/20/2026"]) is False
    assert is_day_first(["01.02.2026"]) is True

    text = b"Date,Amount\n01/02/2026,5.00\n"
    assert "Choose the order" in refused(text).message
    hints = CsvHints(currency="EUR", day_order="month_first")
    assert read_csv(text, hints).bookings[0].booked_on == date(2026, 1, 2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Name;Ort\nA;B\n", "No row of headings"),
        (b"Datum;Betrag\n", "no booking below"),
        (b"Datum;Betrag\n20.02.2026;0,00\n", "Line 2: this row has no amount"),
        (b"Datum;Betrag\n31.02.2026;1,00\n", "Line 2: “31.02.2026” is not a date"),
        (b"Datum;Betrag\n;1,00\n", "Line 2: “” is not a date"),
        ("Datum;Betrag;Währung\n20.02.2026;1,00;EUR\n20.02.2026;1,00;USD".encode(), "Line 3"),
        (b"Datum;Betrag;Verwendungszweck\n20.02.2026;1,00;a;b\n", "Line 2: this row has 4 cells"),
        (b"Datum;Umsatz;Soll/Haben\n20.02.2026;1,00;?\n", "neither money in nor money out"),
        (b"\x00\x01\x02\x03", "neither text nor XML"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(content, words):
    assert words in refused(content).message


def test_a_file_without_a_currency_asks_for_it():
    assert (
        "does not name its currency" in refused(b"Datum;Betrag\n1.2.2026;5,00", CsvHints()).message
    )


@pytest.mark.parametrize("turn", [1, -1])
def test_a_running_balance_gives_opening_and_closing_in_either_order(turn):
    rows = [["2026-02-20", "10.00", "110.00"], ["2026-02-21", "-30.00", "80.00"]]
    text = csv_text(*rows[::turn], heading="Date;Amount;Balance")

    file = read_csv(text.encode(), EUR)

    assert (file.opening_minor, file.closing_minor) == (100_00, 80_00)


def test_a_running_balance_that_jumps_is_refused_at_its_row():
    rows = [
        ["2026-02-20", "10.00", "110.00"], ["2026-02-21", "5.00", "125.00"],
        ["2026-02-22", "5.00", "130.00"],
    ]  # fmt: skip
    refusal = refused(csv_text(*rows, heading="Date;Amount;Balance").encode())

    assert (refusal.line, "does not follow" in refusal.message) == (3, True)


def test_a_file_of_another_account_column_is_that_account():
    file = read_csv(b"Auftragskonto;Datum;Betrag\nDE02 1203;20.02.2026;5,00\n", EUR)

    assert file.account == "DE021203"


@given(
    st.lists(st.integers(-(10**12), 10**12).filter(bool), min_size=1, max_size=20),
    st.sampled_from(["EUR", "JPY", "KWD"]),
    st.sampled_from([",", "."]),
)
def test_amounts_come_back_as_they_were_written(minors, currency, mark):
    written = [str(Money(one, currency)).replace(".", mark) for one in minors]
    text = csv_text(*(["2026-02-20", one] for one in written), heading="Datum;Betrag")

    assert amounts(text, CsvHints(currency=currency, decimal_mark=mark)) == minors


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    with suppress(StatementUnreadable):
        file = read_csv(("Datum;Betrag;Verwendungszweck\n" + text).encode(), EUR)
        assert all(one.amount_minor and one.key for one in file.bookings)
