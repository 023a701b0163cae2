"""The trail: entries follow each other without gaps, stay as written, and lose their secrets."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError

from accounts.calc.audit_chain import link_digest
from accounts.models import ApiClient, AuditEntry, AuditHead
from accounts.operations.record_audit import HIDDEN, record_audit
from accounts.operations.verify_audit import verify_audit

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def see(**told):
    values = {"actor": None, "action": "viewed", "subject_kind": "customer", "subject_id": "c-1"}
    return record_audit(**(values | {"at": NOON} | told))


def test_each_entry_follows_the_one_before_it(db):
    for number in range(3):
        see(subject_id=f"c-{number}", detail={"number": number, "text": "ä", "none": None})

    first, second, third = AuditEntry.objects.order_by("sequence")
    assert [first.sequence, second.sequence, third.sequence] == [1, 2, 3]
    assert (first.previous_digest, second.previous_digest) == ("", first.digest)
    assert third.digest == link_digest(
        previous_digest=second.digest, sequence=3, content=third.content_digest
    )
    assert (AuditHead.objects.get().sequence, AuditHead.objects.get().digest) == (3, third.digest)
    assert verify_audit() is None


def test_ten_threads_write_without_gaps(transactional_db):
    def write(number):
        try:
            for turn in range(10):
                see(subject_id=f"{number}-{turn}")
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(write, range(10)))

    assert list(AuditEntry.objects.order_by("sequence").values_list("sequence", flat=True)) == [
        *range(1, 101)
    ]
    assert verify_audit() is None


def test_what_is_rolled_back_leaves_no_gap(transactional_db):
    see()
    with transaction.atomic():
        see()
        transaction.set_rollback(True)
    see()

    assert list(AuditEntry.objects.order_by("sequence").values_list("sequence", flat=True)) == [
        1,
        2,
    ]
    assert verify_audit() is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET label = 'x'",
        "DELETE FROM accounts_auditentry",
        "UPDATE accounts_audithead SET sequence = 9",
        "INSERT INTO accounts_audithead (id, sequence, digest) VALUES (1, 9, '')",
        "DELETE FROM accounts_audithead",
        "TRUNCATE accounts_auditentry",
        "TRUNCATE accounts_audithead",
    ],
)
def test_audit_entry_append_only_and_audit_head_moves_with_entries(db, statement):
    see()

    with pytest.raises(IntegrityError, match="the trail is append-only"), transaction.atomic():
        connection.cursor().execute(statement)


def test_who_inserts_by_hand_does_not_choose_the_place(db):
    see()
    see()
    entry = AuditEntry.objects.get(sequence=1)
    entry.pk, entry.sequence, entry.digest = uuid4(), 77, "f" * 64
    entry.save(force_insert=True)

    assert AuditEntry.objects.get(pk=entry.pk).sequence == 3
    assert verify_audit().sequence == 3  # what it says was signed under another id


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"action": "Viewed!"}, "audit_action_is_a_code"),
        ({"subject_kind": ""}, "audit_subject_kind_is_a_code"),
    ],
)
def test_codes_are_codes(db, wrong, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        see(**wrong)


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("actor_kind", "'ghost'", "audit_actor_kind_is_known"),
        ("content_digest", "'short'", "audit_content_digest_is_sha256"),
    ],
)
def test_columns_are_what_they_should_be(db, column, value, constraint):
    see()
    rest = [field.column for field in AuditEntry._meta.fields if field.column not in ("id", column)]
    names = ", ".join(rest)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        connection.cursor().execute(
            f"INSERT INTO accounts_auditentry (id, {names}, {column}) "
            f"SELECT gen_random_uuid(), {names}, {value} FROM accounts_auditentry"
        )


def test_one_entry_follows_and_the_head_is_one_row(db):
    see()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        with pytest.raises(IntegrityError, match="audit_one_entry_follows"), transaction.atomic():
            cursor.execute(
                "INSERT INTO accounts_auditentry SELECT gen_random_uuid(), 2, at, actor_kind, actor_id,"
                " actor_label, action, subject_kind, subject_id, label, customer_id, detail, address,"
                " user_agent, request_id, content_digest, previous_digest, digest"
                " FROM accounts_auditentry"
            )
        with pytest.raises(IntegrityError, match="audit_head_is_one_row"), transaction.atomic():
            cursor.execute(
                "INSERT INTO accounts_audithead (id, sequence, digest) VALUES (2, 0, '')"
            )


def test_secrets_never_come_in(db):
    see(
        detail={
            "password": "hunter2",
            "fields": {"api_key": ["sl_123"], "note": "fine"},
            "amount": 12.5,
            "at": NOON,
        }
    )

    assert AuditEntry.objects.get().detail == {
        "password": HIDDEN,
        "fields": {"api_key": HIDDEN, "note": "fine"},
        "amount": "12.5",
        "at": "2026-11-21 12:00:00+00:00",
    }
    assert verify_audit() is None


def test_any_text_a_request_can_carry_is_kept(db):
    see(label="a\x00b\ud800", user_agent="x" * 900, detail={"k\x00": "\udfff"})

    entry = AuditEntry.objects.get()
    assert (entry.label, len(entry.user_agent)) == ("ab?", 300)
    assert verify_audit() is None


def test_who_acts_is_written_down_by_kind(db):
    user = User.objects.create_user("ana")
    client = ApiClient.objects.create(name="crm", key_prefix="sl_1", key_digest="d")
    for actor in (user, client, AnonymousUser(), None):
        see(actor=actor)

    assert list(
        AuditEntry.objects.order_by("sequence").values_list("actor_kind", "actor_id", "actor_label")
    ) == [
        ("user", str(user.pk), "ana"),
        ("api_client", str(client.pk), "crm"),
        ("nobody", "", "Not signed in"),
        ("system", "", "Seatledger"),
    ]


def test_one_statement_writes_an_entry(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        see()


def test_a_trail_that_cannot_be_written_says_so(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")

        with pytest.raises(InternalError, match="read-only"), transaction.atomic():
            see()
