"""`manage.py create_api_client` prints a working key once and keeps only its digest."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import ApiClient


def created(capsys, name: str, *scopes: str) -> str:
    call_command("create_api_client", name, *(f"--scope={one}" for one in scopes))
    return capsys.readouterr().out.strip()


def test_the_printed_key_opens_what_its_scopes_allow_and_nothing_else(db, capsys):
    key = created(capsys, "reporting", "billing:read")

    caller = Client(headers={"Authorization": f"Bearer {key}"})

    assert caller.get("/api/v1/invoices").status_code == 200
    assert caller.post("/api/v1/customers", {}).status_code == 403


def test_the_key_itself_is_stored_nowhere(db, capsys):
    key = created(capsys, "reporting", "billing:read", "events:write")

    client = ApiClient.objects.get(name="reporting")

    assert client.scopes == ["billing:read", "events:write"]
    stored = [str(getattr(client, column.attname)) for column in ApiClient._meta.concrete_fields]
    assert not any(key in value for value in stored)


def test_a_name_is_taken_once(db, capsys):
    created(capsys, "reporting", "billing:read")

    with pytest.raises(CommandError, match="Choose another name"):
        created(capsys, "reporting", "billing:read")

    assert ApiClient.objects.filter(name="reporting").count() == 1


@pytest.mark.parametrize("scopes", [(), ("everything",)])
def test_a_key_needs_a_known_scope(db, capsys, scopes):
    with pytest.raises(CommandError):
        created(capsys, "reporting", *scopes)

    assert not ApiClient.objects.exists()
