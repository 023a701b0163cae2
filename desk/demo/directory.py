"""One customer whose directory speaks SCIM: three people come by a group, one of them leaves."""

import json
from typing import Any

from django.test import Client
from django.utils import timezone
from uuid6 import uuid7

from accounts.models import Customer
from accounts.operations.issue_directory_token import issue_directory_token
from billing.operations.follow_directory import Origin
from billing.operations.map_directory import MappingWish, map_directory
from desk.demo.portal_people import SIZES
from desk.demo.story import DoorClosed, Story

PEOPLE = ("Ines Okafor", "Jonas Weiss", "Rita Falk")
SCIM = "urn:ietf:params:scim:schemas:core:2.0"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def connect_directory(*, story: Story) -> str:
    """The first middling customer gets a token; its directory sends people. What to print."""
    team = next((one for one in story.teams if one.held[one.main] in SIZES), None)
    if team is None:  # the first days of the story know no such customer
        return ""
    customer = Customer.objects.get(external_id=team.company.key)
    _, text = issue_directory_token(customer_id=customer.pk, name="Okta", at=timezone.now())
    directory = Directory(text)
    domain = team.company.owner_email.rpartition("@")[2]
    people = [directory.person(name, domain) for name in PEOPLE]
    group = directory.send(
        "POST", "/Groups", {"schemas": [f"{SCIM}:Group"], "displayName": "Engineering"}
    )
    wish = MappingWish(
        directory_group_id=group["id"], subscription=f"sub-{team.company.key}", seat_type=team.main
    )
    origin = Origin(customer.pk, team.company.owner_name, str(uuid7()), timezone.now())
    map_directory(origin=origin, wish=wish)
    members = [{"value": one["id"]} for one in people]
    directory.patch(f"/Groups/{group['id']}", op="add", path="members", value=members)
    directory.patch(f"/Users/{people[-1]['id']}", op="replace", path="active", value=False)
    return f"Directory of {customer.legal_name} (SCIM at /scim/v2): export SCIM_TOKEN={text}"


class Directory:
    """Sends as a directory does, through the door."""

    def __init__(self, token: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token}"}, SERVER_NAME="localhost")

    def person(self, name: str, domain: str) -> Any:
        email = f"{name.lower().replace(' ', '.')}@{domain}"
        said = {"schemas": [f"{SCIM}:User"], "userName": email, "displayName": name, "active": True}
        return self.send("POST", "/Users", {**said, "emails": [{"value": email, "primary": True}]})

    def patch(self, address: str, /, **operation: Any) -> None:
        self.send("PATCH", address, {"schemas": [PATCH], "Operations": [operation]})

    def send(self, method: str, path: str, body: Any) -> Any:
        answer = self.client.generic(
            method, f"/scim/v2{path}", json.dumps(body), content_type="application/scim+json"
        )
        if answer.status_code >= 300:
            raise DoorClosed(f"{path}: {answer.status_code} {answer.content.decode()[:500]}")
        return json.loads(answer.content or "null")
