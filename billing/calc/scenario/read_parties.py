"""Seller and customer of a scenario, with all that tax depends on."""

from collections.abc import Mapping

from billing.calc.scenario.fields import Node, ScenarioUnusable, date_of, items_of, node, one_of
from billing.calc.scenario.story import CustomerStory, RegistrationStory, SellerStory

SELLER_KEYS = ("country", "region", "vat_id", "registrations")
REGISTRATION_KEYS = ("jurisdiction", "scheme", "number", "from", "to")
CUSTOMER_KEYS = ("country", "region", "postal_code", "business", "vat_id", "vat_check")
SCHEMES = ("local", "oss_union", "oss_non_union", "voec", "simplified")
SCHEME_WORDS: Mapping[str, str] = {
    "oss-union": "oss_union", "oss": "oss_union", "oss-non-union": "oss_non_union",
    "oss-nonunion": "oss_non_union",
    "voec": "voec", "simplified": "simplified", "local": "local",
}  # fmt: skip
CODES_BY_TAX_LAW: Mapping[str, str] = {"EL": "GR", "UK": "GB"}
NUMBER_STATES = ("valid", "invalid", "pending", "unavailable")
CODE_PARTS = 2


def read_seller(value: object) -> SellerStory:
    """:raises ScenarioUnusable:"""
    said = node(value, "seller", allowed=SELLER_KEYS, required=("country",))
    given = said.values.get("registrations") or []
    return SellerStory(
        country=read_country(said),
        region=said.text("region"),
        vat_id=said.text("vat_id"),
        registrations=tuple(
            read_registration(one, place)
            for place, one in items_of(given, said.at("registrations"))
        ),
    )


def read_registration(value: object, place: str) -> RegistrationStory:
    """A word such as IE, US-TX, EU-OSS-union or NO-VOEC, or a mapping that also says since when."""
    if not isinstance(value, Mapping):
        jurisdiction, scheme = read_registration_word(str(value), place)
        return RegistrationStory(jurisdiction, scheme)
    said = node(value, place, allowed=REGISTRATION_KEYS, required=("jurisdiction",))
    jurisdiction, scheme = read_registration_word(said.text("jurisdiction"), place)
    if said.has("scheme"):
        scheme = one_of("the scheme", said.values["scheme"], said.at("scheme"), SCHEMES)
    return RegistrationStory(
        jurisdiction=jurisdiction,
        scheme=scheme,
        number=said.text("number"),
        valid_from=date_of(said.values["from"], said.at("from")) if said.has("from") else None,
        valid_to=date_of(said.values["to"], said.at("to")) if said.has("to") else None,
    )


def read_registration_word(word: str, place: str) -> tuple[str, str]:
    country, _, rest = word.partition("-")
    country = CODES_BY_TAX_LAW.get(country, country)
    if len(country) != CODE_PARTS or not country.isalpha() or not country.isupper():
        raise ScenarioUnusable(
            place, f"“{word}” is no registration. Write IE, US-TX, EU-OSS-union or NO-VOEC."
        )
    if not rest:
        return country, "local"
    if scheme := SCHEME_WORDS.get(rest.lower()):
        return country, scheme
    if not rest.isalnum() or not rest.isupper():
        raise ScenarioUnusable(place, f"“{rest}” in “{word}” is neither a region nor a scheme.")
    return f"{country}-{rest}", "local"


def read_customer(value: object) -> CustomerStory:
    """:raises ScenarioUnusable:"""
    said = node(value, "customer", allowed=CUSTOMER_KEYS)
    state = one_of(
        "the check", said.values.get("vat_check") or "pending", said.at("vat_check"), NUMBER_STATES
    )
    return CustomerStory(
        country=read_country(said),
        region=said.text("region"),
        postal_code=said.text("postal_code"),
        is_business=said.flag("business", default=True),
        tax_number=said.text("vat_id"),
        tax_number_state="pending" if state == "unavailable" else state,
    )


def read_country(said: Node) -> str:
    country = said.text("country", "DE")
    if len(country) != CODE_PARTS or not country.isalpha() or not country.isupper():
        raise ScenarioUnusable(said.at("country"), f"“{country}” is not a code such as DE.")
    return country
