"""Triggers of money: what is open moves by allocations alone, and every cent of a payment has its place."""

from django.db import migrations

APPEND_ONLY = ("billing_payment", "billing_allocation")

BACKFILL = """
INSERT INTO billing_receivable (
    invoice_id, customer_id, billing_entity_id, currency, issued_at, due_date, amount_minor,
    open_minor, settled_at, attempt_count
)
SELECT id, customer_id, billing_entity_id, currency, issued_at, due_date, amount_due_minor,
       amount_due_minor, CASE WHEN amount_due_minor = 0 THEN issued_at END, 0
  FROM billing_invoice
 WHERE state = 'finalized' AND kind = 'invoice';
"""

FUNCTIONS = """
CREATE FUNCTION move_open_amount() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE billing_receivable SET
        open_minor = open_minor - NEW.amount_minor,
        settled_at = CASE WHEN open_minor = NEW.amount_minor THEN NEW.recorded_at END,
        next_attempt_at = CASE WHEN open_minor = NEW.amount_minor THEN NULL ELSE next_attempt_at END
     WHERE invoice_id = NEW.receivable_id;
    RETURN NULL;
END $$;

CREATE FUNCTION refuse_moving_open_amount() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'what is open on an invoice moves by allocations: % refused; record an allocation', TG_OP
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION check_payment_is_placed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    subject uuid := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid;
    money record;
    placed bigint;
BEGIN
    SELECT amount_minor, refund_id INTO money FROM billing_payment WHERE id = subject;
    SELECT coalesce((SELECT sum(amount_minor) FROM billing_allocation WHERE payment_id = subject), 0)
         + coalesce((SELECT sum(amount_minor) FROM billing_creditentry
                      WHERE payment_id = subject OR refund_id = money.refund_id), 0)
      INTO placed;
    IF placed <> money.amount_minor THEN
        RAISE EXCEPTION 'payment % of % has % placed: allocate or credit exactly all of it', subject,
            money.amount_minor, placed
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'payment_is_wholly_placed',
                  TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION check_credit_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    balance bigint;
BEGIN
    PERFORM FROM accounts_customer WHERE id = NEW.customer_id FOR NO KEY UPDATE;
    SELECT sum(amount_minor) INTO balance FROM billing_creditentry
     WHERE customer_id = NEW.customer_id AND currency = NEW.currency;
    IF balance < 0 THEN
        RAISE EXCEPTION 'the customer''s credit would be %: use at most what there is', balance
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'credit_balance_is_not_negative', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION check_credit_balance();
DROP FUNCTION check_payment_is_placed();
DROP FUNCTION refuse_moving_open_amount();
DROP FUNCTION move_open_amount();
"""

TRIGGERS = """
CREATE TRIGGER allocation_moves_open_amount AFTER INSERT ON billing_allocation
    FOR EACH ROW EXECUTE FUNCTION move_open_amount();
CREATE TRIGGER receivable_open_moves_by_allocation
    BEFORE UPDATE OF open_minor, settled_at, amount_minor ON billing_receivable
    FOR EACH ROW EXECUTE FUNCTION refuse_moving_open_amount();
CREATE TRIGGER receivable_stays BEFORE DELETE ON billing_receivable
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE CONSTRAINT TRIGGER payment_is_wholly_placed AFTER INSERT ON billing_payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_payment_is_placed('id');
CREATE CONSTRAINT TRIGGER allocation_keeps_payment_placed AFTER INSERT ON billing_allocation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.payment_id IS NOT NULL)
    EXECUTE FUNCTION check_payment_is_placed('payment_id');
CREATE CONSTRAINT TRIGGER credit_entry_keeps_payment_placed AFTER INSERT ON billing_creditentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.payment_id IS NOT NULL)
    EXECUTE FUNCTION check_payment_is_placed('payment_id');
CREATE TRIGGER credit_balance_is_not_negative AFTER INSERT ON billing_creditentry
    FOR EACH ROW WHEN (NEW.amount_minor < 0 AND NEW.reason <> 'withdrawn')
    EXECUTE FUNCTION check_credit_balance();
"""

DROP_TRIGGERS = """
DROP TRIGGER credit_balance_is_not_negative ON billing_creditentry;
DROP TRIGGER credit_entry_keeps_payment_placed ON billing_creditentry;
DROP TRIGGER allocation_keeps_payment_placed ON billing_allocation;
DROP TRIGGER payment_is_wholly_placed ON billing_payment;
DROP TRIGGER receivable_stays ON billing_receivable;
DROP TRIGGER receivable_open_moves_by_allocation ON billing_receivable;
DROP TRIGGER allocation_moves_open_amount ON billing_allocation;
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
    dependencies = [("billing", "0010_money_in")]

    operations = [
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *[append_only(table) for table in APPEND_ONLY],
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
    ]
