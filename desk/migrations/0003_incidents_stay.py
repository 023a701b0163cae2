"""Triggers: what was done and noted stays, targets never move, a closed incident is final."""

from django.db import migrations

APPEND_ONLY = ("desk_incidentstep", "desk_incidentnote", "desk_incidentfinding")

FUNCTIONS = """
CREATE FUNCTION refuse_moving_a_target() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.opened_at, NEW.acknowledge_by, NEW.contain_by, NEW.resolve_by, NEW.playbook, NEW.found)
       IS DISTINCT FROM
       (OLD.opened_at, OLD.acknowledge_by, OLD.contain_by, OLD.resolve_by, OLD.playbook, OLD.found)
       OR OLD.acknowledged_at IS NOT NULL AND NEW.acknowledged_at IS DISTINCT FROM OLD.acknowledged_at
    THEN
        RAISE EXCEPTION 'the targets of an incident and when they were met never move'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION refuse_change_to_incident_mail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.subject, NEW.text, NEW.html, NEW."to", NEW.language, NEW.message_id, NEW.incident_id,
        NEW.customer_id, NEW.template)
       IS DISTINCT FROM
       (OLD.subject, OLD.text, OLD.html, OLD."to", OLD.language, OLD.message_id, OLD.incident_id,
        OLD.customer_id, OLD.template)
       OR OLD.state = 'sent' THEN
        RAISE EXCEPTION 'a message is kept as it was sent'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION refuse_change_to_incident_mail();
DROP FUNCTION refuse_moving_a_target();
"""

TRIGGERS = """
CREATE TRIGGER incident_targets_never_move BEFORE UPDATE ON desk_incident
    FOR EACH ROW EXECUTE FUNCTION refuse_moving_a_target();
CREATE TRIGGER incident_closed_is_final BEFORE UPDATE ON desk_incident
    FOR EACH ROW WHEN (OLD.state = 'closed') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER incident_stays BEFORE DELETE ON desk_incident
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER incident_affected_stays BEFORE DELETE ON desk_incidentaffected
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER incident_message_is_kept_as_sent BEFORE UPDATE ON desk_incidentmessage
    FOR EACH ROW EXECUTE FUNCTION refuse_change_to_incident_mail();
CREATE TRIGGER incident_message_stays BEFORE DELETE ON desk_incidentmessage
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

DROP_TRIGGERS = """
DROP TRIGGER incident_message_stays ON desk_incidentmessage;
DROP TRIGGER incident_message_is_kept_as_sent ON desk_incidentmessage;
DROP TRIGGER incident_affected_stays ON desk_incidentaffected;
DROP TRIGGER incident_stays ON desk_incident;
DROP TRIGGER incident_closed_is_final ON desk_incident;
DROP TRIGGER incident_targets_never_move ON desk_incident;
"""


def append_only(table: str) -> migrations.RunSQL:
    name = table.removeprefix("desk_") + "_append_only"
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
    dependencies = [("desk", "0002_incidents"), ("billing", "0002_append_only")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *[append_only(table) for table in APPEND_ONLY],
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
    ]
