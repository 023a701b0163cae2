"""Triggers: the taxes of a finalized invoice are as final as its lines, and add up to its tax."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION check_invoice_taxes_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    taxes_minor bigint;
BEGIN
    SELECT coalesce(sum(amount_minor), 0) INTO taxes_minor FROM billing_invoicetax WHERE invoice_id = NEW.id;
    IF taxes_minor <> NEW.tax_minor THEN
        RAISE EXCEPTION 'invoice %: taxes add up to % but its tax is %', NEW.number, taxes_minor, NEW.tax_minor
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    IF EXISTS (SELECT FROM billing_taxhold WHERE invoice_id = NEW.id AND released_at IS NULL) THEN
        RAISE EXCEPTION 'invoice % is held: its tax is not decided', NEW.number
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'invoice_held_is_not_finalized',
                  TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER invoice_taxes_sum_to_tax BEFORE UPDATE OF state ON billing_invoice
    FOR EACH ROW WHEN (NEW.state = 'finalized') EXECUTE FUNCTION check_invoice_taxes_add_up();
CREATE TRIGGER invoice_tax_of_finalized_is_final BEFORE INSERT OR UPDATE OR DELETE ON billing_invoicetax
    FOR EACH ROW EXECUTE FUNCTION refuse_change_to_finalized_lines();
CREATE TRIGGER invoice_tax_truncate_refused BEFORE TRUNCATE ON billing_invoicetax
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

BACKWARD = """
DROP TRIGGER invoice_tax_truncate_refused ON billing_invoicetax;
DROP TRIGGER invoice_tax_of_finalized_is_final ON billing_invoicetax;
DROP TRIGGER invoice_taxes_sum_to_tax ON billing_invoice;
DROP FUNCTION check_invoice_taxes_add_up();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0007_invoice_taxes_and_holds")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
