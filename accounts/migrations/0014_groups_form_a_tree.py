"""Triggers: groups form a tree of one customer, and pools and budgets fit into those above."""

from django.db import migrations, models

FUNCTION = """
CREATE FUNCTION check_group_tree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    pool_above bigint;
    budget_above bigint;
    broken text;
BEGIN
    PERFORM 1 FROM accounts_customer WHERE id = NEW.customer_id FOR NO KEY UPDATE;
    WITH RECURSIVE above AS (
        SELECT id, parent_id, customer_id, seat_pool, budget_minor
          FROM accounts_group WHERE id = NEW.parent_id
        UNION ALL
        SELECT over.id, over.parent_id, over.customer_id, over.seat_pool, over.budget_minor
          FROM accounts_group AS over JOIN above ON over.id = above.parent_id
         WHERE above.id <> NEW.id
    )
    SELECT CASE WHEN bool_or(id = NEW.id) THEN 'group_tree_has_no_cycle'
                WHEN bool_or(customer_id <> NEW.customer_id) THEN 'group_tree_is_of_one_customer'
           END, min(seat_pool), min(budget_minor)
      INTO broken, pool_above, budget_above FROM above;
    IF broken IS NULL THEN
        WITH RECURSIVE below AS (
            SELECT id, seat_pool, budget_minor FROM accounts_group WHERE parent_id = NEW.id
            UNION ALL
            SELECT under.id, under.seat_pool, under.budget_minor
              FROM accounts_group AS under JOIN below ON under.parent_id = below.id
        )
        SELECT CASE
            WHEN greatest(max(seat_pool), NEW.seat_pool) > least(pool_above, NEW.seat_pool)
                THEN 'group_pool_fits_above'
            WHEN greatest(max(budget_minor), NEW.budget_minor) > least(budget_above, NEW.budget_minor)
                THEN 'group_budget_fits_above' END
          INTO broken FROM below;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'group %: refused, its place in the tree does not fit', NEW.name
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = broken,
                  TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER group_fits_the_tree
    BEFORE INSERT OR UPDATE OF parent_id, customer_id, seat_pool, budget_minor ON accounts_group
    FOR EACH ROW EXECUTE FUNCTION check_group_tree();
"""

DROP = """
DROP TRIGGER group_fits_the_tree ON accounts_group;
DROP FUNCTION check_group_tree();
"""


def fields_of(model_name: str) -> list[migrations.AddField]:
    closed_at = models.DateTimeField(
        blank=True, help_text="Taken out of the tree; past invoices may still name it", null=True
    )
    return [migrations.AddField(model_name=model_name, name="closed_at", field=closed_at)]


def setting_of(model_name: str) -> list[migrations.AddField]:
    buys = models.BooleanField(
        default=False, help_text="Administrators of groups may buy seats without asking the owner"
    )
    return [migrations.AddField(model_name=model_name, name="group_administrators_buy", field=buys)]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_changes_are_noted")]

    operations = [
        *fields_of("group"),
        *fields_of("historicalgroup"),
        *setting_of("customer"),
        *setting_of("historicalcustomer"),
        migrations.RunSQL(FUNCTION, DROP),
    ]
