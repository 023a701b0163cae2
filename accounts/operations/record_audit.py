"""Put on the trail who saw or changed what. One statement; the database links it into the chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from uuid6 import uuid7

from accounts.calc.audit_chain import content_digest
from accounts.enums import ActorKind
from accounts.models import ApiClient, AuditEntry

LONGEST = {
    "actor_id": 40, "actor_label": 200, "action": 40, "subject_kind": 60, "subject_id": 100,
    "label": 200, "address": 45, "user_agent": 300, "request_id": 36,
}  # fmt: skip
LONGEST_DETAIL_TEXT = 1000
SECRET_WORDS = (
    "password", "secret", "token", "key_digest", "api_key", "otp", "totp", "recovery_code", "csrf",
    "credential", "card_number", "cvc", "authorization", "cookie", "session_key",
)  # fmt: skip
HIDDEN = "not written down"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, when it is neither a member of staff nor an API client."""

    kind: ActorKind
    id: str = ""
    label: str = ""


SYSTEM = Actor(ActorKind.SYSTEM, label="Seatledger")
NOBODY = Actor(ActorKind.NOBODY, label="Not signed in")


def record_audit(
    *,
    actor: AbstractBaseUser | AnonymousUser | ApiClient | Actor | None,
    action: str,
    subject_kind: str,
    subject_id: object,
    label: str = "",
    customer_id: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
    address: str = "",
    user_agent: str = "",
    request_id: str = "",
    at: datetime,
) -> UUID:
    """
    Append one entry and return its id. `actor` None is the system; `detail` loses its secrets here.

    Entries take turns until the transaction ends: inside one, call this last.
    """
    who = actor_of(actor)
    texts = {
        "actor_id": who.id,
        "actor_label": who.label,
        "action": action,
        "subject_kind": subject_kind,
        "subject_id": str(subject_id),
        "label": label,
        "address": address,
        "user_agent": user_agent,
        "request_id": request_id,
    }
    values: dict[str, Any] = {
        "id": uuid7(),
        "at": at,
        "actor_kind": who.kind.value,
        "customer_id": customer_id,
        "detail": plain(detail or {}),
        **{name: storable(text)[: LONGEST[name]] for name, text in texts.items()},
    }
    AuditEntry.objects.create(**values, content_digest=content_digest(values))
    return UUID(str(values["id"]))


def actor_of(actor: AbstractBaseUser | AnonymousUser | ApiClient | Actor | None) -> Actor:
    if actor is None:
        return SYSTEM
    if isinstance(actor, Actor):
        return actor
    if isinstance(actor, ApiClient):
        return Actor(ActorKind.API_CLIENT, str(actor.pk), actor.name)
    if isinstance(actor, AnonymousUser):
        return NOBODY
    return Actor(ActorKind.USER, str(actor.pk), actor.get_username())


def plain(value: object, name: str = "") -> Any:
    """As JSON that comes back from the database as it went in; what sounds like a secret is hidden."""
    if any(word in name.lower() for word in SECRET_WORDS):
        return HIDDEN
    if isinstance(value, Mapping):
        return {storable(str(key)): plain(one, str(key)) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one, name) for one in value]
    if value is None or isinstance(value, bool | int):
        return value
    return storable(str(value))[:LONGEST_DETAIL_TEXT]


def storable(text: str) -> str:
    """PostgreSQL keeps no NUL and no half of a surrogate pair."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
