"""Between SCIM's resources and what our operations take and our tables hold."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from unicodedata import normalize
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from scim2_models import InvalidValueException, Meta, Path, Resource, default_comparison_key

from accounts.models import DirectoryGroup, DirectoryMember, DirectoryUser
from billing.api.scim.resources import Email, Group, GroupOfUser, Member, Name, User
from billing.operations.provision_group import DirectoryTeam
from billing.operations.provision_person import Person

NOT_KEPT = {"id", "meta", "groups"}
LONGEST_NAME = 200
USER_NAME = Path[User]("userName").resolve()


def person_of(user: User) -> Person:
    """
    :raises InvalidValueException: if a name is too long or holds what no text may hold
    """
    user_name = name_of("userName", user.user_name)
    kept = {key: one for key, one in user.model_dump().items() if key not in NOT_KEPT}
    refuse_unstorable(kept)
    return Person(
        user_name=user_name,
        user_name_key=name_key(user_name),
        name=shown_name(user, user_name)[:LONGEST_NAME],
        email=address_of(user, user_name),
        external_id=id_of(user),
        is_active=user.active is not False,
        attributes={**kept, "schemas": [str(User.__schema__)]},
    )


def team_of(group: Group) -> DirectoryTeam:
    """
    :raises InvalidValueException: if a name is too long, or a member is no user
    """
    members = group.members or []
    if any((one.type or "User").lower() != "user" for one in members):
        raise InvalidValueException(detail="A group has users as members, no groups.")
    return DirectoryTeam(
        display_name=name_of("displayName", group.display_name),
        external_id=id_of(group),
        members=frozenset(one.value or "" for one in members),
    )


def name_key(user_name: str) -> str:
    """As user names are compared: their case does not count."""
    return default_comparison_key(USER_NAME, user_name)


def name_of(attribute: str, value: str | None) -> str:
    text = text_of(attribute, value)
    if not text.strip():
        raise InvalidValueException(detail=f"{attribute} is empty.")
    return text


def id_of(resource: Resource[Any]) -> str:
    """The directory's own id, as ids are compared."""
    return text_of("externalId", normalize("NFC", resource.external_id or ""))


def text_of(attribute: str, value: str | None) -> str:
    text = value or ""
    if len(text) > LONGEST_NAME:
        raise InvalidValueException(detail=f"{attribute} is longer than {LONGEST_NAME} characters.")
    refuse_unstorable(text)
    return text


def refuse_unstorable(value: Any) -> None:
    """PostgreSQL keeps no NUL."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            refuse_unstorable(one)
    elif isinstance(value, str) and "\x00" in value:
        raise InvalidValueException(detail="A text holds the character NUL.")


def shown_name(user: User, user_name: str) -> str:
    name = user.name or Name()
    parts = " ".join(one for one in (name.given_name, name.family_name) if one)
    return user.display_name or name.formatted or parts or user_name


def address_of(user: User, user_name: str) -> str:
    """The primary address, else the one for work, else any, else the user name if it is one."""
    emails = sorted(user.emails or [], key=rank_of_email)
    candidates = [one.value for one in emails] + [user_name]
    return next((one for one in candidates if one and is_address(one)), "")


def rank_of_email(email: Email) -> tuple[bool, bool]:
    return (not email.primary, (email.type or "").lower() != "work")


def is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def user_resources(
    users: Sequence[DirectoryUser], *, with_groups: bool = True
) -> dict[UUID, Resource[Any]]:
    """One query more for the groups of all of them."""
    groups: defaultdict[UUID, list[GroupOfUser]] = defaultdict(list)
    if with_groups:
        for one in memberships(user__in=users):
            reference = GroupOfUser(
                value=str(one.group_id),
                ref=f"Groups/{one.group_id}",  # type: ignore[arg-type]
                display=one.group.display_name,
            )
            groups[one.user_id].append(reference)
    found: dict[UUID, Resource[Any]] = {}
    for row in users:
        user = User.model_validate(row.attributes)
        user.id, user.meta = str(row.pk), meta_of(row, "User")
        user.groups = groups[row.pk] or None
        found[row.pk] = user
    return found


def group_resources(
    groups: Sequence[DirectoryGroup], *, with_members: bool = True
) -> dict[UUID, Resource[Any]]:
    """One query more for the members of all of them, where they are wanted."""
    members: defaultdict[UUID, list[Member]] = defaultdict(list)
    if with_members:
        for one in memberships(group__in=groups):
            reference = Member(
                value=str(one.user_id),
                ref=f"Users/{one.user_id}",  # type: ignore[arg-type]
                type="User",
            )
            members[one.group_id].append(reference)
    return {
        row.pk: Group(
            id=str(row.pk),
            external_id=row.external_id or None,
            meta=meta_of(row, "Group"),
            display_name=row.display_name,
            members=members[row.pk] or None,
        )
        for row in groups
    }


def memberships(**wanted: Any) -> Iterable[DirectoryMember]:
    return DirectoryMember.objects.filter(**wanted).select_related("group").order_by("id")


def meta_of(row: DirectoryUser | DirectoryGroup, kind: str) -> Meta:
    return Meta(
        resource_type=kind,
        created=row.created_at,
        last_modified=row.changed_at,
        version=f'W/"{row.version}"',
    )
