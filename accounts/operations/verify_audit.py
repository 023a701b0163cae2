"""Walk the chain of the trail and name the first entry that is not what it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from accounts.calc.audit_chain import CONTENT, content_digest, link_digest
from accounts.models import AuditEntry, AuditHead

CHUNK = 2_000
READ = (*CONTENT, "sequence", "content_digest", "previous_digest", "digest")


@dataclass(frozen=True, slots=True)
class BrokenAuditEntry:
    """Where the trail first breaks; `sequence` is the place in the chain."""

    sequence: int
    what: str

    def __str__(self) -> str:
        return f"Trail, entry {self.sequence}: {self.what}"


def verify_audit(*, after: int = 0, digest: str = "") -> BrokenAuditEntry | None:
    """
    The first broken entry, or None when the trail is whole up to its head.

    `after` and `digest` start behind an entry verified earlier, with its digest as noted then.
    """
    head = AuditHead.objects.first() or AuditHead()
    sequence = after
    for values in entries_after(after, up_to=head.sequence):
        sequence += 1
        what = what_is_wrong(values, sequence=sequence, previous_digest=digest)
        if what:
            return BrokenAuditEntry(sequence, what)
        digest = values["digest"]
    if (sequence, digest) != (head.sequence, head.digest):
        return BrokenAuditEntry(sequence + 1, f"the trail ends before its head, {head.sequence}")
    return None


def what_is_wrong(values: dict[str, Any], *, sequence: int, previous_digest: str) -> str:
    if values["sequence"] != sequence:
        return "it is missing from the trail"
    if values["previous_digest"] != previous_digest:
        return "it does not link to the entry before it"
    content = content_digest(values)
    if values["content_digest"] != content:
        return "what it says does not fit its digest"
    if values["digest"] != link_digest(
        previous_digest=previous_digest, sequence=sequence, content=content
    ):
        return "its link does not fit its digest"
    return ""


def entries_after(sequence: int, *, up_to: int) -> Iterator[dict[str, Any]]:
    """Entries written while it walks are beyond the head it started from."""
    rows = AuditEntry.objects.filter(sequence__gt=sequence, sequence__lte=up_to)
    yield from rows.order_by("sequence").values(*READ).iterator(chunk_size=CHUNK)
