"""Triggers: what is written down stays written down, and a finalized invoice adds up."""

from django.db import migrations

APPEND_ONLY = (
    "billing_entitlementevent",
    "billing_seatledgerentry",
    "billing_rating",
    "billing_ratedspan",
    "billing_price",
    "billing_seatpolicy",
    "billing_invoicedocument",
    "billing_creditentry",
)

FUNCTIONS = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused; record a correction instead', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;

CREATE FUNCTION refuse_change_to_finalized_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'finalized' THEN
        RAISE EXCEPTION 'invoice % is finalized: % refused; issue a credit note instead', OLD.number, TG_OP
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION check_invoice_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lines_minor bigint;
BEGIN
    SELECT coalesce(sum(amount_minor), 0) INTO lines_minor FROM billing_invoiceline WHERE invoice_id = NEW.id;
    IF lines_minor <> NEW.subtotal_minor THEN
        RAISE EXCEPTION 'invoice %: lines add up to % but the subtotal is %', NEW.number, lines_minor, NEW.subtotal_minor
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION refuse_change_to_finalized_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    finalized_number text;
BEGIN
    SELECT i.number INTO finalized_number FROM billing_invoice i
     WHERE i.state = 'finalized'
       AND (i.id = CASE WHEN TG_OP = 'INSERT' THEN NEW.invoice_id ELSE OLD.invoice_id END
            OR i.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.invoice_id ELSE NEW.invoice_id END)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'a line of finalized invoice %: % refused; issue a credit note instead',
            finalized_number, TG_OP
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION refuse_change_to_finalized_lines();
DROP FUNCTION check_invoice_adds_up();
DROP FUNCTION refuse_change_to_finalized_invoice();
DROP FUNCTION refuse_change();
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


INVOICE_TRIGGERS = """
CREATE TRIGGER invoice_finalized_is_final BEFORE UPDATE OR DELETE ON billing_invoice
    FOR EACH ROW EXECUTE FUNCTION refuse_change_to_finalized_invoice();
CREATE TRIGGER invoice_truncate_refused BEFORE TRUNCATE ON billing_invoice
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_lines_sum_to_subtotal BEFORE UPDATE OF state ON billing_invoice
    FOR EACH ROW WHEN (NEW.state = 'finalized') EXECUTE FUNCTION check_invoice_adds_up();
CREATE TRIGGER invoice_is_born_a_draft BEFORE INSERT ON billing_invoice
    FOR EACH ROW WHEN (NEW.state <> 'draft') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_line_of_finalized_is_final BEFORE INSERT OR UPDATE OR DELETE ON billing_invoiceline
    FOR EACH ROW EXECUTE FUNCTION refuse_change_to_finalized_lines();
CREATE TRIGGER invoice_line_truncate_refused BEFORE TRUNCATE ON billing_invoiceline
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

DROP_INVOICE_TRIGGERS = """
DROP TRIGGER invoice_line_truncate_refused ON billing_invoiceline;
DROP TRIGGER invoice_line_of_finalized_is_final ON billing_invoiceline;
DROP TRIGGER invoice_is_born_a_draft ON billing_invoice;
DROP TRIGGER invoice_lines_sum_to_subtotal ON billing_invoice;
DROP TRIGGER invoice_truncate_refused ON billing_invoice;
DROP TRIGGER invoice_finalized_is_final ON billing_invoice;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *[append_only(table) for table in APPEND_ONLY],
        migrations.RunSQL(INVOICE_TRIGGERS, DROP_INVOICE_TRIGGERS),
    ]
