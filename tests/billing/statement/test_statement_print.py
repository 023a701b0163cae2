"""A statement on paper: in the customer's language, under the seller's letterhead, on its paper."""

from datetime import UTC, date, datetime
from uuid import UUID

from billing.calc.statement import Claim, CreditMove, Movement, Settled, account_statements
from billing.documents.statement_sheet import StatementSource, print_statement
from tests.billing.documents.reading import fonts_of, page_size, pages_of, text_of
from tests.billing.documents.samples import AMERICAN_BUYER, BUYER, GERMAN_BUYER, SELLER

AS_OF = date(2026, 3, 31)


def moved(number, kind, day, minor, reference="", valued_on=None, currency="EUR"):
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    key = UUID(int=number)
    return Movement(key, kind, at, day, "NWD", currency, minor, reference, valued_on)


def one_account(currency="EUR", movements=None, first=None):
    told = [
        moved(1, "invoice", date(2026, 1, 15), 1_200_00, "NWD-000041"),
        moved(2, "payment", date(2026, 2, 3), -1_200_00, "NWD-000041", date(2026, 2, 2)),
        moved(3, "invoice", date(2026, 2, 15), 1_240_00, "NWD-000042"),
        moved(4, "credit_note", date(2026, 2, 20), -40_00, "NWD-CN-000003"),
        moved(5, "write_off", date(2026, 3, 20), -1_00, "NWD-000042"),
    ]
    claim = Claim(
        UUID(int=3), "NWD", currency, "NWD-000042", date(2026, 2, 15), date(2026, 3, 17), 1_240_00
    )
    settled = [Settled(claim.key, date(2026, 3, 20), 1_00)]
    (account,) = account_statements(
        movements=told if movements is None else movements,
        claims=[claim] if movements is None else [],
        settled=settled if movements is None else [],
        credit=[CreditMove("NWD", currency, date(2026, 2, 20), 40_00)] if movements is None else [],
        first=first,
        as_of=AS_OF,
    )
    return account


def printed(*, buyer=BUYER, language="en", paper="A4", account=None, first=None):
    return print_statement(
        StatementSource(
            account=account or one_account(first=first), first=first, as_of=AS_OF, seller=SELLER,
            buyer=buyer, language=language, paper=paper, time_zone="Europe/Berlin",
            stated_at=datetime(2026, 4, 1, tzinfo=UTC),
        )
    )  # fmt: skip


def test_an_english_statement_says_all_it_must():
    text = text_of(printed().pdf)

    for words in (
        "Northwind Software GmbH", "Statement of account", "Harbour & Finch Architects Ltd",
        "As of 31 March 2026", "Balance on 31 March 2026 to be paid €1,199.00",
        "Balance brought forward 0.00", "15 January 2026 Invoice NWD-000041 1,200.00 1,200.00",
        "Payment received −1,200.00 0.00", "value date 2 February 2026, reference NWD-000041",
        "Credit note NWD-CN-000003 −40.00", "Adjustment to invoice NWD-000042 −1.00 1,199.00",
        "NWD-000042 17 March 2026 14 days overdue 1,239.00", "Your credit −€40.00",
        "Open invoices €1,239.00", "DE89 3704 0044 0532 0130 00", "Page 1 of 1",
    ):  # fmt: skip
        assert words in text, words


def test_a_german_statement_says_all_it_must():
    text = text_of(printed(buyer=GERMAN_BUYER, language="de", first=date(2026, 2, 1)).pdf)

    for words in (
        "Kontoauszug", "Saldo am 31. März 2026 zu zahlen 1.199,00 €", "Saldovortrag 1.200,00",
        "Zeitraum 1. Feb. – 31. März 2026", "Zahlungseingang −1.200,00 0,00",
        "Wertstellung 2. Februar 2026", "14 Tage überfällig", "Ihr Guthaben −40,00 €",
        "So zahlen Sie", "Seite 1 von 1",
    ):  # fmt: skip
        assert words in text, words
    assert "NWD-000041 1.200,00 1.200,00" not in text


def test_an_american_statement_is_on_letter():
    print_out = printed(buyer=AMERICAN_BUYER, paper="Letter")

    assert "(letter)" in page_size(print_out.pdf)
    assert "March 31, 2026" in text_of(print_out.pdf)


def test_who_owes_nothing_is_not_asked_to_pay():
    movements = [
        moved(1, "invoice", date(2026, 1, 15), 100_00, "NWD-1"),
        moved(2, "payment", date(2026, 1, 20), -130_00),
    ]

    text = text_of(printed(account=one_account(movements=movements)).pdf)

    assert "in your favor €30.00" in text
    assert "There is nothing you need to pay." in text
    assert "DE89" not in text


def test_yen_have_no_decimals():
    movements = [moved(1, "invoice", date(2026, 1, 15), 12_345, "NWD-1", currency="JPY")]

    text = text_of(printed(account=one_account(currency="JPY", movements=movements)).pdf)

    assert "Invoice NWD-1 12,345 12,345" in text
    assert "12,345.00" not in text


def test_a_long_statement_goes_on_with_its_headings():
    movements = [
        moved(number, "invoice", date(2026, 1, 1 + number % 28), 1_00, f"NWD-{number:06d}")
        for number in range(1, 101)
    ]

    print_out = printed(account=one_account(movements=movements))

    pages = pages_of(print_out.pdf)
    assert len(pages) == print_out.pages > 2
    assert all("Amount in EUR" in page for page in pages[:2])
    assert "Statement of account 2026-03-31" in pages[1]


def test_the_same_statement_gives_the_same_bytes_with_embedded_fonts():
    first, second = printed().pdf, printed().pdf

    assert first == second
    assert all(font["emb"] == "yes" for font in fonts_of(first))


def test_names_cannot_put_markup_into_a_statement():
    buyer = {**BUYER, "legal_name": "<img src=x> & Sons"}

    assert "<img src=x> & Sons" in text_of(printed(buyer=buyer).pdf)
