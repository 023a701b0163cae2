"""Requests as Entra ID and Okta send them, and what is refused; raw bodies, no client in between."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, DirectoryMember, DirectoryRequest, DirectoryUser
from accounts.operations.forget_directory_requests import forget_directory_requests
from accounts.operations.issue_directory_token import (
    MOST_TOKENS,
    TooManyTokens,
    issue_directory_token,
)
from accounts.operations.revoke_directory_token import revoke_directory_token
from tests.seatworld import START, make_customer

TYPE = "application/scim+json"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


class Door:
    """Sends JSON with a token and reads the answer."""

    def __init__(self, customer) -> None:
        self.token, self.text = issue_directory_token(
            customer_id=customer.pk, name="Entra ID", at=START
        )
        self.client = Client()

    def ask(self, method, path, body=None, **headers):
        content = b"" if body is None else json.dumps(body)
        return self.client.generic(
            method, f"/scim/v2{path}", content, content_type=TYPE,
            headers={"Authorization": f"Bearer {self.text}", **headers},
        )  # fmt: skip

    def user(self, name="ada", **more):
        answer = self.ask("POST", "/Users", {"schemas": [USER], "userName": name, **more})
        assert answer.status_code == 201, answer.content
        return answer.json()

    def group(self, name="Team", *members):
        said = {"displayName": name, "members": [{"value": one} for one in members]}
        return self.ask("POST", "/Groups", {"schemas": [GROUP], **said}).json()

    def patch(self, path, *operations, **headers):
        return self.ask("PATCH", path, {"schemas": [PATCH], "Operations": operations}, **headers)


@pytest.fixture
def door(acme) -> Door:
    return Door(acme)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "Replace", "path": "active", "value": "False"}, {"active": False}),
        ({"op": "replace", "value": {"active": False}}, {"active": False}),
        (
            {"op": "Replace", "value": {"name.givenName": "Augusta"}},
            {"name": {"givenName": "Augusta"}},
        ),
        (
            {"op": "Add", "path": 'emails[type eq "work"].value', "value": "ada@acme.example"},
            {"emails": [{"type": "work", "value": "ada@acme.example"}]},
        ),
        (
            {"op": "add", "path": f"{USER}:displayName", "value": "Ada L."},
            {"displayName": "Ada L."},
        ),
        ({"op": "Add", "path": "title", "value": "Countess"}, {"displayName": "Ada"}),
        ({"op": "remove", "path": "displayName"}, {"displayName": None}),
    ],
)
def test_people_are_changed_in_the_dialects_of_identity_providers(door, operation, expected):
    ada = door.user(displayName="Ada")

    answer = door.patch(f"/Users/{ada['id']}", operation)

    assert answer.status_code == 200
    assert {key: answer.json().get(key) for key in expected} == expected
    assert answer.json()["active"] is expected.get("active", True)


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "Remove", "path": "members", "value": [{"value": "ADA"}]},
        {"op": "remove", "path": 'members[value eq "ADA"]'},
        {"op": "replace", "path": "members", "value": [{"value": "BOB"}]},
        {"op": "Replace", "value": {"members": [{"value": "BOB"}], "displayName": "Team"}},
    ],
)
def test_members_leave_in_the_dialects_of_identity_providers(door, operation):
    ada, bob = door.user("ada"), door.user("bob")
    team = door.group("Team", ada["id"], bob["id"])
    said = json.dumps(operation).replace("ADA", ada["id"]).replace("BOB", bob["id"])

    answer = door.patch(f"/Groups/{team['id']}", json.loads(said))

    assert (answer.status_code, answer.content) == (204, b"")
    assert [str(one.user_id) for one in DirectoryMember.objects.all()] == [bob["id"]]


def test_a_person_shows_their_groups_and_a_group_its_people(door):
    ada = door.user()
    team = door.group("Team", ada["id"])
    groups = door.ask("GET", f"/Users/{ada['id']}").json()["groups"]
    url = "http://testserver/scim/v2"
    assert groups == [
        {"value": team["id"], "$ref": f"{url}/Groups/{team['id']}", "display": "Team"}
    ]
    assert team["members"] == [
        {"value": ada["id"], "$ref": f"{url}/Users/{ada['id']}", "type": "User"}
    ]
    short = door.ask("GET", f"/Groups/{team['id']}?excludedAttributes=members").json()
    assert "members" not in short


def test_a_page_of_what_matches_is_cut_in_sql(door):
    for name in ("ada", "bob", "dora", "eva"):
        door.user(name)
    door.ask("GET", "/Users")  # what is noted once a minute

    with CaptureQueriesContext(connection) as asked:
        answer = door.ask("GET", '/Users?filter=userName co "a"&startIndex=2&count=1').json()

    assert [one["userName"] for one in answer["Resources"]] == ["dora"]
    assert (answer["totalResults"], answer["itemsPerPage"]) == (3, 1)
    read = [one["sql"] for one in asked if 'FROM "accounts_directoryuser"' in one["sql"]]
    assert len(read) == 2
    assert "LIMIT 1 OFFSET 1" in read[1]


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ('filter=userName eq "ADA"', ["ada"]),
        ('filter=externalId eq "e-2"', ["bob"]),
        ('filter=emails.value eq "bob@acme.example"', ["bob"]),
        ('filter=emails[type eq "work" and value co "@acme"]', ["bob"]),
        ('filter=userName sw "a" or externalId pr&sortBy=userName', ["ada", "bob"]),
        ('filter=active eq true and not (userName eq "ada")', ["bob", "cy"]),
        ("sortBy=userName&sortOrder=descending&count=2", ["cy", "bob"]),
        ("startIndex=2&count=1", ["bob"]),
        ('filter=userName eq "nobody"', []),
    ],
)
def test_people_are_found_by_filters_order_and_pages(door, search, names):
    door.user("ada")
    email = {"value": "bob@acme.example", "type": "work"}
    door.user("bob", externalId="e-2", emails=[email])
    door.user("cy")

    answer = door.ask("GET", f"/Users?{search}")

    assert [one["userName"] for one in answer.json().get("Resources", [])] == names


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "scim_type"),
    [
        ("GET", "/Users?filter=userName xx 1", None, 400, "invalidFilter"),
        ("GET", '/Users?filter=shoeSize eq "42"', None, 400, "invalidFilter"),
        ("POST", "/Users", {"schemas": [USER], "userName": "ADA"}, 409, "uniqueness"),
        ("POST", "/Users", {"schemas": [USER]}, 400, "invalidValue"),
        ("POST", "/Users", {"schemas": [USER], "userName": "x" * 201}, 400, "invalidValue"),
        ("POST", "/Users", {"schemas": [USER], "userName": " "}, 400, "invalidValue"),
        ("POST", "/Users", {"schemas": [USER], "userName": "a\x00"}, 400, "invalidValue"),
        ("POST", "/Users", "nonsense", 400, "invalidSyntax"),
        ("GET", "/Users/not-an-id", None, 404, None),
        ("GET", "/Nowhere", None, 404, None),
        ("GET", "/Me", None, 501, None),
        ("DELETE", "/Users", None, 405, None),
        (
            "POST",
            "/Groups",
            {"schemas": [GROUP], "displayName": "T", "members": [{"value": "7"}]},
            400,
            "invalidValue",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_in_the_words_of_scim(
    door, method, path, body, status, scim_type
):
    door.user("ada")

    answer = door.ask(method, path, body)

    error = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, TYPE)
    assert (error["status"], error.get("scimType")) == (str(status), scim_type)
    assert error["detail"]
    assert DirectoryUser.objects.count() == 1


def test_a_version_protects_from_overwriting_what_changed_meanwhile(door):
    ada = door.user()
    version = ada["meta"]["version"]
    rename = {"op": "replace", "path": "displayName", "value": "Ada"}
    first = door.patch(f"/Users/{ada['id']}", rename, **{"If-Match": version})
    second = door.patch(f"/Users/{ada['id']}", rename, **{"If-Match": version})
    assert (first.status_code, second.status_code) == (200, 412)
    newest = first.headers["ETag"]
    unchanged = door.ask("GET", f"/Users/{ada['id']}", **{"If-None-Match": newest})
    assert (newest, unchanged.status_code) == ('W/"2"', 304)


def test_many_operations_in_one_request_know_each_other_and_stand_alone(door):
    # given a group of somebody made in the same request, and one operation that fails
    door.user("taken")
    operations = [
        {"method": "POST", "path": "/Groups", "bulkId": "g",
         "data": {"schemas": [GROUP], "displayName": "Team", "members": [{"value": "bulkId:u"}]}},
        {"method": "POST", "path": "/Users", "bulkId": "u", "data": {"schemas": [USER], "userName": "new"}},
        {"method": "POST", "path": "/Users", "bulkId": "t", "data": {"schemas": [USER], "userName": "taken"}},
    ]  # fmt: skip

    answer = door.ask("POST", "/Bulk", {"schemas": [BULK], "Operations": operations})

    assert [one["status"] for one in answer.json()["Operations"]] == ["201", "201", "409"]
    assert DirectoryMember.objects.get().user.user_name == "new"
    line = door.token.requests.first()
    assert line.detail == "1 of 3 refused: There is a user “taken” already."

    stopping = {"schemas": [BULK], "failOnErrors": 1, "Operations": operations[2:] + operations[:1]}
    answer = door.ask("POST", "/Bulk", stopping)
    assert [one["status"] for one in answer.json()["Operations"]] == ["409"]


def test_another_customers_people_do_not_exist(door):
    ada = door.user()
    other = Door(make_customer(None, "other"))
    team = other.group("Theirs")
    add = {"op": "add", "path": "members", "value": [{"value": ada["id"]}]}

    answers = [
        other.ask("GET", f"/Users/{ada['id']}"),
        other.patch(f"/Users/{ada['id']}", {"op": "replace", "value": {"active": False}}),
        other.ask("DELETE", f"/Users/{ada['id']}"),
    ]

    assert [one.status_code for one in answers] == [404, 404, 404]
    assert other.ask("GET", "/Users").json()["totalResults"] == 0
    assert other.patch(f"/Groups/{team['id']}", add).json()["scimType"] == "invalidValue"
    assert DirectoryUser.objects.get().is_active


def test_without_a_working_token_only_the_configuration_is_shown(door, acme):
    assert Client().get("/scim/v2/ServiceProviderConfig").status_code == 200
    nobody = Client().get("/scim/v2/Users")
    assert (nobody.status_code, nobody.headers["WWW-Authenticate"]) == (401, 'Bearer realm="SCIM"')
    expiring, text = issue_directory_token(customer_id=acme.pk, name="Short", days=1, at=START)
    door.text = text
    with time_machine.travel(START + timedelta(hours=23), tick=False):
        assert door.ask("GET", "/Users").status_code == 200
    with time_machine.travel(START + timedelta(days=1), tick=False):
        assert door.ask("GET", "/Users").status_code == 401
    revoke_directory_token(customer_id=acme.pk, token_id=expiring.pk, at=START)
    with time_machine.travel(START + timedelta(hours=1), tick=False):
        assert door.ask("GET", "/Users").status_code == 401


def test_a_customer_holds_few_tokens_at_once(acme):
    for number in range(MOST_TOKENS):
        issue_directory_token(customer_id=acme.pk, name=f"T{number}", at=START)
    with pytest.raises(TooManyTokens):
        issue_directory_token(customer_id=acme.pk, name="One more", at=START)


def test_too_many_requests_of_a_token_wait(door, settings):
    settings.API_REQUESTS_PER_MINUTE = 2
    answers = [door.ask("GET", "/Users") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) > 0
    assert answers[2].json()["status"] == "429"


def test_the_trail_knows_which_directory_looked_and_changed(door, acme):
    ada = door.user()
    door.ask("GET", f"/Users/{ada['id']}")
    entries = AuditEntry.objects.filter(customer_id=acme.pk).order_by("sequence")
    told = [(one.actor_label, one.action, one.subject_kind) for one in entries]
    assert told == [
        ("Directory “Entra ID”", "changed", "directoryuser"),
        ("Directory “Entra ID”", "viewed", "directoryuser"),
    ]


def test_a_token_sent_in_the_clear_is_refused_not_redirected(door, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = door.ask("GET", "/Users")
    assert (answer.status_code, answer.json()["code"]) == (403, "https_required")


def test_what_was_asked_is_forgotten_after_90_days(door):
    for days in (0, 91):
        with time_machine.travel(START + timedelta(days=days), tick=False):
            door.user(f"ada-{days}")

    assert forget_directory_requests(at=START + timedelta(days=90)) == 0
    assert forget_directory_requests(at=START + timedelta(days=90, seconds=1)) == 1
    assert DirectoryRequest.objects.get().asked_at == START + timedelta(days=91)
