"""Indexes of the search: words of names, VAT ids without their signs, e-mail addresses."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_four_eyes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="billingowner",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("email"), name="text_pattern_ops"
                ),
                name="billing_owner_by_email",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("legal_name", config="simple"),
                name="customer_by_words_of_name",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                django.db.models.functions.text.Upper(
                    models.Func(
                        models.F("tax_number"),
                        models.Value("[^A-Za-z0-9]"),
                        models.Value(""),
                        models.Value("g"),
                        function="regexp_replace",
                    )
                ),
                condition=models.Q(("tax_number", ""), _negated=True),
                name="customer_by_compact_tax_number",
            ),
        ),
        migrations.AddIndex(
            model_name="grantee",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("email"), name="text_pattern_ops"
                ),
                condition=models.Q(("email", ""), _negated=True),
                name="grantee_by_email",
            ),
        ),
    ]
