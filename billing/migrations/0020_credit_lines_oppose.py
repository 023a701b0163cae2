"""A credit line has the opposite sign of the line it credits; an amount that was asked for is named."""

from django.conf import settings
from django.db import migrations, models

CHECK = """
CREATE FUNCTION check_credit_line_opposes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF sign(NEW.amount_minor) <> (
        SELECT -sign(amount_minor) FROM billing_invoiceline WHERE id = NEW.credited_line_id
    ) THEN
        RAISE EXCEPTION 'a line of % is not credited by one of %',
            (SELECT amount_minor FROM billing_invoiceline WHERE id = NEW.credited_line_id),
            NEW.amount_minor
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'credit_line_opposes_the_line', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER credit_line_opposes_the_line
    AFTER INSERT OR UPDATE OF amount_minor, credited_line_id ON billing_invoiceline
    FOR EACH ROW WHEN (NEW.credited_line_id IS NOT NULL)
    EXECUTE FUNCTION check_credit_line_opposes();
"""
DROP = """
DROP TRIGGER credit_line_opposes_the_line ON billing_invoiceline;
DROP FUNCTION check_credit_line_opposes();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_access_advice"),
        ("billing", "0019_stages_of_recovery"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="creditnote",
            name="credit_note_of_an_amount_names_it",
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("asked_minor__gt", 0), ("asked_minor__isnull", False), ("scope", "amount")
                    ),
                    models.Q(models.Q(("scope", "amount"), _negated=True), ("asked_minor", None)),
                    _connector="OR",
                ),
                name="credit_note_of_an_amount_names_it",
            ),
        ),
        migrations.RunSQL(CHECK, DROP),
    ]
