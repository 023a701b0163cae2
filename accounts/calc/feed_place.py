"""Places in the feed of changed answers, and the opaque text a follower remembers one by."""

import base64
import binascii
import re
from dataclasses import dataclass

from kernel.refusal import Refusal

FORM = re.compile(r"c1\.(\d{1,19})\.(\d{1,19})")
LONGEST = 80
LARGEST = 2**63 - 1


class CursorUnreadable(Refusal):
    code = "cursor_unreadable"


class CursorUnknown(Refusal):
    code = "cursor_unknown"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """After the change `id` of the transaction `xid`."""

    xid: int
    id: int


BEGINNING = Place(0, 0)


def cursor_text(place: Place) -> str:
    """URL-safe text; followers keep it and do not look inside."""
    plain = f"c1.{place.xid}.{place.id}".encode()
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def read_cursor(text: str) -> Place:
    """:raises CursorUnreadable: if it is none of ours"""
    wrong = CursorUnreadable(
        "This cursor is none of this feed's: send next_cursor as it was given."
    )
    if len(text) > LONGEST:
        raise wrong
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        found = FORM.fullmatch(plain.decode("ascii"))
    except (ValueError, binascii.Error):
        raise wrong from None
    if found is None or max(int(part) for part in found.groups()) > LARGEST:
        raise wrong
    return Place(int(found[1]), int(found[2]))
