"""The hash chain of the trail: what an entry says, and the link to the entry before it."""

import hashlib
from collections.abc import Mapping

from kernel.chain import record_digest

CONTENT = (
    "id", "at", "actor_kind", "actor_id", "actor_label", "action", "subject_kind", "subject_id",
    "label", "customer_id", "detail", "address", "user_agent", "request_id",
)  # fmt: skip


def content_digest(values: Mapping[str, object]) -> str:
    """SHA-256 in hexadecimal over the entry's columns of `CONTENT`; `at` in UTC."""
    return record_digest([values[name] for name in CONTENT])


def link_digest(*, previous_digest: str, sequence: int, content: str) -> str:
    """
    SHA-256 in hexadecimal over the digest before, the place in the chain and the content's digest.

    The database computes the same when it takes an entry in (accounts/migrations, audit).
    """
    return hashlib.sha256(f"{previous_digest}:{sequence}:{content}".encode()).hexdigest()
