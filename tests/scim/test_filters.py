"""What SQL finds is what the library finds when it looks at each row."""

from datetime import timedelta
from itertools import product

import pytest
from scim2_models import ScimFilter

from accounts.models import DirectoryGroup, DirectoryMember, DirectoryUser, Grantee
from billing.api.scim.in_sql import NotInSql, condition_of
from billing.api.scim.narrowing import narrowed
from billing.api.scim.reading import group_resources, person_of, user_resources
from billing.api.scim.resources import Group, User
from tests.seatworld import START

# capitals, wildcards, quotes; İ and K are ASCII when small, a combined ẖ is no h; Σ has two small ones
PEOPLE = [
    {"userName": "Ada", "displayName": "Ada Łukasz", "name": {"givenName": "ADA"}, "externalId": "e-1",
     "emails": [{"value": "Ada@ACME.example", "type": "work", "primary": True}, {"value": "ada@home.example"}]},
    {"userName": "100%_o'Hara\\", "displayName": 'The "100%" \\ _', "name": {"formatted": "50% off"},
     "externalId": "%", "active": False},
    {"userName": "İNES\u212a", "displayName": "İNES\u212a", "name": {"familyName": "H\u0331i"}, "emails": []},
    {"userName": "ΑΣ", "displayName": "ΑΣ e\u0301A\u030a", "externalId": "\u212b", "name": {}},
    {"userName": "bo", "emails": [{"value": "%", "type": "WORK"}], "active": None},
]  # fmt: skip
WORDS = ["ada", "ADA", "%", "_", "'", "\\", '"', "i", "h", "k", "e-1", "İ", "σ", "Å"]
TEXTS = [
    "userName", "externalId", "displayName", "name.givenName", "name.familyName", "name.formatted",
    "emails", "emails.type", "id", "groups",
]  # fmt: skip
PREPARED_HERE = {"userName", "externalId", "id", "groups", "members"}  # not by the database
OTHERS = [
    "active eq true", "active ne true", "not (active eq false)", "active pr", "groups pr",
    *(f"{one} pr" for one in TEXTS if one not in ("emails", "groups")), "emails.value pr",
    'userName sw "a" and (displayName co "ada" or active eq false)',
    'not (emails.value ew "example" or externalId eq "%")',
    'not (displayName co "a") and not (externalId pr)',
    f'meta.created ge "{START.isoformat()}" and meta.lastModified lt "{(START + timedelta(days=2)).isoformat()}"',
    f'meta.lastModified ne "{START.isoformat()}"',
]  # fmt: skip
LEFT_TO_THE_LIBRARY = [
    'emails[type eq "work" and value co "acme"]', 'userName gt "b"', 'userName eq ""',
    "displayName eq null", 'userName eq "\\u0000"', 'userName co "\\ud800"', 'displayName co "ł"',
    "emails pr", "name pr", 'meta.created gt "2026-01-01T00:00:00"',
]  # fmt: skip


@pytest.fixture
def people(acme):
    for number, said in enumerate(PEOPLE):
        person = person_of(User.model_validate({"active": True, **said}))
        DirectoryUser.objects.create(
            customer=acme, grantee=Grantee.objects.create(external_id=f"p-{number}"),
            user_name=person.user_name, user_name_key=person.user_name_key,
            external_id=person.external_id, is_active=person.is_active,
            attributes=person.attributes, created_at=START, changed_at=START + timedelta(days=number),
        )  # fmt: skip
    return DirectoryUser.objects.filter(customer=acme)


@pytest.fixture
def groups(acme, people):
    for name, members in [("Ada's %", people[:2]), ("ẖ_", people[1:]), ("Nobody", [])]:
        group = DirectoryGroup.objects.create(
            customer=acme, display_name=name, created_at=START, changed_at=START
        )
        DirectoryMember.objects.bulk_create(DirectoryMember(group=group, user=u) for u in members)
    return DirectoryGroup.objects.filter(customer=acme)


def quoted(attributes, words):
    compared = product(attributes, ["eq", "ne", "co", "sw", "ew"], words)
    return [(one, word, f"{one} {op} {ScimFilter.quote(word)}") for one, op, word in compared]


def check(asked, rows, resources, bound, kind):
    condition = condition_of(bound(asked).ast, kind)
    found = set(rows.filter(condition).values_list("pk", flat=True))
    assert found == {key for key, one in resources.items() if bound(asked).match(one)}, asked


def check_all(attributes, words, *rest):
    for attribute, word, asked in quoted(attributes, words):
        if word.isascii() or attribute in PREPARED_HERE:
            check(asked, *rest)


def test_people_found_in_sql_are_those_the_library_finds(people, groups):
    resources = user_resources(people)
    rest = (people, resources, ScimFilter[User], "User")

    check_all(TEXTS, [*WORDS, str(people[0].pk), str(groups[0].pk)[:9]], *rest)
    for asked in OTHERS:
        check(asked, *rest)


def test_groups_found_in_sql_are_those_the_library_finds(groups, people):
    rest = (groups, group_resources(groups), ScimFilter[Group], "Group")

    check_all(
        ["displayName", "members"], [*WORDS, str(people[1].pk), str(people[1].pk).upper()], *rest
    )
    for asked in ["members pr", "displayName pr", "externalId pr", "not (members.value pr)"]:
        check(asked, *rest)


@pytest.mark.parametrize("asked", LEFT_TO_THE_LIBRARY)
def test_what_sql_cannot_compare_is_left_to_the_library(people, asked):
    part = ScimFilter[User](asked)
    both = ScimFilter[User](f"active eq true and {asked}")

    with pytest.raises(NotInSql):
        condition_of(part.ast, "User")
    found = narrowed(people, "User", both)
    assert (found.rows.count(), found.is_whole) == (3, False)


def test_what_a_kind_of_resource_lacks_matches_none_of_it(groups):
    asked = ScimFilter[User | Group]('userName ne "ada"')

    assert narrowed(groups, "Group", asked).rows.count() == 0
