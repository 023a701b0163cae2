"""Triggers of the books: what does not add up to zero cannot commit, and nothing posted changes."""

from django.db import migrations

APPEND_ONLY = ("billing_journalentry", "billing_journalposting")

FUNCTIONS = """
CREATE FUNCTION check_journal_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    subject uuid := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid;
    legs bigint;
    total bigint;
BEGIN
    SELECT count(*), coalesce(sum(amount_minor), 0) INTO legs, total
      FROM billing_journalposting WHERE entry_id = subject;
    IF legs = 0 OR total <> 0 THEN
        RAISE EXCEPTION 'journal entry % has % postings that add up to %: post both sides', subject, legs, total
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'journal_entry_balances',
                  TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION refuse_recognizing_twice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.entry_id IS NULL AND NEW.entry_id IS NOT NULL
       AND (to_jsonb(OLD) - 'entry_id') = (to_jsonb(NEW) - 'entry_id') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a month of a line is recognized once and never changes; credit the line instead'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION refuse_recognizing_twice();
DROP FUNCTION check_journal_entry_balances();
"""

TRIGGERS = """
CREATE CONSTRAINT TRIGGER journal_entry_balances AFTER INSERT ON billing_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_journal_entry_balances('id');
CREATE CONSTRAINT TRIGGER journal_posting_keeps_balance AFTER INSERT ON billing_journalposting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_journal_entry_balances('entry_id');
CREATE TRIGGER recognition_slice_recognized_once BEFORE UPDATE ON billing_recognitionslice
    FOR EACH ROW EXECUTE FUNCTION refuse_recognizing_twice();
CREATE TRIGGER recognition_slice_stays BEFORE DELETE ON billing_recognitionslice
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER recognition_slice_stays_truncate BEFORE TRUNCATE ON billing_recognitionslice
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

DROP_TRIGGERS = """
DROP TRIGGER recognition_slice_stays_truncate ON billing_recognitionslice;
DROP TRIGGER recognition_slice_stays ON billing_recognitionslice;
DROP TRIGGER recognition_slice_recognized_once ON billing_recognitionslice;
DROP TRIGGER journal_posting_keeps_balance ON billing_journalposting;
DROP TRIGGER journal_entry_balances ON billing_journalentry;
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
    dependencies = [("billing", "0016_books")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *[append_only(table) for table in APPEND_ONLY],
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
    ]
