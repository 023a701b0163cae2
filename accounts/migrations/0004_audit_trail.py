"""The trail: entries linked by hashes; the database links them and refuses to change them."""

import uuid6
from django.db import migrations, models

FUNCTIONS = """
CREATE FUNCTION take_into_the_trail() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head accounts_audithead;
BEGIN
    SELECT * INTO head FROM accounts_audithead WHERE id = 1 FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO accounts_audithead (id, sequence, digest) VALUES (1, 0, '') ON CONFLICT DO NOTHING;
        SELECT * INTO head FROM accounts_audithead WHERE id = 1 FOR UPDATE;
    END IF;
    NEW.sequence := head.sequence + 1;
    NEW.previous_digest := head.digest;
    NEW.digest := encode(sha256(convert_to(
        concat(head.digest, ':', NEW.sequence, ':', NEW.content_digest), 'UTF8')), 'hex');
    UPDATE accounts_audithead SET sequence = NEW.sequence, digest = NEW.digest WHERE id = 1;
    RETURN NEW;
END $$;

CREATE FUNCTION refuse_change_to_trail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the trail is append-only: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION refuse_change_to_trail();
DROP FUNCTION take_into_the_trail();
"""

TRIGGERS = """
CREATE TRIGGER audit_entry_taken_in BEFORE INSERT ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION take_into_the_trail();
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change_to_trail();
CREATE TRIGGER audit_entry_append_only_truncate BEFORE TRUNCATE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_to_trail();
CREATE TRIGGER audit_head_moves_with_entries BEFORE INSERT OR UPDATE ON accounts_audithead
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change_to_trail();
CREATE TRIGGER audit_head_stays BEFORE DELETE ON accounts_audithead
    FOR EACH ROW EXECUTE FUNCTION refuse_change_to_trail();
CREATE TRIGGER audit_head_stays_truncate BEFORE TRUNCATE ON accounts_audithead
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_to_trail();
"""

DROP_TRIGGERS = """
DROP TRIGGER audit_head_stays_truncate ON accounts_audithead;
DROP TRIGGER audit_head_stays ON accounts_audithead;
DROP TRIGGER audit_head_moves_with_entries ON accounts_audithead;
DROP TRIGGER audit_entry_append_only_truncate ON accounts_auditentry;
DROP TRIGGER audit_entry_append_only ON accounts_auditentry;
DROP TRIGGER audit_entry_taken_in ON accounts_auditentry;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_access_advice"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "sequence",
                    models.BigIntegerField(
                        default=0, help_text="Place in the chain, from 1, without gaps", unique=True
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("user", "Staff"),
                            ("api_client", "API client"),
                            ("customer", "Customer"),
                            ("system", "System"),
                            ("nobody", "Not signed in"),
                        ],
                        max_length=10,
                    ),
                ),
                ("actor_id", models.CharField(blank=True, max_length=40)),
                (
                    "actor_label",
                    models.CharField(help_text="Its name at that time", max_length=200),
                ),
                (
                    "action",
                    models.CharField(
                        help_text="Stable code, such as viewed or changed", max_length=40
                    ),
                ),
                (
                    "subject_kind",
                    models.CharField(help_text="Stable code, such as invoice", max_length=60),
                ),
                ("subject_id", models.CharField(blank=True, max_length=100)),
                (
                    "label",
                    models.CharField(
                        blank=True, help_text="The subject's name or number", max_length=200
                    ),
                ),
                ("customer_id", models.UUIDField(blank=True, null=True)),
                (
                    "detail",
                    models.JSONField(
                        blank=True, default=dict, help_text="What changed; never secrets"
                    ),
                ),
                ("address", models.CharField(blank=True, help_text="IP address", max_length=45)),
                ("user_agent", models.CharField(blank=True, max_length=300)),
                ("request_id", models.CharField(blank=True, max_length=36)),
                (
                    "content_digest",
                    models.CharField(help_text="SHA-256 of what the entry says", max_length=64),
                ),
                ("previous_digest", models.CharField(blank=True, default="", max_length=64)),
                (
                    "digest",
                    models.CharField(
                        default="", help_text="SHA-256 with the entry before", max_length=64
                    ),
                ),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit entries",
                "ordering": ["-sequence"],
                "indexes": [
                    models.Index(fields=["at"], name="audit_by_time"),
                    models.Index(fields=["actor_id", "sequence"], name="audit_by_actor"),
                    models.Index(fields=["action", "sequence"], name="audit_by_action"),
                    models.Index(
                        fields=["subject_kind", "subject_id", "sequence"], name="audit_by_subject"
                    ),
                    models.Index(fields=["label", "sequence"], name="audit_by_label"),
                    models.Index(
                        condition=models.Q(("customer_id", None), _negated=True),
                        fields=["customer_id", "sequence"],
                        name="audit_by_customer",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "actor_kind__in",
                                ["user", "api_client", "customer", "system", "nobody"],
                            )
                        ),
                        name="audit_actor_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("action__regex", "^[a-z][a-z0-9_.]*$")),
                        name="audit_action_is_a_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("subject_kind__regex", "^[a-z][a-z0-9_.]*$")),
                        name="audit_subject_kind_is_a_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("content_digest__regex", "^[0-9a-f]{64}$")),
                        name="audit_content_digest_is_sha256",
                    ),
                    models.UniqueConstraint(
                        fields=("previous_digest",), name="audit_one_entry_follows"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("sequence", models.BigIntegerField(default=0)),
                ("digest", models.CharField(blank=True, default="", max_length=64)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="audit_head_is_one_row"
                    )
                ],
            },
        ),
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
    ]
