"""The journal leaves as CSV and as a DATEV batch; amounts, accounts and days stay what they were."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from billing.calc.books.datev import (
    COLUMNS,
    Batch,
    CurrencyNotForDatev,
    Row,
    amount,
    document_field,
    lines,
    text_field,
)
from billing.calc.books.export_period import PeriodUnreadable, fiscal_year, read_period
from billing.calc.books.pairs import Pair
from billing.enums import PaymentMethodKind
from billing.models import Books
from billing.operations.export_books import (
    DatevNumbersMissing,
    ExportLeavesFiscalYear,
    NothingToExport,
    export_books,
)
from billing.operations.push_flow import push_flow
from billing.operations.record_payment import record_payment
from billing.pipeline import POST
from kernel.money import Money
from kernel.period import Period
from tests.seatworld import day

YEAR = read_period("2026")
BATCH = Batch(
    consultant="1001", client="42", fiscal_year_first=date(2026, 1, 1), account_length=4,
    first=date(2026, 1, 1), last=date(2026, 1, 31), currency="EUR", chart="03",
    created_at=datetime(2026, 2, 1, 8, 30, 15, 250_000, tzinfo=UTC),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("2026-10", date(2026, 10, 1), date(2026, 11, 1)),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
        ("2026-10-03..2026-10-03", date(2026, 10, 3), date(2026, 10, 4)),
    ],
)
def test_a_period_is_read_as_people_write_it(text, first, after):
    assert read_period(text) == Period(first, after)


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-Q5", "10/2026", "2026-10-03..", "2026-10-03..2026-10-01", "9999"]
)
def test_what_is_no_period_is_said_to_be_none(text):
    with pytest.raises(PeriodUnreadable, match="is no period"):
        read_period(text)


def test_a_fiscal_year_may_begin_in_any_month():
    assert fiscal_year(date(2026, 6, 30), first_month=7) == Period(
        date(2025, 7, 1), date(2026, 7, 1)
    )
    assert fiscal_year(date(2026, 7, 1), first_month=7).first == date(2026, 7, 1)


def test_a_datev_batch_is_written_to_the_letter():
    row = Row(
        pair=Pair("1410", "0990", 1_234_567_89), day=date(2026, 1, 5), document="LRDE-000001",
        text="Müller & Söhne €",
    )  # fmt: skip

    head, columns, line = (part.decode("cp1252") for part in lines(BATCH, [row]))

    assert head == (
        '"EXTF";700;21;"Buchungsstapel";13;20260201083015250;;"SL";"Seatledger";"";1001;42;20260101;4;'
        '20260101;20260131;"Seatledger 2026-01-01 EUR";"";1;0;0;"EUR";;"";;;"03";;;"";""\r\n'
    )
    assert (columns.count(";"), line.count(";")) == (124, 124)
    assert columns.startswith("Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Kurs;")
    assert line.startswith(
        '1234567,89;"S";"EUR";;;;1410;0990;;0501;"LRDE-000001";;;"Müller & Söhne €";'
    )


def test_datev_knows_125_columns_each_once():
    assert (len(COLUMNS), len(set(COLUMNS))) == (125, 125)
    assert COLUMNS[13] == "Buchungstext"
    assert COLUMNS[113] == "Festschreibung"


def test_letters_windows_lacks_do_not_break_the_file():
    row = Row(pair=Pair("1410", "8200", 1), day=date(2026, 1, 5), document="A", text="Łódź 東京")

    assert b'"?\xf3d? ??"' in b"".join(lines(BATCH, [row]))


def test_a_currency_with_three_decimals_is_not_for_datev():
    with pytest.raises(CurrencyNotForDatev):
        next(lines(Batch(**{**as_dict(BATCH), "currency": "KWD"}), []))


def as_dict(batch: Batch) -> dict:
    return {name: getattr(batch, name) for name in Batch.__slots__}


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(1, "EUR", "0,01"), (100_00, "EUR", "100,00"), (1200, "JPY", "1200,00")],
)
def test_amounts_have_a_comma_and_two_decimals(minor, currency, text):
    assert amount(minor, currency) == text


@given(st.text())
def test_no_text_becomes_a_formula_or_breaks_a_line(text):
    document, words = document_field(text), text_field(text)

    assert not document.startswith(("=", "+", "-", "@"))
    assert not words.startswith(("=", "+", "@", "\t")) or words.lstrip("-").isdigit()
    assert not {"\r", "\n", "\0"} & set(document + words)
    assert len(document) <= 36
    assert len(words) <= 60


def test_quotes_and_separators_stay_inside_their_field():
    row = Row(pair=Pair("1", "2", 1), day=date(2026, 1, 5), document="A", text='a";"b')

    *_, line = lines(BATCH, [row])

    (cells,) = csv.reader([line.decode("cp1252")], delimiter=";")
    assert (len(cells), cells[13]) == (125, 'a";"b')


@pytest.fixture
def booked(world):
    (invoice,) = world.push(day(1, 15))
    record_payment(
        customer=world.customer, billing_entity=world.entity, method=PaymentMethodKind.CARD,
        money=Money(250_00, "USD"), paid_on=date(2026, 1, 20), at=day(1, 20), gateway_id="pi_1",
        fee_minor=3_00,
    )  # fmt: skip
    type(world.customer).objects.filter(pk=world.customer.pk).update(legal_name="=SUM(A1)")
    push_flow(stages=(POST,), at=day(2, 1))
    Books.objects.update(datev_consultant="1001", datev_client="7")
    return invoice


def content(world, format, **said) -> bytes:
    asked = {"period": YEAR, "at": day(2, 2), **said}
    return b"".join(export_books(billing_entity=world.entity, format=format, **asked).chunks)


def test_the_csv_has_every_posting_and_no_formula(world, booked):
    rows = list(csv.DictReader(io.StringIO(content(world, "csv").decode("utf-8-sig"))))

    assert [(row["day"], row["kind"], row["account"], row["debit"], row["credit"]) for row in rows] == [
        ("2026-01-15", "invoice", "1100", "200.00", ""),
        ("2026-01-15", "invoice", "2100", "", "200.00"),
        ("2026-01-20", "received", "1050", "250.00", ""),
        ("2026-01-20", "received", "1100", "", "200.00"),
        ("2026-01-20", "received", "2300", "", "50.00"),
        ("2026-01-20", "received", "6100", "3.00", ""),
        ("2026-01-20", "received", "1050", "", "3.00"),
        ("2026-01-31", "recognition", "2100", "109.68", ""),
        ("2026-01-31", "recognition", "4000", "", "109.68"),
    ]  # fmt: skip
    assert rows[2]["customer"] == "'=SUM(A1)"


def test_datev_tells_each_entry_in_pairs_by_its_invoice(world, booked):
    text = content(world, "datev", currency="USD").decode("cp1252")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))

    assert [(row[0], row[6], row[7], row[9], row[10]) for row in rows[2:]] == [
        ("200,00", "1100", "2100", "1501", booked.number),
        ("200,00", "1050", "1100", "2001", booked.number),
        ("50,00", "1050", "2300", "2001", "pi1"),
        ("3,00", "6100", "1050", "2001", "pi1"),
        ("109,68", "2100", "4000", "3101", "REV-2026-01"),
    ]
    assert rows[3][13] == "'=SUM(A1), Payment"


def test_datev_needs_the_numbers_of_adviser_and_client(world, booked):
    Books.objects.update(datev_client="")

    with pytest.raises(DatevNumbersMissing):
        content(world, "datev", currency="USD")


def test_a_datev_batch_stays_within_a_fiscal_year(world, booked):
    Books.objects.update(fiscal_year_first_month=2)

    with pytest.raises(ExportLeavesFiscalYear, match="ends on 2026-01-31"):
        content(world, "datev", currency="USD")


def test_an_empty_export_is_said_and_not_written(world, booked):
    with pytest.raises(NothingToExport, match="EUR"):
        content(world, "datev")
    with pytest.raises(NothingToExport):
        content(world, "csv", period=read_period("2025"))


def test_the_command_writes_a_file_and_says_what_it_left(world, booked, tmp_path, capsys):
    target = tmp_path / "journal.csv"

    call_command(
        "export_books", entity="SW", period="2026-01", format="datev", currency="usd",
        to=str(target),
    )  # fmt: skip

    assert target.read_bytes().startswith(b'"EXTF";700;21;')
    said = capsys.readouterr().err
    assert "7 lines" in said
    assert "Currencies in the period: USD" in said


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"entity": "XX"}, "No billing entity"),
        ({"period": "soon"}, "is no period"),
        ({"period": "2024"}, "Nothing is posted"),
    ],
)
def test_the_command_says_why_it_cannot(world, booked, said, why):
    with pytest.raises(CommandError, match=why):
        call_command("export_books", **{"entity": "SW", "period": "2026", **said})


def test_the_reconciliation_command_fails_on_a_difference(world, capsys):
    world.push(day(1, 15))
    call_command("reconcile_books", entity="SW")
    assert "The books reconcile to zero." in capsys.readouterr().out
    record_payment(
        customer=world.customer, billing_entity=world.entity, money=Money(1_00, "USD"),
        method=PaymentMethodKind.BANK_TRANSFER, paid_on=date(2026, 1, 20), at=day(1, 20),
        reference="thanks",
    )  # fmt: skip

    with pytest.raises(CommandError, match="2 rows differ"):
        call_command("reconcile_books")
    assert "thanks USD: books nothing, source 1.00" in capsys.readouterr().err
