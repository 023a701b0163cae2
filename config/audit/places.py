"""An address and whether it shows personal data. What the tables do not list is taken as if it did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import ResolverMatch

from config.audit.addresses import ADMIN, OTHER_TABLES, PERSONAL_TABLES, SIGN_IN, TABLES

STAFF_DOORS = frozenset(["desk", "admin"])
SUBJECT_ARGUMENTS = (
    "customer_id", "invoice_id", "key", "payment_id", "refund_id", "line_id", "statement_id",
    "incident_id", "event_id", "allocation_id", "case_id", "hold_id", "subject_id", "object_id",
    "id", "customer", "number", "subscription", "method_id", "recipient_id",
    "owner_id", "transfer_id",
)  # fmt: skip
UNKNOWN = "unclassified"


@dataclass(frozen=True, slots=True)
class Place:
    """An address: who may stand behind it, and whose data it shows (`subject_kind` or nobody's)."""

    door: str
    name: str
    subject_kind: str
    subject_id: str
    is_personal: bool
    is_known: bool = True

    @property
    def is_for_staff(self) -> bool:
        return self.door in STAFF_DOORS


def place_of(match: ResolverMatch | None) -> Place:
    if match is None:
        return Place("", "", UNKNOWN, "", is_personal=False)
    door, name = match.namespace, match.url_name or ""
    kind, is_known = kind_of(door, name)
    if door == "pay":  # its argument is a secret: the link itself
        return Place(door, match.view_name, kind or UNKNOWN, "", is_personal=bool(kind))
    return Place(
        door,
        match.view_name if name else door,
        kind or name or UNKNOWN,
        subject_id(match.kwargs, kind),
        is_personal=kind is not None,
        is_known=is_known,
    )


def subject_id(arguments: Mapping[str, Any], kind: str | None) -> str:
    """What the address names; whose it is comes first only where the customer itself is shown."""
    named = {
        name: str(arguments[name]) for name in SUBJECT_ARGUMENTS if arguments.get(name) is not None
    }
    whose = named.pop("customer_id", "") if kind != "customer" else ""
    return next(iter(named.values()), whose)


def kind_of(door: str, name: str) -> tuple[str | None, bool]:
    """Whose data an address shows (None: nobody's), and whether the tables above know it."""
    if door == "admin":
        return kind_in_admin(name)
    if not door and name.startswith(SIGN_IN):
        return None, True
    table = TABLES.get(door, {})
    return (table[name], True) if name in table else (UNKNOWN, False)


def kind_in_admin(name: str) -> tuple[str | None, bool]:
    if not name:  # the redirects of the admin: an object's address, and any unknown address
        return None, True
    if name in ADMIN:
        return ADMIN[name], True
    table = "_".join(name.split("_")[:2])
    if table in PERSONAL_TABLES:
        return table.split("_")[1], True
    return (None, True) if table in OTHER_TABLES else (UNKNOWN, False)
