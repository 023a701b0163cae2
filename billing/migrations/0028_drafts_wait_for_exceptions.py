"""A draft is not finalized while a request of its customer that holds drafts is undecided."""

from django.db import migrations, models

HOLD = """
CREATE FUNCTION refuse_finalizing_under_exception() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    waiting text;
BEGIN
    SELECT number INTO waiting FROM accounts_exceptionrequest
     WHERE customer_id = NEW.customer_id AND blocks_drafts AND state IN ('requested', 'sent_back')
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the draft waits for the decision on %: not finalized', waiting
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER invoice_waits_for_its_exception BEFORE UPDATE OF state ON billing_invoice
    FOR EACH ROW WHEN (OLD.state = 'draft' AND NEW.state = 'finalized' AND NEW.credits_id IS NULL)
    EXECUTE FUNCTION refuse_finalizing_under_exception();
"""
RELEASE = """
DROP TRIGGER invoice_waits_for_its_exception ON billing_invoice;
DROP FUNCTION refuse_finalizing_under_exception();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_grants_due"),
        ("billing", "0027_signatures_by_result"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalsubscription",
            name="seat_limits",
            field=models.JSONField(
                blank=True, default=dict, help_text="Limits agreed for it alone, by seat type"
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="seat_limits",
            field=models.JSONField(
                blank=True, default=dict, help_text="Limits agreed for it alone, by seat type"
            ),
        ),
        migrations.AlterField(
            model_name="stagerefusal",
            name="stage",
            field=models.CharField(
                choices=[
                    ("tend", "Tend exceptions"),
                    ("grant", "Carry out exceptions"),
                    ("pause", "Pause cases by exception"),
                    ("age", "Age"),
                    ("rate", "Rate"),
                    ("draft", "Draft"),
                    ("tax", "Tax"),
                    ("finalize", "Finalize"),
                    ("render", "Render"),
                    ("collect", "Collect"),
                    ("settle", "Settle"),
                    ("post", "Post"),
                    ("close", "Close cases"),
                    ("case", "Open cases"),
                    ("dun", "Take recovery's steps"),
                ],
                max_length=8,
            ),
        ),
        migrations.RunSQL(HOLD, RELEASE),
    ]
