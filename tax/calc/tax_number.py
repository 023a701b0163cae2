"""What a tax id says of its country by its first letters."""

from tax.calc.fact_book import EU_VAT_AREA

PREFIXES = {
    **{country: country for country in EU_VAT_AREA - {"GR"}},
    "EL": "GR", "GR": "GR", "XI": "GB", "GB": "GB", "CHE": "CH",
    "EU": "EU",  # a seller's number in the One Stop Shop: of no country, no right to reverse charge
}  # fmt: skip
SWISS_VAT = ("MWST", "TVA", "IVA", "VAT")


def plain_number(number: str) -> str:
    """Without blanks, points and dashes, in capitals."""
    return "".join(one for one in number.upper() if one.isalnum())


def number_country(number: str, *, default: str) -> str:
    """The ISO country of a prefixed number; numbers without a prefix are of `default`."""
    plain = plain_number(number)
    return PREFIXES.get(plain[:3]) or PREFIXES.get(plain[:2], default)


def is_swiss_vat_number(number: str) -> bool:
    """A bare UID names a firm; only with MWST, TVA or IVA it is on the VAT register."""
    return plain_number(number).endswith(SWISS_VAT)
