"""Lists of invoices read the latest cycles first, without sorting them all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_rating_time_and_subscription_terms")]

    operations = [
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["-cycle_date", "-id"], name="invoice_by_cycle_date"),
        )
    ]
