"""An endpoint says when it last took a message; what was given up is counted by an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0018_invoices_by_department"),
        ("billing", "0039_people_ask_for_seats"),
    ]

    operations = [
        migrations.AddField(
            model_name="webhookendpoint",
            name="delivered_at",
            field=models.DateTimeField(
                blank=True, help_text="When a message was taken last", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("state", "parked")),
                fields=["endpoint", "id"],
                name="webhook_delivery_given_up",
            ),
        ),
    ]
