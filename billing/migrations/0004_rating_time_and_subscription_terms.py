"""When a rating was made, and a subscription's terms that no edit may change behind the ledger."""

from django.db import migrations, models
from django.utils import timezone

GUARD = """
CREATE FUNCTION refuse_change_to_subscription_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the terms of subscription % are fixed at its start; record a plan or price change event', OLD.external_id
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER subscription_terms_are_fixed BEFORE UPDATE ON billing_subscription FOR EACH ROW
    WHEN ((OLD.customer_id, OLD.plan_id, OLD.currency, OLD.interval_unit, OLD.interval_count, OLD.starts_on,
           OLD.anchor_day, OLD.time_zone, OLD.commitment)
          IS DISTINCT FROM
          (NEW.customer_id, NEW.plan_id, NEW.currency, NEW.interval_unit, NEW.interval_count, NEW.starts_on,
           NEW.anchor_day, NEW.time_zone, NEW.commitment))
    EXECUTE FUNCTION refuse_change_to_subscription_terms();
"""

UNGUARD = """
DROP TRIGGER subscription_terms_are_fixed ON billing_subscription;
DROP FUNCTION refuse_change_to_subscription_terms();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_stage_work_lists")]

    operations = [
        migrations.AddField(
            model_name="rating",
            name="rated_at",
            field=models.DateTimeField(
                default=timezone.now,
                help_text="When; catalog versions published later did not count",
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
