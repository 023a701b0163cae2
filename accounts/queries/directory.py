"""A customer's directory as people look at it: its tokens, and what it asked lately, in plain words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import DirectoryGroup, DirectoryRequest, DirectoryToken, DirectoryUser

DONE = {"POST": "Added", "PUT": "Changed", "PATCH": "Changed", "DELETE": "Removed"}
THINGS = {"Users": "a person", "Groups": "a group"}


@dataclass(frozen=True, slots=True)
class TokenRow:
    """`state` is working, expired or revoked."""

    key: UUID
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class RequestRow:
    """`detail` is what the directory was told when refused, or partly refused."""

    what: str
    asked_at: datetime
    status: int
    detail: str
    seats_given: int
    seats_taken: int
    request_id: str

    @property
    def is_refused(self) -> bool:
        return self.status >= 400


def token_rows(customer_id: UUID, at: datetime) -> Sequence[TokenRow]:
    """Working ones first, then those that ended, newest first."""
    rows = [
        TokenRow(
            one.pk, one.name, one.token_prefix, one.created_at, one.expires_at, one.used_at,
            token_state(one, at),
        )
        for one in DirectoryToken.objects.filter(customer=customer_id)
    ]  # fmt: skip
    return sorted(rows, key=lambda one: one.state != "working")


def token_state(token: DirectoryToken, at: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if has_expired(token, at) else "working"


def has_expired(token: DirectoryToken, at: datetime) -> bool:
    return token.expires_at is not None and token.expires_at <= at


def request_rows(customer_id: UUID, asked: Iterable[DirectoryRequest]) -> Sequence[RequestRow]:
    """Two queries for the names of people and groups, as far as they still exist."""
    lines = list(asked)
    names = names_in(customer_id, [one.path for one in lines])
    return [
        RequestRow(
            what=what_was_asked(one.method, one.path, names),
            asked_at=one.asked_at,
            status=one.status,
            detail=one.detail,
            seats_given=one.seats_given,
            seats_taken=one.seats_taken,
            request_id=one.request_id,
        )
        for one in lines
    ]


def names_in(customer_id: UUID, paths: Iterable[str]) -> dict[str, str]:
    """What the people and groups that addresses name are called, as far as they still exist."""
    keys = [key for path in paths if (key := key_in(path))]
    people = DirectoryUser.objects.filter(customer=customer_id, pk__in=keys)
    groups = DirectoryGroup.objects.filter(customer=customer_id, pk__in=keys)
    found = [
        *people.values_list("pk", "user_name"),
        *groups.values_list("pk", "display_name"),
    ]
    return {str(key): name for key, name in found}


def key_in(path: str) -> UUID | None:
    try:
        return UUID(path.rpartition("/")[2])
    except ValueError:
        return None


def what_was_asked(method: str, path: str, names: Mapping[str, str]) -> str:
    """In plain words: “Changed ada@acme.example”."""
    parts = path.strip("/").split("/")
    if parts[0] == "Bulk":
        return "Many changes at once"
    done = DONE.get(method, "Looked up")
    if len(parts) > 1 and parts[1] in names:
        return f"{done} {names[parts[1]]}"
    return f"{done} {THINGS.get(parts[0], path)}"
