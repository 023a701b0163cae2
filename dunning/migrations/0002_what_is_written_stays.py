"""Triggers: steps and words stay, deadlines never move, a closed case is final, a version is a version."""

from django.db import migrations

APPEND_ONLY = (
    "dunning_casereceivable",
    "dunning_dunningstep",
    "dunning_casecampaign",
    "dunning_casenote",
    "dunning_promise",
)

FUNCTIONS = """
CREATE FUNCTION refuse_moving_a_deadline() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.first_failed_at, NEW.opened_at, NEW.customer_id, NEW.currency, NEW.billing_entity_id, NEW.basis)
       IS DISTINCT FROM
       (OLD.first_failed_at, OLD.opened_at, OLD.customer_id, OLD.currency, OLD.billing_entity_id, OLD.basis)
    THEN
        RAISE EXCEPTION 'the deadlines of a case count from its first failure, which never moves'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION refuse_change_to_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - '{is_current,is_active}'::text[]
       IS DISTINCT FROM to_jsonb(OLD) - '{is_current,is_active}'::text[] THEN
        RAISE EXCEPTION 'a published campaign never changes: publish a new version'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION refuse_change_to_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.subject, NEW.text, NEW.html, NEW."to", NEW.language, NEW.message_id, NEW.case_id, NEW.step_id)
       IS DISTINCT FROM
       (OLD.subject, OLD.text, OLD.html, OLD."to", OLD.language, OLD.message_id, OLD.case_id, OLD.step_id)
       OR OLD.state = 'sent' THEN
        RAISE EXCEPTION 'a message is kept as it was sent'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION refuse_change_to_words();
DROP FUNCTION refuse_change_to_version();
DROP FUNCTION refuse_moving_a_deadline();
"""

TRIGGERS = """
CREATE TRIGGER dunning_case_deadlines_never_move BEFORE UPDATE ON dunning_dunningcase
    FOR EACH ROW EXECUTE FUNCTION refuse_moving_a_deadline();
CREATE TRIGGER dunning_case_closed_is_final BEFORE UPDATE ON dunning_dunningcase
    FOR EACH ROW WHEN (OLD.state = 'closed') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER dunning_case_stays BEFORE DELETE ON dunning_dunningcase
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER campaign_version_is_final BEFORE UPDATE ON dunning_campaign
    FOR EACH ROW EXECUTE FUNCTION refuse_change_to_version();
CREATE TRIGGER campaign_version_stays BEFORE DELETE ON dunning_campaign
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER message_is_kept_as_sent BEFORE UPDATE ON dunning_message
    FOR EACH ROW EXECUTE FUNCTION refuse_change_to_words();
CREATE TRIGGER message_stays BEFORE DELETE ON dunning_message
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

DROP_TRIGGERS = """
DROP TRIGGER message_stays ON dunning_message;
DROP TRIGGER message_is_kept_as_sent ON dunning_message;
DROP TRIGGER campaign_version_stays ON dunning_campaign;
DROP TRIGGER campaign_version_is_final ON dunning_campaign;
DROP TRIGGER dunning_case_stays ON dunning_dunningcase;
DROP TRIGGER dunning_case_closed_is_final ON dunning_dunningcase;
DROP TRIGGER dunning_case_deadlines_never_move ON dunning_dunningcase;
"""


def append_only(table: str) -> migrations.RunSQL:
    name = table.removeprefix("dunning_") + "_append_only"
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER {name}_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        """,
        f"DROP TRIGGER {name}_truncate ON {table}; DROP TRIGGER {name} ON {table};",
    )


class Migration(migrations.Migration):
    dependencies = [("dunning", "0001_recovery"), ("billing", "0002_append_only")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *[append_only(table) for table in APPEND_ONLY],
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
    ]
