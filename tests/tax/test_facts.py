"""The published facts: loaded once, never over what people edited, and refused when malformed."""

import itertools
from datetime import date, timedelta
from decimal import Decimal
from shutil import copytree

import pytest
from django.db import DatabaseError, transaction

from tax.calc.types import Place
from tax.models import (
    ExchangeRate,
    MarketChecklist,
    RegistrationThreshold,
    Taxability,
    TaxRate,
    TaxRegistration,
    TaxTerritory,
)
from tax.operations.load_tax_facts import FOLDER, TaxFactsMalformed, load_tax_facts
from tax.operations.record_exchange_rates import RatesUnreadable, record_exchange_rates
from tax.records.exchange_book import load_exchange_book, national_currency
from tax.records.fact_rows import load_fact_book
from tests.seatworld import START

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("country", "day", "percent"),
    [
        ("DE", date(2020, 6, 30), 19),
        ("DE", date(2020, 7, 1), 16),
        ("IE", date(2021, 2, 28), 21),
        ("EE", date(2025, 6, 30), 22),
        ("EE", date(2025, 7, 1), 24),
        ("FI", date(2024, 9, 1), Decimal("25.5")),
        ("RO", date(2025, 8, 1), 21),
        ("CH", date(2023, 12, 31), Decimal("7.7")),
        ("CH", date(2024, 1, 1), Decimal("8.1")),
    ],
)
def test_a_rate_is_known_by_its_day(country, day, percent):
    rate = load_fact_book().rate(country, "VAT", kind="business", day=day)

    assert rate.rate_ppm == percent * 10_000


def test_every_member_state_has_a_rate_for_every_day_since_2016():
    for rows in load_fact_book().rates.values():
        ordered = sorted(rows, key=lambda one: (one.tax, one.buyer_kind, one.valid_from))
        for one, after in itertools.pairwise(ordered):
            if (one.tax, one.buyer_kind) == (after.tax, after.buyer_kind):
                assert one.valid_to == after.valid_from - ONE_DAY
    assert (
        TaxRate.objects.filter(jurisdiction__regex="^..$", tax="VAT", valid_to=None).count() == 30
    )


@pytest.mark.parametrize(
    ("country", "postal_code", "jurisdiction"),
    [
        ("ES", "35 001", "ES-CN"),
        ("ES", "28001", "ES"),
        ("DE", "D-78266", "DE-BU"),
        ("FR", "97150", "FR-978"),
        ("FR", "97100", "FR-971"),
        ("AT", "6992", "AT-6691"),
        ("AT", "6020", "AT"),
        ("PT", "9500-001", "PT-20"),
        ("GB", "JE2 3AB", "JE"),
        ("MC", "98000", "FR"),
        ("AX", "22100", "FI-01"),
    ],
)
def test_a_postal_code_leads_to_its_territory(country, postal_code, jurisdiction):
    place = Place(country, "", postal_code)

    assert load_fact_book().jurisdiction_of(place).code == jurisdiction


def test_loading_again_adds_nothing_and_an_edited_rate_stays():
    TaxRate.objects.filter(jurisdiction="DE", valid_to=None).update(percent=20)

    assert load_tax_facts() == {"rates": 0, "taxability": 0, "thresholds": 0, "territories": 0}
    assert TaxRate.objects.get(jurisdiction="DE", valid_to=None).percent == 20


def test_every_fact_says_where_it_was_read():
    for model in (TaxRate, Taxability, RegistrationThreshold, TaxTerritory):
        assert not model.objects.filter(source="").exists()
        assert set(model.objects.values_list("grade", flat=True)) <= {"A", "B", "C"}


def test_a_malformed_file_is_named_with_its_entry_and_changes_nothing(tmp_path):
    folder = tmp_path / "facts"
    copytree(FOLDER, folder)
    with (folder / "thresholds.yaml").open("a") as file:
        file.write(
            "\n- {grade: B, period: calendar, counts: all, currency: USD, rows: {US-GU: {}}}\n"
        )

    with pytest.raises(TaxFactsMalformed, match=r"thresholds.yaml, entry 10: amount is missing"):
        load_tax_facts(folder=folder)

    assert not RegistrationThreshold.objects.filter(jurisdiction="US-GU").exists()


@pytest.mark.parametrize(
    ("name", "entry", "reason"),
    [
        ("rates.yaml", "{history: {JP: {2016-01-01: many}}, tax: VAT, grade: A, source: x}",
         "entry 16: “many” is no percentage"),
        ("rates.yaml", "{history: {JP: {2016-01-01: 101}}, tax: VAT, grade: A, source: x}",
         "entry 16: “101” is no percentage"),
        ("rates.yaml", "{history: {JP: {spring: 10}}, tax: VAT, grade: A, source: x}",
         "entry 16: “spring” is no day"),
        ("rates.yaml", "{history: {NO: {2016-01-01: 25}}, tax: VAT, grade: A, source: x}",
         "entry 16: “False” is no jurisdiction. Quote NO"),
        ("rates.yaml", "{history: {JP: {2016-01-01: 10}}, tax: VAT, grade: Z, source: x}",
         "entry 16, JP: grade: "),
        ("rates.yaml", "{history: {JP: {2016-01-01: 10}}, tax: VAT, grade: A, source: ''}",
         "entry 16, JP: source: "),
        ("rates.yaml", "hello", "entry 16: “hello” must be names with values"),
        ("rates.yaml", "{tax: VAT", "rates.yaml is no YAML"),
        ("taxability.yaml", "{rows: {US-GU: {}}, answer: maybe, grade: B, source: x}",
         "entry 8, US-GU: answer: "),
        ("thresholds.yaml", "{rows: {US-GU: {amount: much}}, currency: USD, period: calendar,"
         " counts: all, grade: B, source: x}", "entry 10: the amount “much”"),
    ],
)  # fmt: skip
def test_a_fact_that_no_column_takes_is_named_with_its_entry(tmp_path, name, entry, reason):
    folder = tmp_path / "facts"
    copytree(FOLDER, folder)
    with (folder / name).open("a") as file:
        file.write(f"\n- {entry}\n")

    with pytest.raises(TaxFactsMalformed, match=reason):
        load_tax_facts(folder=folder)


@pytest.mark.parametrize("content", ["", "tax: VAT"])
def test_a_file_that_is_no_list_is_refused(tmp_path, content):
    folder = tmp_path / "facts"
    copytree(FOLDER, folder)
    (folder / "rates.yaml").write_text(content)

    with pytest.raises(TaxFactsMalformed, match=r"rates.yaml must be a list"):
        load_tax_facts(folder=folder)


def test_a_local_rate_does_not_stand_for_the_state_s():
    TaxRate.objects.filter(jurisdiction="US-TX").delete()
    local = {"jurisdiction": "US-TX", "tax": "Sales tax", "postal_code": "78701"}
    TaxRate.objects.create(
        **local, percent=2, valid_from=date(2020, 1, 1), source="comptroller", grade="A"
    )

    assert load_tax_facts()["rates"] == 1
    assert TaxRate.objects.get(jurisdiction="US-TX", postal_code="").percent == Decimal("6.25")


def refuses(name, act):
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        act()
    diagnosis = refusal.value.__cause__.diag
    assert name in f"{diagnosis.constraint_name} {diagnosis.message_primary}"


def fact(model, **values):
    said = {"jurisdiction": "DE", "valid_from": date(2030, 1, 1), "source": "x", "grade": "A"}
    return model(**{**said, **values}).save


def test_facts_of_one_kind_never_hold_on_the_same_day():
    refuses("tax_rate_once_at_a_time", fact(TaxRate, tax="VAT", percent=19))
    refuses("taxability_once_at_a_time", fact(Taxability, jurisdiction="US-TX", answer="taxable"))
    refuses(
        "registration_threshold_once_at_a_time",
        fact(RegistrationThreshold, jurisdiction="US-TX", amount_minor=1, currency="USD",
             period="calendar", counts="all"),
    )  # fmt: skip
    refuses("tax_rate_is_a_percentage", fact(TaxRate, tax="new", percent=101))
    refuses("tax_rate_jurisdiction_is_a_code", fact(TaxRate, jurisdiction="x", tax="n", percent=1))


def test_registrations_of_one_place_never_overlap(world):
    said = {
        "billing_entity": world.entity, "jurisdiction": "DE", "number": "1", "currency": "EUR",
        "filing_frequency": "monthly",
    }  # fmt: skip
    first = TaxRegistration.objects.create(
        **said, valid_from=date(2024, 1, 1), valid_to=date(2024, 12, 31)
    )

    refuses(
        "tax_registration_once_at_a_time", TaxRegistration(**said, valid_from=first.valid_to).save
    )
    refuses(
        "tax_registration_one_stop_shop_is_of_the_union",
        TaxRegistration(**said, scheme="oss_union", valid_from=date(2030, 1, 1)).save,
    )
    refuses(
        "tax_registration_ends_after_it_begins",
        TaxRegistration(**said, valid_from=date(2030, 1, 2), valid_to=date(2030, 1, 1)).save,
    )
    TaxRegistration.objects.create(**said, valid_from=date(2025, 1, 1))


def test_a_market_is_signed_only_when_it_is_answered(world):
    checklist = MarketChecklist(billing_entity=world.entity, market="DE", signed_off_at=START)

    refuses("market_checklist_signed_when_answered", checklist.save)


CSV = "Date,USD,JPY,\n2026-01-15,1.1650,184.31,\n2026-01-14,1.1640,N/A,\n"
XML = """<?xml version="1.0"?><gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
 xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><Cube><Cube time="2026-01-16">
 <Cube currency="USD" rate="1.1655"/></Cube></Cube></gesmes:Envelope>"""


def test_exchange_rates_are_recorded_once_from_either_file():
    assert record_exchange_rates(content=CSV, at=START) == 3
    assert record_exchange_rates(content=CSV, at=START) == 0
    assert record_exchange_rates(content=XML, at=START) == 1

    book = load_exchange_book(currencies={"USD", "JPY"}, days={date(2026, 1, 18)})
    converted = book.convert(100_00, currency="USD", into="JPY", day=date(2026, 1, 18))
    assert (converted.minor, str(converted.rate)) == (15814, "158.13813814")  # 184.31 / 1.1655
    assert book.convert(1, currency="USD", into="EUR", day=date(2026, 1, 30)) is None
    refuses("append-only", lambda: ExchangeRate.objects.update(rate=1))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("Day,USD\n", "Line 1: the first column must be Date"),
        ("Date,USD\n2026-01-15,many\n", "Line 2"),
        ("Date,USD\n2026-13-15,1.1\n", "Line 2"),
        ("Date,USD\n2026-01-15,-1\n", "Line 2"),
        ("<Cube", "The file is no XML"),
    ],
)
def test_a_file_of_something_else_is_refused_whole(content, reason):
    with pytest.raises(RatesUnreadable, match=reason):
        record_exchange_rates(content=content, at=START)

    assert not ExchangeRate.objects.exists()


def test_countries_changed_their_money():
    assert national_currency("HR", date(2022, 12, 31)) == "HRK"
    assert national_currency("HR", date(2023, 1, 1)) == "EUR"
    assert national_currency("BG", date(2025, 12, 31)) == "BGN"
    assert national_currency("BG", date(2026, 1, 1)) == "EUR"
    assert national_currency("SE", date(2026, 1, 1)) == "SEK"
