"""Trigger: a voided invoice is billed anew elsewhere, so nothing opens it again."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION refuse_opening_a_void() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM billing_invoicevoid WHERE invoice_id = NEW.receivable_id) THEN
        RAISE EXCEPTION 'invoice % is void: nothing settles it otherwise or opens it again',
            NEW.receivable_id
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'allocation_leaves_a_void_settled', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER allocation_leaves_a_void_settled BEFORE INSERT ON billing_allocation
    FOR EACH ROW EXECUTE FUNCTION refuse_opening_a_void();
"""
BACKWARD = """
DROP TRIGGER allocation_leaves_a_void_settled ON billing_allocation;
DROP FUNCTION refuse_opening_a_void();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0021_credit_by_time")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
