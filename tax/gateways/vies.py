"""The one door to VIES, the European Commission's register of VAT ids."""

from dataclasses import dataclass
from typing import Any

import requests

from tax.calc.tax_number import plain_number

SETTLED = frozenset(["", "VALID", "INVALID"])  # any other word, known or new, is no answer


class RegisterUnavailable(Exception):
    """The register did not answer; the question stands and may be asked again."""


VatId = tuple[str, str]
"""ISO country and number."""


@dataclass(frozen=True, slots=True)
class RegisterAnswer:
    """What the register said, and the whole of it as received."""

    is_valid: bool
    consultation_number: str
    name: str
    address: str
    whole: dict[str, Any]


def ask_vies(
    *, url: str, country: str, number: str, requester: VatId | None, timeout_seconds: float
) -> RegisterAnswer:
    """
    Ask about one VAT id; with a requester's own VAT id the answer carries a consultation number.

    A requester outside the EU VAT area is refused by VIES: name none then.

    :raises RegisterUnavailable: for time-outs, errors and a member state that is down
    """
    question = split(country, number, "countryCode", "vatNumber")
    if requester:
        question |= split(*requester, "requesterMemberStateCode", "requesterNumber")
    try:
        response = requests.post(
            f"{url}/check-vat-number",
            json=question,
            timeout=timeout_seconds,
            allow_redirects=False,
        )
        response.raise_for_status()
        said = response.json()
    except (requests.RequestException, ValueError) as error:
        raise RegisterUnavailable(f"{type(error).__name__}: {error}") from error
    return read_answer(said)


def split(country: str, number: str, country_field: str, number_field: str) -> dict[str, str]:
    """Greek ids begin with EL there, and no id repeats its prefix."""
    prefix = "EL" if country == "GR" else country
    plain = plain_number(number)
    return {country_field: prefix, number_field: plain.removeprefix(prefix).removeprefix(country)}


def read_answer(said: Any) -> RegisterAnswer:
    """:raises RegisterUnavailable: if it is no answer to the question"""
    if not isinstance(said, dict):
        raise RegisterUnavailable(f"an answer that is no object: {str(said)[:100]}")
    errors = [str(one) for one in said.get("errorWrappers") or []]
    word = str(said.get("userError") or "")
    if errors or word not in SETTLED:
        raise RegisterUnavailable(", ".join(errors) or word)
    if not isinstance(said.get("valid"), bool):
        raise RegisterUnavailable(f"no answer: {str(said)[:100]}")
    return RegisterAnswer(
        is_valid=said["valid"],
        consultation_number=known(said.get("requestIdentifier")),
        name=known(said.get("name")),
        address=known(said.get("address")),
        whole=said,
    )


def known(value: Any) -> str:
    """Member states that tell nothing write dashes."""
    text = str(value or "").strip()
    return "" if set(text) <= {"-"} else text
