"""Who opens a link to pay is on the trail as the customer it was sent to; the link itself is not."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from dunning.documents.pay_link import pay_token
from tests.dunning.case_world import FAILED_AT, fail, the_case, tick


@pytest.fixture
def case(world):
    fail(world)
    tick(FAILED_AT)
    return the_case()


def test_opening_the_page_is_written_down_without_the_link(case):
    token = pay_token(case.pk, timezone.now())

    Client().get(f"/pay/{token}/", {"paid": "1"}, REMOTE_ADDR="198.51.100.4")

    [entry] = AuditEntry.objects.all()
    assert (entry.actor_kind, entry.actor_id, entry.action) == (
        "customer", str(case.customer_id), "viewed",
    )  # fmt: skip
    assert (entry.subject_kind, entry.subject_id) == ("dunningcase", str(case.pk))
    assert (entry.customer_id, entry.address) == (case.customer_id, "198.51.100.4")
    written = str(AuditEntry.objects.values().get())
    assert token not in written
    assert token.split(":")[0] not in written


def test_asking_to_pay_is_written_down_too(case):
    Client().post(f"/pay/{pay_token(case.pk, timezone.now())}/")

    assert list(AuditEntry.objects.values_list("action", "actor_kind")) == [
        ("submitted", "customer")
    ]


def test_a_link_that_opens_nothing_leaves_nothing(case):
    Client().get("/pay/made-up/")

    assert not AuditEntry.objects.exists()
