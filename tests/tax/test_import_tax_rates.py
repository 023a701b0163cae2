"""Importing rates: local ones by ZIP code, changes from a day on, and nothing by halves."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from tax.models import TaxRate
from tax.operations.import_tax_rates import RatesMalformed, import_tax_rates
from tax.records.fact_rows import load_fact_book

pytestmark = pytest.mark.django_db
HEAD = "jurisdiction,postal_code,tax,percent,valid_from,source,grade\n"
AUSTIN = HEAD + "US-TX,78701,Local sales tax,2,2020-01-01,comptroller.texas.gov,A\n"


def test_a_local_rate_is_added_once_and_found_by_its_zip_code():
    assert import_tax_rates(content=AUSTIN) == {"added": 1, "unchanged": 0}
    assert import_tax_rates(content=AUSTIN) == {"added": 0, "unchanged": 1}

    book = load_fact_book(postal_codes={"78701"})
    assert book.local_rate("US-TX", "78701", day=date(2026, 1, 1)).rate_ppm == 20_000
    assert book.local_rate("US-TX", "78702", day=date(2026, 1, 1)) is None


def test_a_change_ends_the_rate_before_it_and_keeps_its_history():
    import_tax_rates(content=AUSTIN)

    import_tax_rates(content=HEAD + "US-TX,78701,Local sales tax,1.75,2026-07-01,x,A\n")

    old, new = TaxRate.objects.filter(postal_code="78701").order_by("valid_from")
    assert (old.valid_to, new.valid_to) == (date(2026, 6, 30), None)
    assert old.history.count() == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a,b\n", "Line 1: the column jurisdiction is missing"),
        (AUSTIN + "US-TX,78702,Local sales tax,much,2020-01-01,x,A\n", "Line 3: a value"),
        (AUSTIN + "US-TX,78702,Local sales tax,2,2020-13-01,x,A\n", "Line 3: a value"),
        (AUSTIN + "US-TX,78702,Local sales tax,2,2020-01-01,x,Z\n", "Line 3: grade"),
        (AUSTIN + "Texas,78702,Local sales tax,2,2020-01-01,x,A\n", "Line 3: "),
        (AUSTIN + "US-TX,78702,Local sales tax,101,2020-01-01,x,A\n", "Line 3: "),
        (AUSTIN + "US-TX,78702,,2,2020-01-01,x,A\n", "Line 3: tax"),
        (AUSTIN + "US-TX,78701,Local sales tax,3,2019-01-01,x,A\n", "Line 3: US-TX 78701"),
    ],
)
def test_a_table_with_a_mistake_is_refused_whole(content, reason):
    with pytest.raises(RatesMalformed, match=reason):
        import_tax_rates(content=content)

    assert not TaxRate.objects.filter(postal_code__startswith="7870").exists()


def test_the_command_says_what_it_did(tmp_path, capsys):
    path = tmp_path / "rates.csv"
    path.write_text(AUSTIN)

    call_command("import_tax_rates", path)

    assert capsys.readouterr().out == "1 rates added, 0 known already.\n"
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_tax_rates", tmp_path / "none.csv")
