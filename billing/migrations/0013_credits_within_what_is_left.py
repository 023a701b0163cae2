"""Triggers: no line is credited beyond what is left of it, and a void takes back the whole invoice."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION check_credit_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    original record;
    left_minor bigint;
BEGIN
    SELECT line.amount_minor, line.position, invoice.number, invoice.state = 'finalized'
               AND note.credits_id = invoice.id AS fits
      INTO original
      FROM billing_invoiceline AS line
      JOIN billing_invoice AS invoice ON invoice.id = line.invoice_id
      JOIN billing_invoice AS note ON note.id = NEW.invoice_id
     WHERE line.id = NEW.credited_line_id
       FOR NO KEY UPDATE OF line;
    IF NOT coalesce(original.fits, false) THEN
        RAISE EXCEPTION 'line % of % is not of the finalized invoice this credit note credits',
            original.position, original.number
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'credit_line_is_of_the_credited_invoice', TABLE = TG_TABLE_NAME;
    END IF;
    SELECT original.amount_minor + sum(amount_minor) INTO left_minor
      FROM billing_invoiceline WHERE credited_line_id = NEW.credited_line_id;
    IF left_minor NOT BETWEEN least(original.amount_minor, 0) AND greatest(original.amount_minor, 0) THEN
        RAISE EXCEPTION 'line % of % would have % left: credit at most what is left of it',
            original.position, original.number, left_minor
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'credit_within_what_is_left_of_the_line', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION check_void_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM billing_invoice WHERE id = NEW.credit_note_id AND credits_id = NEW.invoice_id)
       OR EXISTS (
        SELECT FROM billing_invoiceline AS line
         WHERE line.invoice_id = NEW.invoice_id
           AND line.amount_minor + coalesce((SELECT sum(amount_minor) FROM billing_invoiceline
                                              WHERE credited_line_id = line.id), 0) <> 0)
    THEN
        RAISE EXCEPTION 'invoice % is not wholly taken back by its credit note', NEW.invoice_id
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'invoice_void_takes_back_the_whole', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION check_void_is_whole();
DROP FUNCTION check_credit_line();
"""

TRIGGERS = """
CREATE TRIGGER credit_line_within_what_is_left
    AFTER INSERT OR UPDATE OF amount_minor, credited_line_id ON billing_invoiceline
    FOR EACH ROW WHEN (NEW.credited_line_id IS NOT NULL) EXECUTE FUNCTION check_credit_line();
CREATE TRIGGER invoice_void_is_whole AFTER INSERT ON billing_invoicevoid
    FOR EACH ROW EXECUTE FUNCTION check_void_is_whole();
"""

DROP_TRIGGERS = """
DROP TRIGGER invoice_void_is_whole ON billing_invoicevoid;
DROP TRIGGER credit_line_within_what_is_left ON billing_invoiceline;
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
    dependencies = [("billing", "0012_credit_notes")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *[
            append_only(table)
            for table in ("billing_creditnote", "billing_invoicevoid", "billing_voidedspans")
        ],
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
    ]
