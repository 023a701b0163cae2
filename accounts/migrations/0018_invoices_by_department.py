from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0017_people_come_in_to_the_portal")]

    operations = [
        migrations.AddField(
            model_name=name,
            name="itemizes_groups",
            field=models.BooleanField(
                default=False, help_text="Invoices show each line by group and cost center"
            ),
        )
        for name in ("customer", "historicalcustomer")
    ]
