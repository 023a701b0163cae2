"""Walk the hash chains of the seat ledger and name the first entry that is not what it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from billing.calc.chain import CHAINED, CHAINED_IF_SET, entry_digest
from billing.models import LedgerHead, SeatLedgerEntry

CHUNK = 2_000
READ = (*CHAINED, *CHAINED_IF_SET, "previous_digest", "digest")


@dataclass(frozen=True, slots=True)
class BrokenEntry:
    """Where a chain first breaks. `position` is the place in the customer's chain."""

    customer: str
    position: int
    what: str

    def __str__(self) -> str:
        return f"{self.customer}, entry {self.position}: {self.what}"


def verify_chain(head: LedgerHead) -> BrokenEntry | None:
    """The first broken entry of a customer's chain, or None when it is whole up to its head."""
    customer = head.customer.external_id
    position, digest = 0, ""
    for values in entries_of(head.customer_id):
        position += 1
        if values["position"] != position:
            return BrokenEntry(customer, position, "it is missing from the chain")
        if values["previous_digest"] != digest:
            return BrokenEntry(customer, position, "it does not link to the entry before it")
        digest = entry_digest(values, previous_digest=digest)
        if values["digest"] != digest:
            return BrokenEntry(customer, position, "its content does not fit its digest")
    if (position, digest) != (head.position, head.digest):
        return BrokenEntry(
            customer, position + 1, f"the chain ends before its head, {head.position}"
        )
    return None


def entries_of(customer_id: UUID) -> Iterator[dict[str, Any]]:
    rows = SeatLedgerEntry.objects.filter(customer=customer_id).order_by("position")
    yield from rows.values(*READ).iterator(chunk_size=CHUNK)
