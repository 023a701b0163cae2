"""Triggers of month end: nothing is booked into closed days, and two people sign the same result."""

from django.db import migrations

APPEND_ONLY = (
    "billing_periodclose",
    "billing_closewaiver",
    "billing_closesignature",
    "billing_closereopening",
)

FUNCTIONS = """
CREATE FUNCTION lock_books_of(entity uuid, alone boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF alone THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('books of ' || entity, 0));
    ELSE
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('books of ' || entity, 0));
    END IF;
END $$;

CREATE FUNCTION books_closed_through(entity uuid) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT (max(close.month) + interval '1 month' - interval '1 day')::date
      FROM billing_periodclose AS close
      JOIN billing_closesignature AS signature
        ON signature.close_id = close.id AND signature.position = 2
     WHERE close.billing_entity_id = entity
       AND NOT EXISTS (SELECT FROM billing_closereopening AS opened
                        WHERE opened.close_id = close.id AND opened.round = signature.round)
$$;

CREATE FUNCTION refuse_booking_into_closed_days() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked record;
    closed date;
BEGIN
    FOR asked IN SELECT billing_entity_id AS entity, min(day) AS day FROM added
                  GROUP BY billing_entity_id ORDER BY billing_entity_id LOOP
        PERFORM lock_books_of(asked.entity, false);
        closed := books_closed_through(asked.entity);
        IF asked.day <= closed THEN
            RAISE EXCEPTION 'a journal entry of % is dated in closed days: the books are closed through %; book it on the next open day',
                asked.day, closed
                USING ERRCODE = 'integrity_constraint_violation',
                      CONSTRAINT = 'journal_entry_stays_out_of_closed_days', TABLE = TG_TABLE_NAME;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION check_close_signature() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entity uuid;
    current_round integer;
    first_digest text;
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
        SELECT digest INTO first_digest FROM billing_closesignature
         WHERE close_id = NEW.close_id AND round = NEW.round AND position = 1;
        IF first_digest IS DISTINCT FROM NEW.digest THEN
            RAISE EXCEPTION 'both signatures are over the same result: the first one is missing or over another'
                USING ERRCODE = 'integrity_constraint_violation',
                      CONSTRAINT = 'close_signatures_agree', TABLE = TG_TABLE_NAME;
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION check_close_reopening() RETURNS trigger LANGUAGE plpgsql AS $$
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
    RETURN NEW;
END $$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION check_close_reopening();
DROP FUNCTION check_close_signature();
DROP FUNCTION refuse_booking_into_closed_days();
DROP FUNCTION books_closed_through(uuid);
DROP FUNCTION lock_books_of(uuid, boolean);
"""

TRIGGERS = """
CREATE TRIGGER journal_entry_stays_out_of_closed_days AFTER INSERT ON billing_journalentry
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_booking_into_closed_days();
CREATE TRIGGER close_signature_fits BEFORE INSERT ON billing_closesignature
    FOR EACH ROW EXECUTE FUNCTION check_close_signature();
CREATE TRIGGER close_reopening_fits BEFORE INSERT ON billing_closereopening
    FOR EACH ROW EXECUTE FUNCTION check_close_reopening();
CREATE TRIGGER close_run_finished_is_final BEFORE UPDATE ON billing_closerun
    FOR EACH ROW WHEN (OLD.state = 'finished') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER close_run_stays BEFORE DELETE ON billing_closerun
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

DROP_TRIGGERS = """
DROP TRIGGER close_run_stays ON billing_closerun;
DROP TRIGGER close_run_finished_is_final ON billing_closerun;
DROP TRIGGER close_reopening_fits ON billing_closereopening;
DROP TRIGGER close_signature_fits ON billing_closesignature;
DROP TRIGGER journal_entry_stays_out_of_closed_days ON billing_journalentry;
"""


def append_only(table: str) -> migrations.RunSQL:
    name = table.removeprefix("billing_") + "_append_only"
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
    dependencies = [("billing", "0023_month_end")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *[append_only(table) for table in APPEND_ONLY],
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
    ]
