"""What a directory may tell us: no more of a person than a seat and a name on a list need."""

from typing import Annotated, Any

from pydantic import Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Filter,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

MOST_RESULTS = 200
MOST_OPERATIONS = 100
LARGEST_BULK_BYTES = 1024 * 1024


class Name(ComplexAttribute):
    formatted: str | None = None
    """The whole name, as it is shown."""

    family_name: str | None = None
    """The family name."""

    given_name: str | None = None
    """The given name."""


class Email(ComplexAttribute):
    value: Annotated[str | None, Required.true] = None
    """An e-mail address."""

    type: str | None = Field(None, examples=["work", "home", "other"])
    """What the address is for."""

    primary: bool | None = None
    """Whether it is the address to write to."""


class GroupOfUser(ComplexAttribute):
    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    """The id of the group."""

    ref: Annotated[Reference["Group"] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The address of the group."""

    display: Annotated[str | None, Mutability.read_only] = None
    """The name of the group."""


class User(Resource[Any]):
    """A person. Whatever else a directory sends is not kept."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    """The name the person signs in with at the directory, once in a directory."""

    name: Name | None = None
    """The parts of the person's name."""

    display_name: str | None = None
    """The name of the person, as it is shown."""

    active: bool | None = None
    """Whether the person may hold seats. False takes every seat back."""

    emails: list[Email] | None = None
    """The person's addresses; the primary one is how we recognize them."""

    groups: Annotated[list[GroupOfUser] | None, Mutability.read_only] = None
    """The groups of the directory the person is in."""


class Member(ComplexAttribute):
    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    """The id of a user of this directory."""

    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The address of the user."""

    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])
    """Always User: a group has people in it, no groups."""


class Group(Resource[Any]):
    """A group of people. What its members get is said in the portal."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true] = None
    """The name of the group."""

    members: list[Member] | None = None
    """The people in the group."""


CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=True, max_operations=MOST_OPERATIONS, max_payload_size=LARGEST_BULK_BYTES),
    filter=Filter(supported=True, max_results=MOST_RESULTS),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=True),
    etag=ETag(supported=True),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="Directory token",
            description="A token made on the page “Directory” of the portal, sent as Bearer.",
            primary=True,
        )
    ],
)
POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
PROVIDER = ScimProvider(models=[User, Group], config=CONFIG, policy=POLICY)
