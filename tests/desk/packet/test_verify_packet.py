"""A packet proves itself: what was changed, left out, put in or made up is found without a database."""

import io
import json
import zipfile
from copy import deepcopy
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from billing.calc.chain import CHAINED, entry_digest, payload_digest
from desk.calc import open_packet
from desk.calc.open_packet import NotAPacket
from desk.calc.packet_file import (
    FORMAT,
    MANIFEST,
    PACKET,
    SHEET,
    LeftOut,
    as_json,
    digest,
    write_packet_file,
)
from desk.calc.verify_packet import verify_packet

MADE_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PDF, XML = b"%PDF the invoice", b"<invoice/>"


def entry(position: int, previous: str, **changed) -> dict:
    values = {name: None for name in CHAINED} | {
        "id": f"entry-{position}", "position": position, "quantity": 10, "event_id": "event-1",
    } | changed  # fmt: skip
    return {
        "id": values["id"], "position": position, "event_id": values["event_id"],
        "is_named": True, "hashed": values, "previous_digest": previous,
        "digest": entry_digest(values, previous_digest=previous),
    }  # fmt: skip


def told(**changed) -> dict:
    """The least a packet can say: one event, two entries, one invoice of one line."""
    first = entry(1, "")
    second = entry(2, first["digest"])
    payload = {"quantity": 10}
    line = {
        "position": 1, "amount_minor": 28_39, "record": {"amount": 28_39}, "entries": [1, 2],
    }  # fmt: skip
    invoice = {
        "id": "invoice-1", "number": "SW-1", "lines": [line], "taxes": [{"amount_minor": 5_00}],
        "subtotal_minor": 28_39, "tax_minor": 5_00, "total_minor": 33_39,
        "credit_applied_minor": 3_39, "amount_due_minor": 30_00, "open_minor": 20_00,
        "document": {"sha256": digest(PDF), "xml_sha256": digest(XML)},
    }  # fmt: skip
    return {
        "format": FORMAT, "made_at": "2026-03-01T12:00:00.000000+00:00", "redacted": False,
        "events": [
            {
                "id": "event-1", "source_event_id": "e1", "payload": payload,
                "digest": payload_digest(payload),
            }
        ],
        "ledger": {
            "is_whole": True, "head_position": 2, "head_digest": second["digest"],
            "entries": [first, second],
        },
        "invoices": [invoice],
        "money": {"allocations": [{"invoice_id": "invoice-1", "amount_minor": 10_00}]},
        **changed,
    }  # fmt: skip


def packed(record: dict | None = None, **files: bytes) -> bytes:
    named = {
        PACKET: as_json(record or told()), SHEET: b"%PDF", "invoices/SW-1.pdf": PDF,
        "invoices/SW-1.xml": XML,
    }  # fmt: skip
    return write_packet_file(named | files, made_at=MADE_AT, is_redacted=False)


def repacked(content: bytes, **files: bytes | None) -> bytes:
    """The ZIP with files put in, changed or (None) taken out, and the manifest as it was."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        named = {name: archive.read(name) for name in archive.namelist()}
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, one in (named | files).items():
            if one is not None:
                archive.writestr(name, one)
    return changed.getvalue()


def codes(content: bytes) -> list[str]:
    return [one.code for one in verify_packet(content).findings]


def test_a_packet_as_it_was_made_is_sound():
    checked = verify_packet(packed())

    assert (checked.is_sound, checked.files, checked.entries, checked.lines) == (True, 4, 2, 1)


def test_the_same_files_and_time_give_the_same_bytes():
    assert packed() == packed()


def test_a_changed_file_is_found():
    assert codes(repacked(packed(), **{SHEET: b"%PDF forged"})) == ["changed"]


def test_a_missing_file_is_found():
    assert codes(repacked(packed(), **{"invoices/SW-1.xml": None})) == ["missing"]


def test_an_extra_file_is_found():
    assert codes(repacked(packed(), **{"notes.txt": b"more"})) == ["extra"]


def test_a_packet_without_what_every_packet_has_is_found_also_when_its_manifest_is_silent():
    bare = write_packet_file({PACKET: as_json(told())}, made_at=MADE_AT, is_redacted=False)

    assert codes(bare) == ["missing", "missing", "missing"]


def test_a_document_left_out_with_its_digest_and_reason_is_no_fault():
    left = tuple(
        LeftOut(f"invoices/SW-1.{ending}", digest(one), "It names persons.")
        for ending, one in (("pdf", PDF), ("xml", XML))
    )
    files = {PACKET: as_json(told()), SHEET: b"%PDF"}
    redacted = write_packet_file(files, made_at=MADE_AT, is_redacted=False, left_out=left)

    assert codes(redacted) == []


def test_another_document_in_place_of_the_issued_one_is_found_although_the_manifest_fits():
    assert codes(packed(**{"invoices/SW-1.pdf": b"%PDF another"})) == ["changed"]


def test_a_manifest_that_says_it_is_redacted_when_the_packet_is_not_is_found():
    files = {
        PACKET: as_json(told()),
        SHEET: b"",
        "invoices/SW-1.pdf": PDF,
        "invoices/SW-1.xml": XML,
    }

    assert codes(write_packet_file(files, made_at=MADE_AT, is_redacted=True)) == ["changed"]


def changed_record(change) -> bytes:
    """A packet whose maker lied: packet.json is changed and the manifest made to fit."""
    record = deepcopy(told())
    change(record)
    return packed(record)


def lower_quantity(record):
    record["ledger"]["entries"][0]["hashed"]["quantity"] = 5


def rehash_first(record):
    record["ledger"]["entries"][0] = entry(1, "", quantity=5)


def swap_shown_id(record):
    record["ledger"]["entries"][1]["id"] = "entry-9"


def drop_between(record):
    second = record["ledger"]["entries"][1]
    record["ledger"]["entries"][1] = entry(3, second["digest"])
    record["ledger"] |= {"head_position": 9}
    record["invoices"][0]["lines"][0]["entries"] = [1, 3]


def other_head(record):
    record["ledger"]["head_digest"] = "0" * 64


def other_payload(record):
    record["events"][0]["payload"]["quantity"] = 5


def cheaper_line(record):
    record["invoices"][0]["lines"][0]["amount_minor"] = 1_00


def other_tax(record):
    record["invoices"][0]["taxes"][0]["amount_minor"] = 1_00


def other_total(record):
    record["invoices"][0]["total_minor"] = 1_00


def other_due(record):
    record["invoices"][0]["credit_applied_minor"] = 0


def other_open(record):
    record["money"]["allocations"] = []


def unknown_entry(record):
    record["invoices"][0]["lines"][0]["entries"] = [1, 7]


def no_event(record):
    record["events"] = []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lower_quantity, ["ledger_changed"]),
        (rehash_first, ["chain_broken"]),
        (swap_shown_id, ["ledger_changed"]),
        (drop_between, ["chain_broken"]),
        (other_head, ["chain_broken"]),
        (other_payload, ["event_changed"]),
        (cheaper_line, ["sum_wrong", "sum_wrong"]),
        (other_tax, ["sum_wrong"]),
        (other_total, ["sum_wrong", "sum_wrong"]),
        (other_due, ["sum_wrong"]),
        (other_open, ["sum_wrong"]),
        (unknown_entry, ["unexplained"]),
        (no_event, ["unexplained", "unexplained"]),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_lie_is_found_although_every_file_fits_the_manifest(change, expected):
    assert codes(changed_record(change)) == expected


def test_gaps_are_no_fault_where_the_packet_says_that_it_holds_only_some_entries():
    record = told()
    record["ledger"]["entries"][1] = entry(30, "a" * 64)
    record["ledger"] |= {"is_whole": False, "head_position": 90}
    record["invoices"][0]["lines"][0]["entries"] = [1, 30]

    assert codes(packed(record)) == []


def test_a_redacted_packet_is_not_asked_for_the_digests_of_what_was_reported():
    record = told(redacted=True)
    record["events"][0]["payload"] = {"grantee": "person-0a1b2c3d4e"}
    files = {
        PACKET: as_json(record),
        SHEET: b"",
        "invoices/SW-1.pdf": PDF,
        "invoices/SW-1.xml": XML,
    }

    assert codes(write_packet_file(files, made_at=MADE_AT, is_redacted=True)) == []


def zip_of(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, b"{}")
    return made.getvalue()


def linked() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        link = zipfile.ZipInfo("packet.json")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return made.getvalue()


def bzipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("packet.json", b"{}")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a letter", "cannot be read as a ZIP"),
        (packed()[:-200], "cannot be read as a ZIP"),
        (zip_of("../../etc/passwd"), "plain names only"),
        (zip_of("/etc/passwd"), "plain names only"),
        (zip_of("invoices\\a.pdf"), "plain names only"),
        (zip_of("a/b/c.pdf"), "plain names only"),
        (zip_of("packet.json", "packet.jso2").replace(b"jso2", b"json"), "packet.json twice"),
        (zip_of(*(f"{number}.txt" for number in range(201))), "201 files"),
        (linked(), "link or device"),
        (bzipped(), "packed in a way"),
        (zip_of("photo.jpg"), "no manifest.json"),
        (zip_of(MANIFEST), "does not say"),
        (repacked(packed(), **{MANIFEST: b"[]"}), "not a record"),
        (repacked(packed(), **{MANIFEST: b"{"}), "cannot be read"),
        (repacked(packed(), **{PACKET: b'{"format": 1}'}), "lacks what a packet holds"),
        (repacked(packed(), **{MANIFEST: as_json({"format": FORMAT})}), "lists no files"),
    ],
)  # fmt: skip
def test_what_is_no_packet_or_could_do_harm_is_refused(content, words):
    with pytest.raises(NotAPacket, match=words):
        verify_packet(content)


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(open_packet, "BYTES_AT_MOST", 1_000_000)
    bomb = repacked(packed(), **{"zeros.txt": bytes(2_000_000)})

    with pytest.raises(NotAPacket, match="more than 1 MB"):
        verify_packet(bomb)


def test_a_bomb_that_lies_about_its_size_is_refused_too(monkeypatch):
    monkeypatch.setattr(open_packet, "BYTES_AT_MOST", 1_000_000)
    bomb = bytearray(repacked(packed(), **{"zeros.txt": bytes(2_000_000)}))
    true_size, said = (2_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    lying = bytes(bomb).replace(true_size, said)

    with pytest.raises(NotAPacket):
        verify_packet(lying)


def run(tmp_path, content: bytes) -> tuple[int, str]:
    """Exit code and words of the command on a file."""
    file = tmp_path / "evidence.zip"
    file.write_bytes(content)
    out = io.StringIO()
    try:
        call_command("verify_packet", str(file), stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    return 0, out.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (packed(), 0, "evidence.zip: ok"),
        (repacked(packed(), **{SHEET: b"x"}), 1, "changed: packet.pdf is not the file"),
        (repacked(packed(), **{SHEET: b"x"}), 1, "1 thing is wrong"),
        (changed_record(cheaper_line), 1, "2 things are wrong"),
        (b"a letter", 2, "cannot be read as a ZIP"),
    ],
)
def test_the_command_says_in_words_and_by_its_exit_code_what_it_found(
    tmp_path, content, code, words
):
    found = run(tmp_path, content)

    assert found[0] == code
    assert words in found[1]


def test_the_command_needs_no_database(tmp_path, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert run(tmp_path, packed())[0] == 0


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path):
    with pytest.raises(CommandError, match="No such file") as refused:
        call_command("verify_packet", str(tmp_path / "nothing.zip"))

    assert refused.value.returncode == 2


def test_the_digest_of_the_manifest_is_told_so_that_the_trail_can_be_asked(tmp_path):
    content = packed()
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(content)).read(MANIFEST))

    assert f"SHA-256 of its manifest: {digest(as_json(manifest))}" in run(tmp_path, content)[1]
