"""The right to write off: approvers and administrators."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("billing", "0013_credits_within_what_is_left")]

    operations = [
        migrations.AlterModelOptions(
            name="receivable",
            options={
                "ordering": ["due_date", "invoice"],
                "permissions": [("write_off", "Can write off what will not be paid")],
            },
        ),
    ]
