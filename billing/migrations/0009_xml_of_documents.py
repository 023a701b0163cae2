from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0008_taxes_of_finalized_are_final")]

    operations = [
        migrations.AddField(
            model_name="invoicedocument",
            name="xml_sha256",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Of the invoice as data inside it; empty: it has none",
                max_length=64,
            ),
            preserve_default=False,
        ),
    ]
