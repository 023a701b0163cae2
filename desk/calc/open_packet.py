"""Opening a packet somebody sends: only plain files of a sane size come out; nothing is written to disk."""

import io
import re
import stat
import zipfile
import zlib
from typing import IO

FILES_AT_MOST = 200
BYTES_AT_MOST = 200_000_000
CHUNK = 1 << 20
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)?")
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1


class NotAPacket(Exception):
    """The file is no packet, or it is one that could do harm; the words say which."""


def open_packet(content: bytes) -> dict[str, bytes]:
    """
    Every file by its name.

    :raises NotAPacket: if it is no ZIP, names a path outside itself, holds the same name twice,
        is encrypted or links, has too many files, or grows beyond 200 MB when unpacked
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            refuse_what_harms(entries)
            return unpacked(archive, entries)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise NotAPacket(f"It cannot be read as a ZIP file ({error}).") from error


def refuse_what_harms(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > FILES_AT_MOST:
        raise NotAPacket(f"It holds {len(entries)} files; a packet has {FILES_AT_MOST} at most.")
    names = [one.filename for one in entries]
    for one in entries:
        if not NAME.fullmatch(one.filename):
            raise NotAPacket(f"It names {one.filename[:80]!r}; packets hold plain names only.")
        if names.count(one.filename) > 1:
            raise NotAPacket(f"It holds {one.filename} twice.")
        if one.flag_bits & ENCRYPTED:
            raise NotAPacket(f"{one.filename} is encrypted; packets are not.")
        if one.compress_type not in METHODS:
            raise NotAPacket(f"{one.filename} is packed in a way packets do not use.")
        mode = one.external_attr >> 16
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise NotAPacket(f"{one.filename} is a link or device, not a file.")


def unpacked(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    """Sizes a file states about itself are not believed: reading stops at the limit."""
    left = BYTES_AT_MOST
    found = {}
    for one in entries:
        with archive.open(one) as stream:
            found[one.filename] = read_at_most(stream, left)
        left -= len(found[one.filename])
    return found


def read_at_most(stream: IO[bytes], limit: int) -> bytes:
    parts, size = [], 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise NotAPacket(f"Unpacked it is more than {BYTES_AT_MOST // 1_000_000} MB.")
        parts.append(chunk)
    return b"".join(parts)
