"""Does a tax id have the form of its country? Right check digits say nothing of the register."""

from collections.abc import Callable, Mapping

from stdnum.au import abn
from stdnum.ca import bn
from stdnum.ch import uid
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as gb_vat
from stdnum.no import mva, orgnr

from kernel.refusal import Refusal
from tax.calc.fact_book import EU_VAT_AREA
from tax.calc.tax_number import plain_number

GST_PROGRAM = "RT"  # behind a Canadian business number: its GST/HST account


class TaxIdMalformed(Refusal):
    code = "tax_id_malformed"


def check_form(*, country: str, number: str) -> str:
    """
    The number without blanks, for countries whose form is known; others pass as they are.

    :raises TaxIdMalformed: if it cannot be a number of that country
    """
    plain = plain_number(number)
    check = eu_number if country in EU_VAT_AREA else CHECKS.get(country)
    if check is None:
        return plain
    try:
        check(plain, country)
    except ValidationError as error:
        raise TaxIdMalformed(
            f"“{number}” is no tax id of {country}: {error} Compare it with the customer's papers."
        ) from error
    return plain


def eu_number(plain: str, country: str) -> None:
    """Greek numbers begin with EL; numbers of Northern Ireland and One Stop Shop are no EU ids."""
    prefix = "EL" if country == "GR" else country
    digits = plain[2:] if plain[:2] in {prefix, country} else plain
    eu_vat.validate(f"{prefix}{digits}")


def canadian_number(plain: str, country: str) -> None:
    bn.validate(plain.split(GST_PROGRAM, maxsplit=1)[0])


def norwegian_number(plain: str, country: str) -> None:
    mva.validate(plain) if plain.endswith("MVA") else orgnr.validate(plain.removeprefix("NO"))


CHECKS: Mapping[str, Callable[[str, str], object]] = {
    "AU": lambda plain, country: abn.validate(plain),
    "CA": canadian_number,
    "CH": lambda plain, country: uid.validate(plain.rstrip("MWSTVAI")),
    "GB": lambda plain, country: gb_vat.validate(plain.removeprefix("GB").removeprefix("XI")),
    "NO": norwegian_number,
}
