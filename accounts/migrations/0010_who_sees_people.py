"""The right to see persons by name in evidence packets."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_grants_due")]

    operations = [
        migrations.AlterModelOptions(
            name="customer",
            options={
                "ordering": ["legal_name", "id"],
                "permissions": [
                    ("see_personal_data", "Can see persons by name in evidence packets")
                ],
            },
        ),
    ]
