"""Domains of e-mail addresses, as people write them in a rule."""

import re
from collections.abc import Sequence

from kernel.refusal import Refusal

LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
DOMAIN = re.compile(rf"(?=.{{4,253}}$)({LABEL}\.)+(?!\d+$){LABEL}")
MOST = 50


class DomainInvalid(Refusal):
    code = "domain_invalid"


def domain_of(email: str) -> str:
    """What stands behind the @, as a rule writes it; empty where there is none."""
    name = email.rpartition("@")[2].strip().lower() if "@" in email else ""
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name


def read_domains(text: str) -> list[str]:
    """
    The domains somebody typed, one for each line or with commas, with @ or without, each once.

    :raises DomainInvalid: for what is no domain, or too many of them
    """
    words = (word.strip().lower().removeprefix("@") for word in re.split(r"[\s,;]+", text))
    domains = list(dict.fromkeys(ascii_domain(word) for word in words if word))
    if len(domains) > MOST:
        raise DomainInvalid(f"These are {len(domains)} domains; a rule takes at most {MOST}.")
    return domains


def ascii_domain(word: str) -> str:
    """
    :raises DomainInvalid: if it cannot be the domain of an address
    """
    try:
        name = word.encode("idna").decode()
    except UnicodeError:
        name = ""
    if not DOMAIN.fullmatch(name):
        raise DomainInvalid(f"“{word[:80]}” is no domain. Write it as in acme.com, without a path.")
    return name


def joined_domains(domains: Sequence[str]) -> str:
    """@a.com, @b.com or @c.com"""
    named = [f"@{domain}" for domain in domains]
    return " or ".join(filter(None, [", ".join(named[:-1]), *named[-1:]]))
