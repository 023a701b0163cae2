"""The stages of recovery may refuse too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0018_bank_lines_by_day"),
    ]

    operations = [
        migrations.AlterField(
            model_name="stagerefusal",
            name="stage",
            field=models.CharField(
                choices=[
                    ("age", "Age"),
                    ("rate", "Rate"),
                    ("draft", "Draft"),
                    ("tax", "Tax"),
                    ("finalize", "Finalize"),
                    ("render", "Render"),
                    ("collect", "Collect"),
                    ("settle", "Settle"),
                    ("post", "Post"),
                    ("close", "Close cases"),
                    ("case", "Open cases"),
                    ("dun", "Take recovery's steps"),
                ],
                max_length=8,
            ),
        ),
    ]
