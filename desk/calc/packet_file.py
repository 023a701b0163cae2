"""The evidence packet as a ZIP file: the same files and time give the same bytes. It reads no database."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

FORMAT = "seatledger-evidence-packet/1"
MANIFEST = "manifest.json"
PACKET = "packet.json"
SHEET = "packet.pdf"
FILE_MODE = 0o100644 << 16
UNIX = 3


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file the packet knows of and does not hold, and why."""

    name: str
    sha256: str
    why: str


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return sha256(content).hexdigest()


def as_json(value: Any) -> bytes:
    """Readable JSON in the order given; instants in UTC with microseconds, exact decimals as text."""
    text = json.dumps(value, ensure_ascii=False, indent=1, default=plain)
    return text.encode() + b"\n"


def plain(value: object) -> object:
    """
    What JSON has no type for.

    :raises TypeError: if nobody said how to write it
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a packet")


def manifest_of(
    files: Mapping[str, bytes],
    *,
    made_at: datetime,
    is_redacted: bool,
    left_out: tuple[LeftOut, ...],
) -> bytes:
    """Every other file with its size in bytes and its SHA-256."""
    return as_json(
        {
            "format": FORMAT,
            "made_at": made_at,
            "redacted": is_redacted,
            "files": [
                {"name": name, "size": len(files[name]), "sha256": digest(files[name])}
                for name in sorted(files)
            ],
            "left_out": [
                {"name": one.name, "sha256": one.sha256, "why": one.why} for one in left_out
            ],
        }
    )


def write_packet_file(
    files: Mapping[str, bytes],
    *,
    made_at: datetime,
    is_redacted: bool,
    left_out: tuple[LeftOut, ...] = (),
) -> bytes:
    """The files and their manifest as one ZIP, in a fixed order with `made_at` as their time."""
    manifest = manifest_of(files, made_at=made_at, is_redacted=is_redacted, left_out=left_out)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in [(MANIFEST, manifest), *sorted(files.items())]:
            entry = zipfile.ZipInfo(name, made_at.astimezone(UTC).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = UNIX
            entry.external_attr = FILE_MODE
            archive.writestr(entry, content)
    return packed.getvalue()


def manifest_digest(packed: bytes) -> str:
    """What stands for the whole file: whoever kept it can tell later whether a file is this one."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return digest(archive.read(MANIFEST))
