"""Two people sign one result, and a month opens again by an approved exception alone."""

import django.db.models.deletion
import uuid6
from django.conf import settings
from django.db import migrations, models

FUNCTIONS = """
CREATE OR REPLACE FUNCTION check_close_signature() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entity uuid;
    current_round integer;
BEGIN
    SELECT billing_entity_id INTO entity FROM billing_periodclose WHERE id = NEW.close_id;
    PERFORM lock_books_of(entity, true);
    SELECT count(*) + 1 INTO current_round FROM billing_closereopening WHERE close_id = NEW.close_id;
    IF NEW.round <> current_round THEN
        RAISE EXCEPTION 'round % of this month is over: sign in round %', NEW.round, current_round
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'close_signature_in_the_current_round', TABLE = TG_TABLE_NAME;
    END IF;
    IF NOT EXISTS (SELECT FROM billing_closerun WHERE id = NEW.run_id AND close_id = NEW.close_id
                      AND state = 'finished' AND digest = NEW.digest) THEN
        RAISE EXCEPTION 'what is signed is not what the checks of this month computed'
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'close_signature_over_a_computed_result', TABLE = TG_TABLE_NAME;
    END IF;
    IF NEW.position = 2 THEN
        IF NOT EXISTS (SELECT FROM billing_closesignature
                        WHERE close_id = NEW.close_id AND round = NEW.round AND position = 1
                          AND digest = NEW.digest) THEN
            RAISE EXCEPTION 'both signatures are over the same result: the first one is missing or over another'
                USING ERRCODE = 'integrity_constraint_violation',
                      CONSTRAINT = 'close_signatures_agree', TABLE = TG_TABLE_NAME;
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION check_close_reopening() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    subject billing_periodclose;
BEGIN
    SELECT * INTO subject FROM billing_periodclose WHERE id = NEW.close_id;
    PERFORM lock_books_of(subject.billing_entity_id, true);
    IF NOT EXISTS (SELECT FROM billing_closesignature
                    WHERE close_id = NEW.close_id AND round = NEW.round AND position = 2)
       OR books_closed_through(subject.billing_entity_id) >= subject.month + interval '1 month' THEN
        RAISE EXCEPTION 'only the latest locked month can be opened again'
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'close_reopening_of_the_latest_lock', TABLE = TG_TABLE_NAME;
    END IF;
    IF NOT EXISTS (SELECT FROM accounts_exceptionrequest
                    WHERE id = NEW.request_id AND kind = 'reopen_period' AND state = 'approved'
                      AND subject_id = NEW.close_id AND carried_out_at IS NULL) THEN
        RAISE EXCEPTION 'a locked month is opened again by an approved exception for it alone'
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'close_reopening_is_approved', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
"""
TRIGGERS = """
CREATE TRIGGER closereopening_append_only BEFORE UPDATE OR DELETE ON billing_closereopening
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER closereopening_append_only_truncate BEFORE TRUNCATE ON billing_closereopening
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER close_reopening_fits BEFORE INSERT ON billing_closereopening
    FOR EACH ROW EXECUTE FUNCTION check_close_reopening();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_four_eyes"),
        ("billing", "0026_number_by_its_beginning"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="closecheck",
            name="finding",
            field=models.CharField(
                blank=True, help_text="SHA-256 of what was found; a waiver names it", max_length=64
            ),
        ),
        migrations.AlterField(
            model_name="closewaiver",
            name="finding",
            field=models.CharField(help_text="SHA-256 of what it explains", max_length=64),
        ),
        migrations.RemoveConstraint(
            model_name="closesignature", name="close_signature_once_per_position"
        ),
        migrations.RemoveConstraint(
            model_name="closesignature", name="close_signed_by_two_different_people"
        ),
        migrations.AddConstraint(
            model_name="closesignature",
            constraint=models.UniqueConstraint(
                fields=("close", "round", "digest", "position"),
                name="close_signature_once_per_position",
            ),
        ),
        migrations.AddConstraint(
            model_name="closesignature",
            constraint=models.UniqueConstraint(
                fields=("close", "round", "digest", "by"),
                name="close_signed_by_two_different_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="closesignature",
            constraint=models.UniqueConstraint(
                condition=models.Q(("position", 2)),
                fields=("close", "round"),
                name="close_locked_once_per_round",
            ),
        ),
        migrations.DeleteModel(name="CloseReopening"),
        migrations.CreateModel(
            name="CloseReopening",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(help_text="The round it ends")),
                ("at", models.DateTimeField()),
                (
                    "close",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reopenings",
                        to="billing.periodclose",
                    ),
                ),
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reopening",
                        to="accounts.exceptionrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["close", "round"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("close", "round"), name="close_reopened_once_per_round"
                    )
                ],
            },
        ),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
    ]
