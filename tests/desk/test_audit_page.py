"""The trail at the desk: found by person, subject, customer and day; exported; for administrators."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.calc.audit_chain import link_digest
from accounts.models import AuditEntry, AuditHead
from accounts.operations.record_audit import record_audit

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE = "desk:audit"


def put(number=0, **told):
    values = {"actor": None, "action": "viewed", "subject_kind": "invoice", "subject_id": "i-1"}
    values |= {"label": f"SL-{number:04}", "at": NOON + timedelta(minutes=number)}
    record_audit(**(values | told))


def shown(answer):
    return [row.label for row in answer.context["page"].rows]


@pytest.fixture
def administrator(as_role):
    return as_role("administrator")


@pytest.mark.parametrize("role", ["support", "analyst", "approver"])
def test_only_administrators_read_the_trail(as_role, role):
    client = as_role(role)

    assert client.get(reverse(PAGE)).status_code == 403
    assert client.get(reverse("desk:audit_csv")).status_code == 403


def test_an_empty_answer_says_what_to_do(administrator):
    answer = administrator.get(reverse(PAGE), {"action": "exported"})

    assert b"Nothing on the trail matches" in answer.content


def test_it_is_found_by_person_action_subject_customer_and_day(administrator, subscription):
    customer = subscription.customer
    neo = User.objects.create_user("neo", email="neo@example.com")
    put(1, actor=neo)
    put(2, action="exported")
    put(3, subject_kind="grantee", subject_id="g-7", label="Ida")
    put(4, customer_id=customer.pk)
    put(5, at=NOON + timedelta(days=40))
    asked = {
        ("person", "neo@example"): ["SL-0001"],
        ("action", "exported"): ["SL-0002"],
        ("kind", "grantee"): ["Ida"],
        ("subject", "g-7"): ["Ida"],
        ("subject", "SL-0004"): ["SL-0004"],
        ("customer", customer.legal_name[:5]): ["SL-0004"],
        ("customer", str(customer.pk)): ["SL-0004"],
        ("first", "2026-11-01"): [],
    }

    for (name, value), labels in asked.items():
        found = shown(administrator.get(reverse(PAGE), {name: value, "last": "2026-06-30"}))
        assert (name, value, found) == (name, value, labels)
    range_of = {"first": "2026-04-01", "last": "2026-04-30"}
    assert shown(administrator.get(reverse(PAGE), range_of)) == ["SL-0005"]


def test_pages_go_on_by_place_in_the_chain(administrator):
    for number in range(120):
        put(number)
    only = {"kind": "invoice"}

    first = administrator.get(reverse(PAGE), only)
    older = administrator.get(reverse(PAGE), only | {"before": first.context["page"].older_than})
    oldest = administrator.get(reverse(PAGE), only | {"before": older.context["page"].older_than})
    newer = administrator.get(reverse(PAGE), only | {"after": oldest.context["page"].newer_than})

    assert [len(shown(one)) for one in (first, older, oldest)] == [50, 50, 20]
    assert oldest.context["page"].older_than is None
    assert shown(newer) == shown(older)
    assert first.context["page"].newer_than is None
    assert f"?kind=invoice&amp;before={first.context['page'].older_than}" in first.content.decode()


def test_a_page_costs_the_same_for_two_entries_or_sixty(
    administrator, subscription, django_assert_num_queries
):
    put(1, customer_id=subscription.customer.pk)
    with CaptureQueriesContext(connection) as few:
        administrator.get(reverse(PAGE))
    for number in range(60):
        put(number, customer_id=subscription.customer.pk)

    with django_assert_num_queries(len(few)):
        administrator.get(reverse(PAGE))


def test_what_changed_is_told_in_words(administrator):
    change = {
        "what": "billingowner",
        "label": "Ida",
        "how": "changed",
        "fields": {"email": ["a", "b"]},
    }
    given = {"what": "user", "label": "neo", "how": "given", "rights": ["support"]}
    put(1, action="changed", detail={"changes": [change, given], "view": "x", "method": "POST"})

    text = administrator.get(reverse(PAGE)).content.decode()

    assert "billing owner Ida: email was “a”, is “b”" in text
    assert "user neo: support given" in text


def test_the_export_can_be_verified_and_computes_nothing(administrator):
    put(1, label="=cmd()")
    put(2)

    answer = administrator.get(reverse("desk:audit_csv"), {"kind": "invoice"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))

    assert [row["label"] for row in rows] == ["'=cmd()", "SL-0002"]
    for row in rows:
        assert row["digest"] == link_digest(
            previous_digest=row["previous_digest"],
            sequence=int(row["sequence"]),
            content=row["content_digest"],
        )


def test_looking_at_the_trail_is_on_the_trail(administrator):
    administrator.get(reverse(PAGE), {"person": "neo"})
    b"".join(administrator.get(reverse("desk:audit_csv")))

    entries = AuditEntry.objects.filter(subject_kind="auditentry").order_by("sequence")
    assert list(entries.values_list("action", "detail__asked__person")) == [
        ("listed", "neo"),
        ("exported", None),
    ]


def test_verify_audit_notes_the_head_and_goes_on_from_it(db, capsys):
    put(1)
    put(2)
    head = AuditHead.objects.get()

    call_command("verify_audit")
    put(3)
    call_command("verify_audit", after=2, digest=head.digest)

    first, second = capsys.readouterr().out.splitlines()
    assert first == f"2 entries are whole. Note the head: 2 {head.digest}"
    assert second.startswith("1 entries are whole. Note the head: 3 ")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE accounts_auditentry SET label = 'x' WHERE sequence = 2",
         "Trail, entry 2: what it says does not fit its digest"),
        ("DELETE FROM accounts_auditentry WHERE sequence = 2",
         "Trail, entry 2: it is missing from the trail"),
        ("DELETE FROM accounts_auditentry WHERE sequence = 3",
         "Trail, entry 3: the trail ends before its head, 3"),
        ("UPDATE accounts_auditentry SET digest = repeat('0', 64) WHERE sequence = 2",
         "Trail, entry 2: its link does not fit its digest"),
        ("UPDATE accounts_auditentry SET previous_digest = repeat('0', 64) WHERE sequence = 2",
         "Trail, entry 2: it does not link to the entry before it"),
    ],
)  # fmt: skip
def test_verify_audit_names_the_first_broken_entry(db, statement, words):
    for number in range(3):
        put(number)
    with connection.cursor() as cursor:  # as somebody who switched the triggers off
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)

    with pytest.raises(CommandError, match=words):
        call_command("verify_audit")


def test_a_rewritten_past_does_not_fit_a_noted_digest(db):
    put(1)

    with pytest.raises(CommandError, match="another digest than was noted"):
        call_command("verify_audit", after=1, digest="0" * 64)
    with pytest.raises(CommandError, match="There is no entry 9"):
        call_command("verify_audit", after=9)
