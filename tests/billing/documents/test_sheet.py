"""What a sheet says: finished text in the customer's language, grouped, added up, nothing left to compute."""

import re
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings

from billing.documents import formats
from billing.documents.build_sheet import SnapshotIncomplete, build_sheet
from billing.documents.formats import breakable_formula, unbroken
from billing.documents.sheet import Fact, Headline, SheetGroup, SheetLine
from billing.documents.source import InvoiceSource
from billing.enums import LineKind, Settlement
from tests.billing.documents.samples import (
    AMERICAN_BUYER,
    BUYER,
    SELLER,
    credit_note_sheet,
    english_sheet,
    german_sheet,
    sample_invoice,
    sample_lines,
)

MINUS = formats.MINUS


def test_lines_stand_together_by_plan_and_seat_type_and_more_than_one_is_added_up():
    lines = sample_lines(4)

    groups = build_sheet(InvoiceSource(sample_invoice(lines), lines)).groups

    assert [(group.title, group.plan, len(group.lines)) for group in groups] == [
        ("Member", "Team", 2),
        ("Admin", "Team", 1),
        ("Guest", "Team", 1),
    ]
    assert groups[0] == SheetGroup(
        title="Member",
        plan="Team",
        lines=(
            SheetLine(
                position="1",
                description="Member",
                formula=breakable_formula("24 seats × 12.00 (1 to 28 February) = 288.00"),
                period=unbroken("1–28 Feb 2026"),
                quantity="24",
                unit_price="12.00",
                amount="288.00",
            ),
            SheetLine(
                position="2",
                description="Member – added",
                formula=breakable_formula(
                    "4 seats × 12.00 × 24/28 days (5 to 28 February) = 41.14"
                ),
                period=unbroken("5–28 Feb 2026"),
                quantity="4",
                unit_price="12.00",
                amount="41.14",
            ),
        ),
        total_label="Subtotal Member",
        total="329.14",
    )
    assert groups[1].total == ""


def test_the_sums_show_credit_and_what_is_left_to_pay():
    sheet = english_sheet(lines=1, credit_applied_minor=88_00)

    assert sheet.sums == (
        Fact("Subtotal", "€288.00"),
        Fact("Tax", "€0.00"),
        Fact("Total", "€288.00"),
        Fact("Credit applied", f"{MINUS}€88.00"),
    )
    assert sheet.due == Fact("Amount due", "€200.00")
    assert sheet.headline == Headline("Amount due", "€200.00", "by 3 March 2026")


def test_the_buyers_order_number_stands_among_the_facts_and_only_where_there_is_one():
    ordered = german_sheet(buyer={**BUYER, "purchase_order": "PO 77"})

    assert Fact("Ihre Bestellnummer", "PO 77") in ordered.facts
    assert "Ihre Bestellnummer" not in {fact.label for fact in german_sheet().facts}


def test_the_issue_date_is_the_customers_local_date():
    late = datetime(2026, 2, 1, 23, 30, tzinfo=UTC)

    berlin = german_sheet(issued_at=late)
    los_angeles = english_sheet(
        issued_at=late, paper="Letter", buyer=AMERICAN_BUYER, time_zone="America/Los_Angeles"
    )

    assert berlin.facts[0] == Fact("Ausgestellt", "2. Februar 2026")
    assert los_angeles.facts[0] == Fact("Issued", "February 1, 2026")
    assert berlin.issued_at == "2026-02-01T23:30:00Z"


def test_corrections_of_earlier_periods_do_not_stretch_the_billing_period():
    lines = sample_lines(2)
    lines[1].kind, lines[1].span_first = LineKind.ADJUSTMENT, date(2025, 11, 3)
    lines[1].span_after = date(2025, 12, 1)

    sheet = build_sheet(InvoiceSource(sample_invoice(lines), lines))

    assert Fact("Billing period", unbroken("1–28 Feb 2026")) in sheet.facts
    assert sheet.groups[1].lines[0].period == unbroken("3–30 Nov 2025")


def test_how_to_pay_names_the_account_in_groups_of_four_and_the_number_as_reference():
    payment = english_sheet(lines=1).payment

    assert payment.sentence == (
        "Please transfer €288.00 by 3 March 2026 to this account. Give NWD-000042 as the "
        "reference, so that your payment finds its invoice."
    )
    assert payment.facts == (
        Fact("Account holder", "Northwind Software GmbH"),
        Fact("Bank", "GLS Bank"),
        Fact("IBAN", unbroken("DE89 3704 0044 0532 0130 00")),
        Fact("BIC", "GENODEM1GLS"),
        Fact("Reference", "NWD-000042"),
    )


def test_an_american_account_is_no_iban():
    seller = {**SELLER, "iban": "4820019377", "bic": "021000021", "bank_name": "First Bank"}

    payment = english_sheet(lines=1, seller=seller).payment

    assert Fact("Account number", "4820019377") in payment.facts
    assert Fact("Routing number", "021000021") in payment.facts


def test_an_invoice_covered_by_credit_asks_for_nothing():
    sheet = english_sheet(lines=1, credit_applied_minor=288_00)

    assert sheet.payment.sentence == "Nothing to pay: your credit covers this invoice in full."
    assert sheet.payment.facts == ()
    assert sheet.headline == Headline("Amount due", "€0.00", "nothing to pay")


def test_a_seller_without_a_bank_account_asks_for_payment_without_naming_one():
    payment = english_sheet(lines=1, seller={**SELLER, "iban": ""}).payment

    assert payment.sentence == (
        "Please pay €288.00 by 3 March 2026 and give NWD-000042 as the reference."
    )
    assert payment.facts == ()


@pytest.mark.parametrize(
    ("settlement", "sentence"),
    [
        (
            Settlement.BALANCE,
            "€702.85 was added to your balance. Your next invoice uses it first.",
        ),
        (Settlement.REFUND, "€702.85 will be refunded to you. There is nothing you need to do."),
    ],
)
def test_a_credit_note_is_negative_and_says_what_becomes_of_the_money(settlement, sentence):
    sheet = credit_note_sheet(settlement=settlement)

    assert sheet.kind == "Credit note"
    assert sheet.due == Fact("Your credit", f"{MINUS}€702.85")
    assert sheet.groups[0].lines[0].amount == f"{MINUS}288.00"
    assert sheet.payment.sentence == sentence
    assert "Due" not in [fact.label for fact in sheet.facts]


@pytest.mark.parametrize(
    ("currency", "language", "paper", "money", "plain"),
    [
        ("EUR", "en", "A4", "€1,234,567.89", "1,234,567.89"),
        ("EUR", "de", "A4", "1.234.567,89 €", "1.234.567,89"),
        ("USD", "en", "Letter", "$1,234,567.89", "1,234,567.89"),
        ("USD", "en", "A4", "US$1,234,567.89", "1,234,567.89"),
        ("JPY", "en", "A4", "JP¥123,456,789", "123,456,789"),
        ("JPY", "de", "A4", "123.456.789 ¥", "123.456.789"),
        ("KWD", "en", "A4", "KWD 123,456.789", "123,456.789"),
        ("CHF", "de-CH", "A4", "CHF 1’234’567.89", "1’234’567.89"),
        ("EUR", "fr", "A4", "€1,234,567.89", "1,234,567.89"),
    ],
)
def test_money_has_the_currencys_decimals_and_the_languages_marks(
    currency, language, paper, money, plain
):
    locale = formats.document_locale(language=language, paper=paper)

    written = formats.money(123456789, currency=currency, locale=locale)
    column = formats.amount(123456789, currency=currency, locale=locale)

    assert written.replace(formats.NO_BREAK_SPACE, " ") == money
    assert column == plain


@pytest.mark.parametrize(
    ("first", "after", "language", "paper", "text"),
    [
        (date(2026, 2, 1), date(2026, 3, 1), "en", "A4", "1–28 Feb 2026"),
        (date(2026, 2, 1), date(2026, 3, 1), "en", "Letter", "Feb 1–28, 2026"),
        (date(2026, 2, 1), date(2026, 3, 1), "de", "A4", "1.–28. Feb. 2026"),
        (date(2025, 12, 15), date(2026, 1, 15), "en", "A4", "15 Dec 2025 – 14 Jan 2026"),
        (date(2026, 2, 4), date(2026, 2, 5), "en", "A4", "4 Feb 2026"),
    ],
)
def test_a_period_shows_its_first_and_last_day_and_breaks_at_the_dash_only(
    first, after, language, paper, text
):
    locale = formats.document_locale(language=language, paper=paper)

    written = formats.period(first, after, locale=locale)

    assert written.replace(formats.NO_BREAK_SPACE, " ") == text
    assert written.count(" ") == text.count(" – ") * 2


@pytest.mark.parametrize(
    ("place", "lines"),
    [
        (("94104", "San Francisco", "CA", "US"), ("San Francisco, CA 94104",)),
        (("SE1 2YE", "London", "", "GB"), ("London", "SE1 2YE")),
        (("10119", "Berlin", "", "DE"), ("10119 Berlin",)),
        (("", "Kuwait City", "", "KW"), ("Kuwait City",)),
        (("", "", "", "DE"), ()),
    ],
)
def test_a_place_is_written_as_its_post_writes_it(place, lines):
    postal_code, city, region, country = place

    written = formats.city_lines(postal_code=postal_code, city=city, region=region, country=country)

    assert written == lines


def test_a_snapshot_that_lacks_a_name_is_refused_with_the_invoice_and_what_is_missing():
    lines = sample_lines(1)
    buyer = {key: value for key, value in BUYER.items() if key != "legal_name"}

    with pytest.raises(SnapshotIncomplete, match="NWD-000042 cannot be printed: 'legal_name'"):
        build_sheet(InvoiceSource(sample_invoice(lines, buyer=buyer), lines))


def test_a_sheet_holds_nothing_but_finished_text():
    def leaves(value):
        if is_dataclass(value):
            return [leaf for field in fields(value) for leaf in leaves(getattr(value, field.name))]
        if isinstance(value, tuple):
            return [leaf for part in value for leaf in leaves(part)]
        return [value]

    assert {type(leaf) for leaf in leaves(german_sheet(lines=40))} == {str}


def test_the_template_only_places_text():
    template = (Path(settings.BASE_DIR) / "templates/documents/sheet.html").read_text("utf-8")

    tags = {tag.split()[0] for tag in re.findall(r"{%\s*(.*?)\s*%}", template)}
    values = re.findall(r"{{\s*(.*?)\s*}}", template)

    assert tags == {"for", "endfor", "if", "endif"}
    assert [value for value in values if not re.fullmatch(r"[a-z_.]+", value)] == []


def test_a_formula_breaks_before_a_factor_and_never_before_its_result():
    formula = formats.breakable_formula("4 seats × 12.00 × 24/28 days (5 to 28 February) = 41.14")

    assert formula.split(" ") == [
        "4", "seats", "×\u00a012.00", "×\u00a024/28", "days", "(5", "to", "28",
        "February)\u00a0=\u00a041.14",
    ]  # fmt: skip
