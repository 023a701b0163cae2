"""What a directory says of a person: they come, they change, they go. Seats follow at once."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F
from uuid6 import uuid7

from accounts.models import DirectoryGroup, DirectoryUser
from billing.operations.follow_directory import Followed, Origin, follow_directory
from billing.operations.recognize_grantee import recognize_grantee, tell_grantee
from kernel.refusal import Refusal


class UserNameTaken(Refusal):
    code = "directory_user_name_taken"


@dataclass(frozen=True, slots=True)
class Person:
    """`user_name_key` is the name as names are compared; `attributes` the SCIM resource itself."""

    user_name: str
    user_name_key: str
    name: str = ""
    email: str = ""
    external_id: str = ""
    is_active: bool = True
    attributes: dict[str, Any] = field(default_factory=dict)


def add_person(*, origin: Origin, person: Person) -> tuple[DirectoryUser, Followed]:
    """
    :raises UserNameTaken: if the directory has told of somebody with that name before
    :raises SeatsRefused: if everybody gets a seat, and there is none
    """
    check_user_name(origin, person, None)
    key = uuid7()
    grantee = recognize_grantee(
        customer_id=origin.customer_id, new_id=key, name=person.name, email=person.email
    )
    user = DirectoryUser.objects.create(
        id=key, customer_id=origin.customer_id, grantee=grantee, user_name=person.user_name,
        user_name_key=person.user_name_key, external_id=person.external_id,
        is_active=person.is_active, attributes=person.attributes, created_at=origin.at,
        changed_at=origin.at,
    )  # fmt: skip
    return user, follow_directory(origin, [user])


def change_person(*, origin: Origin, user: DirectoryUser, person: Person) -> Followed:
    """
    :raises UserNameTaken: if somebody else of the directory has that name
    :raises SeatsRefused: if the person is active again, and there is no seat
    """
    check_user_name(origin, person, user.pk)
    tell_grantee(
        grantee=user.grantee, customer_id=origin.customer_id, name=person.name, email=person.email
    )
    turned = user.is_active != person.is_active
    user.user_name, user.user_name_key = person.user_name, person.user_name_key
    user.external_id, user.is_active = person.external_id, person.is_active
    user.attributes = person.attributes
    user.version, user.changed_at = user.version + 1, origin.at
    user.save()
    return follow_directory(origin, [user]) if turned else Followed()


def remove_person(*, origin: Origin, user: DirectoryUser) -> Followed:
    """The person leaves: every seat and membership at the customer ends, the ledger remembers."""
    followed = follow_directory(origin, [user], leaving=[user.pk])
    DirectoryGroup.objects.filter(members__user=user).update(
        version=F("version") + 1, changed_at=origin.at
    )
    user.delete()
    return followed


def check_user_name(origin: Origin, person: Person, own_id: UUID | None) -> None:
    taken = DirectoryUser.objects.filter(
        customer=origin.customer_id, user_name_key=person.user_name_key
    )
    if own_id is not None:
        taken = taken.exclude(pk=own_id)
    if taken.exists():
        raise UserNameTaken(f"There is a user “{person.user_name}” already.")
