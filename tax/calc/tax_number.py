"""What a tax id says of its country by its first letters."""

from tax.calc.fact_book import EU_VAT_AREA

PREFIXES = {
    **{country: country for country in EU_VAT_AREA - {"GR"}},
    "EL": "GR", "GR": "GR", "XI": "GB", "GB": "GB", "CHE": "CH",
}  # fmt: skip


def plain_number(number: str) -> str:
    """Without blanks, points and dashes, in capitals."""
    return "".join(one for one in number.upper() if one.isalnum())


def number_country(number: str, *, default: str) -> str:
    """The ISO country of a prefixed number; numbers without a prefix are of `default`."""
    plain = plain_number(number)
    return PREFIXES.get(plain[:3]) or PREFIXES.get(plain[:2], default)
