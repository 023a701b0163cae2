"""What a customer holds, and that recovery's advice on access is told beside it and changes nothing."""

from datetime import datetime

from django.test import Client

from accounts.operations.advise_access import advise_access
from tests.seatworld import day

URL = "/api/v1/entitlements"


def ask(world, **params):
    client = Client(headers={"Authorization": f"Bearer {world.key}"})
    return client.get(URL, params or {"customer": "acme"})


def test_seats_are_told_with_no_advice_while_all_is_paid(world):
    answer = ask(world).json()

    assert answer["held"] == [
        {
            "subscription": "acme-team", "plan": "team",
            "seats": {"member": {"active": 25}, "viewer": {}},
        }
    ]  # fmt: skip
    assert answer["access_advice"] == {
        "level": "none", "reason_code": "", "words": "", "since": None,
    }  # fmt: skip


def test_advice_stands_beside_the_seats_and_takes_none_away(world):
    before = ask(world).json()["held"]
    advise_access(
        customer_id=world.customer.pk, level="restrict_additions", reason_code="invoice_overdue",
        words="An invoice is overdue.", at=day(3, 1),
    )  # fmt: skip

    answer = ask(world).json()

    assert answer["held"] == before
    advice = answer["access_advice"]
    assert (advice["level"], advice["reason_code"]) == ("restrict_additions", "invoice_overdue")
    assert datetime.fromisoformat(advice["since"]) == day(3, 1)


def test_advice_withdrawn_is_not_told(world):
    said = {"customer_id": world.customer.pk, "reason_code": "x", "words": "x"}
    advise_access(level="banner", at=day(3, 1), **said)
    advise_access(level="none", at=day(3, 2), **said)

    assert ask(world).json()["access_advice"]["level"] == "none"


def test_an_unknown_customer_and_none_are_told_apart(world):
    assert ask(world, customer="nobody").status_code == 404
    assert ask(world, of="acme").status_code == 400
