"""Give a person the staff roles that their company's directory says they have; take away others."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import User
from django.db import transaction

from accounts.enums import StaffRole


@dataclass(frozen=True, slots=True)
class RoleChange:
    given: tuple[str, ...]
    taken: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.given or self.taken)


@transaction.atomic
def match_staff_roles(*, user: User, roles: Iterable[StaffRole]) -> RoleChange:
    """Make the person's staff roles exactly these. Groups that are no staff roles stay."""
    wanted = {role.value for role in roles}
    held = set(user.groups.filter(name__in=StaffRole.values).values_list("name", flat=True))
    change = RoleChange(given=tuple(sorted(wanted - held)), taken=tuple(sorted(held - wanted)))
    user.groups.remove(*StaffRoleGroup.objects.filter(name__in=change.taken))
    user.groups.add(*StaffRoleGroup.objects.filter(name__in=change.given))
    return change
