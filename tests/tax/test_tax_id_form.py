"""The form of tax ids: every member state's and five others', with the traps of each."""

import pytest

from tax.records.tax_id_form import TaxIdMalformed, check_form

GOOD = {
    "AT": "ATU13585627", "BE": "BE0428759497", "BG": "BG175074752", "CY": "CY10259033P",
    "CZ": "CZ25123891", "DE": "DE136695976", "DK": "DK13585628", "EE": "EE100931558",
    "ES": "ESB58378431", "FI": "FI20774740", "FR": "FR40303265045", "GR": "EL094259216",
    "HR": "HR33392005961", "HU": "HU12892312", "IE": "IE6433435F", "IT": "IT00743110157",
    "LT": "LT119511515", "LU": "LU15027442", "LV": "LV40003521600", "MT": "MT11679112",
    "NL": "NL4495445B01", "PL": "PL8567346215", "PT": "PT501964843", "RO": "RO18547290",
    "SE": "SE123456789701", "SI": "SI50223054", "SK": "SK2022749619",
    "AU": "51 824 753 556", "CA": "123456782RT0001", "CH": "CHE-107.787.577 MWST",
    "GB": "GB980780684", "NO": "NO988077917MVA",
}  # fmt: skip


@pytest.mark.parametrize(("country", "number"), GOOD.items(), ids=GOOD)
def test_a_right_number_passes_without_its_blanks(country, number):
    assert check_form(country=country, number=number) == "".join(filter(str.isalnum, number))


@pytest.mark.parametrize(
    ("country", "number"),
    [
        ("DE", "DE136695978"),
        ("FR", "FR84323140391"),
        ("GB", "GB123456789"),
        ("AU", "99999999999"),
        ("DE", "XI110305878"),
        ("DE", "EU372022452"),
        ("DE", "FR40303265045"),
        ("CH", "CHE-107.787.578"),
        ("CA", "123456789"),
        ("NO", "988077918"),
        ("IE", ""),
    ],
)
def test_what_cannot_be_a_number_of_the_country_is_refused(country, number):
    with pytest.raises(TaxIdMalformed, match=f"is no tax id of {country}"):
        check_form(country=country, number=number)


def test_greek_numbers_may_be_written_three_ways():
    for number in ("EL094259216", "GR094259216", "094259216"):
        assert check_form(country="GR", number=number)


def test_countries_without_a_known_form_pass():
    assert check_form(country="JP", number="T 7000012050002") == "T7000012050002"
