"""The index that keeps numbers unique also finds a number by its beginning."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0025_member_reports")]

    operations = [
        migrations.RemoveConstraint(model_name="invoice", name="invoice_number_once"),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number", ""), _negated=True),
                fields=("number",),
                name="invoice_number_once",
                opclasses=["varchar_pattern_ops"],
            ),
        ),
    ]
