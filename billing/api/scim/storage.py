"""Where SCIM reads and writes: the directory of one customer. Nobody else's rows are in reach."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

from django.db import transaction
from django.db.models import QuerySet
from scim2_models import (
    ForbiddenException,
    InvalidValueException,
    NotFoundException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    SCIMException,
    SearchRequest,
    UniquenessException,
)
from scim2_server.storage import ScimStorage, SearchPage

from accounts.models import Customer, DirectoryGroup, DirectoryUser
from billing.api.scim.narrowing import keeps_members, mentions_members, narrowed
from billing.api.scim.reading import group_resources, person_of, team_of, user_resources
from billing.api.scim.resources import Group, User
from billing.operations.follow_directory import Followed, Origin, SeatsRefused
from billing.operations.provision_group import (
    MemberUnknown,
    add_group,
    change_group,
    key_of,
    remove_group,
)
from billing.operations.provision_person import (
    UserNameTaken,
    add_person,
    change_person,
    remove_person,
)
from kernel.refusal import Refusal

MODELS: Mapping[str, type[DirectoryUser] | type[DirectoryGroup]] = {
    "User": DirectoryUser,
    "Group": DirectoryGroup,
}
Row = DirectoryUser | DirectoryGroup


def as_scim(refusal: Refusal) -> SCIMException:
    """
    Our no in SCIM's words. A seat that cannot be given is 403: identity providers show its detail and
    try again later, whereas they take 409 for “exists already” and 400 for a fault of their own.
    """
    if isinstance(refusal, UserNameTaken):
        return UniquenessException(detail=str(refusal))
    if isinstance(refusal, MemberUnknown):
        return InvalidValueException(detail=str(refusal))
    assert isinstance(refusal, SeatsRefused), refusal
    return ForbiddenException(detail=str(refusal))


class DirectoryStorage(ScimStorage):
    """
    The directory `origin` speaks for. `followed` adds up the seats given and taken.

    Each operation of a bulk request has a name of its own, so that none is taken for another again.
    """

    def __init__(self, origin: Origin, *, is_writing: bool) -> None:
        self.request, self.origin, self.is_writing = origin, origin, is_writing
        self.followed, self.operations = Followed(), 0

    @contextmanager
    def operation(self) -> Iterator[None]:
        """One transaction an operation; changes of one directory take turns."""
        before = self.followed
        self.operations += 1
        name = f"{self.request.request_id}-{self.operations}"
        self.origin = replace(self.request, request_id=name)
        try:
            with transaction.atomic():
                if self.is_writing:
                    customers = Customer.objects.select_for_update(no_key=True)
                    customers.get(pk=self.origin.customer_id)
                yield
        except Refusal as refusal:
            self.followed = before
            raise as_scim(refusal) from refusal

    def rows(self, resource_type: ResourceType) -> QuerySet[Any]:
        """The customer's own, and the only way to any row."""
        model = MODELS[str(resource_type.name)]
        return model._default_manager.filter(customer=self.origin.customer_id)

    def row(
        self, resource_type: ResourceType, resource_id: str | None, expected: str | None = None
    ) -> Row:
        key = key_of(resource_id or "")
        row = self.rows(resource_type).filter(pk=key).first() if key else None
        if row is None:
            raise NotFoundException(detail=f"There is no {resource_type.name} {resource_id}.")
        if expected is not None and expected != version_of(row):
            raise PreconditionFailedException(detail="It was changed meanwhile. Read it again.")
        return cast(Row, row)

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        row = self.row(resource_type, resource_id)
        (resource,) = self.shown([row], with_members=keeps_members(response_parameters))
        return resource

    def shown(self, rows: Sequence[Row], *, with_members: bool = True) -> list[Resource[Any]]:
        """In the order of the rows; people and groups may be mixed."""
        people = [row for row in rows if isinstance(row, DirectoryUser)]
        groups = [row for row in rows if isinstance(row, DirectoryGroup)]
        found = {
            **user_resources(people, with_groups=with_members),
            **group_resources(groups, with_members=with_members),
        }
        return [found[row.pk] for row in rows]

    def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: Any = None,
    ) -> SearchPage:
        """In SQL where it can compare all that is asked; else the library decides on what SQL found."""
        start, stop = search_request.start_index_0 or 0, search_request.stop_index_0
        kind = resource_types[0]
        searched = narrowed(self.rows(kind), str(kind.name), search_request.filter)
        if len(resource_types) == 1 and searched.is_whole and search_request.sort_by is None:
            total, page = searched.rows.count(), list(searched.rows[start:stop])
        else:
            found = self.matching(resource_types, search_request)
            total, page = len(found), found[start:stop]
        return SearchPage(total, self.shown(page, with_members=keeps_members(search_request)))

    def matching(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any]
    ) -> list[Row]:
        """Rows that match, in the order asked for; members are read only where they are asked about."""
        scim_filter = search_request.filter
        found = {
            str(row.pk): row
            for one in resource_types
            for row in narrowed(self.rows(one), str(one.name), scim_filter).rows
        }
        seen = self.shown(
            list(found.values()),
            with_members=mentions_members(scim_filter, search_request.sort_by),
        )
        if scim_filter is not None:
            seen = [one for one in seen if scim_filter.match(one)]
        return [found[str(one.id)] for one in search_request.sort(seen)]

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        row: Row
        if isinstance(resource, User):
            resource = resource.model_copy(update={"active": resource.active is not False})
            row, followed = add_person(origin=self.origin, person=person_of(resource))
        else:
            row, followed = add_group(origin=self.origin, team=team_of(cast(Group, resource)))
        self.add_up(followed)
        return self.get(resource_type, str(row.pk))

    def update(
        self,
        resource_type: ResourceType,
        resource: Resource[Any],
        *,
        expected_version: str | None = None,
    ) -> Resource[Any]:
        row = self.row(resource_type, resource.id, expected_version)
        if isinstance(row, DirectoryUser):
            person = person_of(cast(User, resource))
            self.add_up(change_person(origin=self.origin, user=row, person=person))
        else:
            team = team_of(cast(Group, resource))
            self.add_up(change_group(origin=self.origin, group=row, team=team))
        return self.get(resource_type, str(row.pk))

    def delete(
        self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None
    ) -> None:
        row = self.row(resource_type, resource_id, expected_version)
        if isinstance(row, DirectoryUser):
            self.add_up(remove_person(origin=self.origin, user=row))
        else:
            self.add_up(remove_group(origin=self.origin, group=row))

    def add_up(self, followed: Followed) -> None:
        self.followed = Followed(
            self.followed.given + followed.given, self.followed.taken + followed.taken
        )


def version_of(row: Row) -> str:
    return f'W/"{row.version}"'
