"""Trigger: an answer of Stripe Tax stays as it was received."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER tax_calculation_answer_is_final BEFORE UPDATE OR DELETE ON tax_taxcalculation
    FOR EACH ROW WHEN (OLD.state = 'answered') EXECUTE FUNCTION tax_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("tax", "0006_tax_calculations")]

    operations = [
        migrations.RunSQL(
            FORWARD, "DROP TRIGGER tax_calculation_answer_is_final ON tax_taxcalculation;"
        )
    ]
