"""What a directory says of its groups. Who joins or leaves a mapped one gets or loses its seat."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from accounts.models import DirectoryGroup, DirectoryMember, DirectoryUser
from billing.operations.follow_directory import Followed, Origin, follow_directory
from kernel.refusal import Refusal


class MemberUnknown(Refusal):
    code = "directory_member_unknown"


@dataclass(frozen=True, slots=True)
class DirectoryTeam:
    """A group as the directory has it; `members` are the ids of people it told us of."""

    display_name: str
    external_id: str = ""
    members: frozenset[str] = frozenset()


def add_group(*, origin: Origin, team: DirectoryTeam) -> tuple[DirectoryGroup, Followed]:
    """
    :raises MemberUnknown: if a member is nobody of this directory
    :raises SeatsRefused: never for a new group, which nothing is mapped to
    """
    group = DirectoryGroup.objects.create(
        customer_id=origin.customer_id, display_name=team.display_name,
        external_id=team.external_id, created_at=origin.at, changed_at=origin.at,
    )  # fmt: skip
    return group, set_members(origin, group, team.members)


def change_group(*, origin: Origin, group: DirectoryGroup, team: DirectoryTeam) -> Followed:
    """
    :raises MemberUnknown: if a member is nobody of this directory
    :raises SeatsRefused: if a new member's seat cannot be given
    """
    group.display_name, group.external_id = team.display_name, team.external_id
    group.version, group.changed_at = group.version + 1, origin.at
    group.save()
    return set_members(origin, group, team.members)


def remove_group(*, origin: Origin, group: DirectoryGroup) -> Followed:
    """Its mappings go with it, and what they gave."""
    followed = set_members(origin, group, frozenset())
    for mapping in group.mappings.all():
        mapping.delete()
    group.delete()
    return followed


def set_members(origin: Origin, group: DirectoryGroup, told: Collection[str]) -> Followed:
    before = {str(one) for one in group.members.values_list("user_id", flat=True)}
    joining = people(origin, set(told) - before)
    going = people(origin, before - set(told))
    DirectoryMember.objects.bulk_create(DirectoryMember(group=group, user=one) for one in joining)
    group.members.filter(user__in=going).delete()
    touched = [*going, *joining]
    DirectoryUser.objects.filter(pk__in=[one.pk for one in touched]).update(
        version=F("version") + 1, changed_at=origin.at
    )
    return follow_directory(origin, touched)


def people(origin: Origin, ids: Collection[str]) -> list[DirectoryUser]:
    """
    :raises MemberUnknown: if an id is nobody's of this directory
    """
    keys = {one: key_of(one) for one in ids}
    found = {
        one.pk: one
        for one in DirectoryUser.objects.filter(
            customer=origin.customer_id, pk__in=[one for one in keys.values() if one]
        ).select_related("grantee")
    }
    for text, key in keys.items():
        if key not in found:
            raise MemberUnknown(f"There is no user “{text}” here. Send the user first.")
    return [found[key] for key in sorted(found)]


def key_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
