"""A packet checked on its own: files, ledger hashes and sums, from nothing but the file itself."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from billing.calc.chain import CHAINED, CHAINED_IF_SET, entry_digest, payload_digest
from desk.calc.open_packet import NotAPacket, open_packet
from desk.calc.packet_file import FORMAT, MANIFEST, PACKET, SHEET, digest


@dataclass(frozen=True, slots=True)
class Finding:
    """
    Something that is not as it should be.

    `code`: changed, missing, extra, ledger_changed, chain_broken, event_changed, sum_wrong or unexplained.
    """

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a packet says of itself, how much was checked, and everything found wrong."""

    manifest_sha256: str
    made_at: str
    is_redacted: bool
    files: int
    entries: int
    lines: int
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        return not self.findings


def verify_packet(content: bytes) -> Checked:
    """
    Check the manifest, then everything packet.json says that follows from the rest of it.

    :raises NotAPacket: if it is no packet or could do harm
    """
    files = open_packet(content)
    manifest = read_record(files, MANIFEST)
    if manifest.get("format") != FORMAT:
        raise NotAPacket(f"Its {MANIFEST} does not say {FORMAT}.")
    wrong_files = tuple(check_files(manifest, files))
    told = read_record(files, PACKET) if PACKET in files else {}
    try:
        counted = count(told)
        found = (*wrong_files, *check_packet(manifest, told))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotAPacket(f"Its {PACKET} lacks what a packet holds ({error!r}).") from error
    return Checked(
        manifest_sha256=digest(files[MANIFEST]),
        made_at=str(manifest.get("made_at", "")),
        is_redacted=bool(manifest.get("redacted")),
        files=len(files) - 1,
        entries=counted[0],
        lines=counted[1],
        findings=found,
    )


def count(told: Mapping[str, Any]) -> tuple[int, int]:
    """Ledger entries and lines."""
    if not told:
        return 0, 0
    return len(told["ledger"]["entries"]), sum(len(one["lines"]) for one in told["invoices"])


def read_record(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    if name not in files:
        raise NotAPacket(f"It has no {name}.")
    try:
        found = json.loads(files[name])
    except (ValueError, RecursionError) as error:
        raise NotAPacket(f"Its {name} cannot be read.") from error
    if not isinstance(found, dict):
        raise NotAPacket(f"Its {name} is not a record.")
    return found


def check_files(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Every file as the manifest has it, and none besides."""
    listed = manifest.get("files")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise NotAPacket(f"Its {MANIFEST} lists no files.")
    names = [str(one.get("name")) for one in listed]
    for name, one in zip(names, listed, strict=True):
        content = files.get(name)
        if content is None:
            yield Finding("missing", f"{name} is in the manifest and not in the file.")
        elif digest(content) != one.get("sha256") or len(content) != one.get("size"):
            yield Finding("changed", f"{name} is not the file the manifest speaks of.")
    for name in (PACKET, SHEET):
        if name not in names:
            yield Finding("missing", f"{name} is not in the manifest; every packet has it.")
    for name in sorted(set(files) - set(names) - {MANIFEST}):
        yield Finding("extra", f"{name} is in the file and not in the manifest.")


def check_packet(manifest: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Finding]:
    if not told:
        return
    for name in ("format", "made_at", "redacted"):
        if manifest.get(name) != told.get(name):
            yield Finding("changed", f"{PACKET} and {MANIFEST} differ in {name}.")
    yield from check_ledger(told["ledger"])
    if not told["redacted"]:
        yield from check_events(told["events"])
    shas = {one["name"]: one["sha256"] for one in (*manifest["files"], *manifest["left_out"])}
    for invoice in told["invoices"]:
        yield from check_invoice(invoice)
        yield from check_document(invoice, shas)
        yield from check_open(invoice, told["money"]["allocations"])
    yield from check_explained(told)


def check_ledger(ledger: Mapping[str, Any]) -> Iterator[Finding]:
    """Each entry's digest from its columns, and each link to the entry before."""
    entries: Sequence[Mapping[str, Any]] = ledger["entries"]
    for one in entries:
        hashed = one["hashed"]
        values = {name: hashed[name] for name in CHAINED}
        values |= {name: hashed.get(name) for name in CHAINED_IF_SET}
        position = one["position"]
        if entry_digest(values, previous_digest=one["previous_digest"]) != one["digest"]:
            yield Finding("ledger_changed", f"Ledger entry {position} does not fit its digest.")
        if (values["position"], values["id"]) != (position, one["id"]):
            yield Finding("ledger_changed", f"Ledger entry {position} is shown as another.")
    for one, other in pairwise(entries):
        follows = other["position"] == one["position"] + 1
        if follows and other["previous_digest"] != one["digest"]:
            yield Finding("chain_broken", f"{link(one, other)} are not linked.")
        if not follows and ledger["is_whole"]:
            yield Finding("chain_broken", f"{link(one, other)} do not follow each other.")
    last = entries[-1] if entries else None
    at_head = last and last["position"] == ledger["head_position"]
    if last and at_head and last["digest"] != ledger["head_digest"]:
        yield Finding("chain_broken", "The last entry is not the head of the ledger.")


def link(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    return f"Ledger entries {one['position']} and {other['position']}"


def check_events(events: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    """Where persons are named, what was reported has the digest it was stored with."""
    for one in events:
        if payload_digest(one["payload"]) != one["digest"]:
            name = one["source_event_id"]
            yield Finding("event_changed", f"Event {name} does not fit its digest.")


def check_invoice(invoice: Mapping[str, Any]) -> Iterator[Finding]:
    """Lines, taxes and credit add up; each line's arithmetic ends at its amount. Minor units."""
    name = invoice["number"] or "The draft"
    lines = invoice["lines"]
    if sum(one["amount_minor"] for one in lines) != invoice["subtotal_minor"]:
        yield Finding("sum_wrong", f"{name}: its lines do not add up to its subtotal.")
    for one in lines:
        if one["record"] and one["record"]["amount"] != one["amount_minor"]:
            words = f"{name}, line {one['position']}: its arithmetic ends elsewhere."
            yield Finding("sum_wrong", words)
    if invoice["total_minor"] is None:
        return
    if sum(one["amount_minor"] for one in invoice["taxes"]) != invoice["tax_minor"]:
        yield Finding("sum_wrong", f"{name}: its taxes do not add up to its tax.")
    if invoice["subtotal_minor"] + invoice["tax_minor"] != invoice["total_minor"]:
        yield Finding("sum_wrong", f"{name}: subtotal and tax are not its total.")
    due = invoice["total_minor"] - invoice["credit_applied_minor"]
    if invoice["amount_due_minor"] != due:
        yield Finding("sum_wrong", f"{name}: total less credit is not what is due.")


def check_open(
    invoice: Mapping[str, Any], allocations: Iterable[Mapping[str, Any]]
) -> Iterator[Finding]:
    """What was due less all that settled it is what is open. Minor units."""
    settled = sum(one["amount_minor"] for one in allocations if one["invoice_id"] == invoice["id"])
    if invoice["open_minor"] is None:
        return
    if invoice["amount_due_minor"] - settled != invoice["open_minor"]:
        words = f"{invoice['number']}: due less what settled it is not what is open."
        yield Finding("sum_wrong", words)


def check_document(invoice: Mapping[str, Any], shas: Mapping[str, str]) -> Iterator[Finding]:
    """The PDF and the data beside it are those issued, by their digests; also where they were left out."""
    document = invoice["document"]
    if document is None:
        return
    for ending, sha256 in (("pdf", document["sha256"]), ("xml", document["xml_sha256"])):
        name = document_name(invoice["number"], ending)
        if sha256 and name not in shas:
            yield Finding("missing", f"{name} is neither here nor said to be left out.")
        elif sha256 and shas[name] != sha256:
            yield Finding("changed", f"{name} is not the document that was issued.")


def document_name(number: str, ending: str) -> str:
    """Where a document lies in the packet; whatever a number holds, the name is plain."""
    plain = "".join(
        one if one.isascii() and (one.isalnum() or one in "-_") else "-" for one in number
    )
    return f"invoices/{plain.lstrip('-_') or 'document'}.{ending}"


def check_explained(told: Mapping[str, Any]) -> Iterator[Finding]:
    """Every line names entries, and they are here with their events."""
    positions = {one["position"] for one in told["ledger"]["entries"]}
    events = {one["id"] for one in told["events"]}
    for invoice in told["invoices"]:
        for line in invoice["lines"]:
            if not line["entries"] or not positions.issuperset(line["entries"]):
                words = f"{invoice['number']}, line {line['position']}: its entries are not here."
                yield Finding("unexplained", words)
    for one in told["ledger"]["entries"]:
        if one["is_named"] and one["event_id"] not in events:
            words = f"Ledger entry {one['position']}: the event that made it is not here."
            yield Finding("unexplained", words)
