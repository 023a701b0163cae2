"""People as somebody types or pastes them: one for each line, or with commas."""

import re
from dataclasses import dataclass
from email.utils import parseaddr


@dataclass(frozen=True, slots=True)
class Invitee:
    """Address in lower case, not checked yet; the name where one was written."""

    email: str
    name: str = ""


def read_invitees(text: str) -> list[Invitee]:
    """“Ada Lovelace <ada@acme.com>” or “ada@acme.com”; the same address counts once."""
    found: dict[str, Invitee] = {}
    for part in re.split(r"[\n,;]+", text):
        if not part.strip():
            continue
        name, address = parseaddr(part.strip())
        email = (address if "@" in address else part.strip()).lower()
        found.setdefault(email, Invitee(email, " ".join(name.split())[:200]))
    return list(found.values())
