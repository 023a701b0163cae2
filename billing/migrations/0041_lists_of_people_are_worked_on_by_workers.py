"""Lists of people are checked and carried out by workers, and seen by who administers the same groups."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0040_endpoints_know_their_last_delivery")]

    operations = [
        migrations.AddField(
            model_name="seatimport",
            name="groups",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="seatimport",
            name="stopped_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="seatimport",
            name="state",
            field=models.CharField(
                choices=[
                    ("checking", "Being checked"),
                    ("checked", "Checked, nothing done yet"),
                    ("running", "Being carried out"),
                    ("done", "Done"),
                ],
                default="checking",
                max_length=8,
            ),
        ),
        migrations.RemoveConstraint(model_name="seatimport", name="seat_import_state_is_known"),
        migrations.AddConstraint(
            model_name="seatimport",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["checking", "checked", "running", "done"])),
                name="seat_import_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="seatimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stopped_at", None), ("state__in", ["checking", "running"]), _connector="OR"
                ),
                name="seat_import_stops_under_way",
            ),
        ),
        migrations.AddIndex(
            model_name="seatimport",
            index=models.Index(
                condition=models.Q(("state__in", ["checking", "running"]), ("stopped_at", None)),
                fields=["id"],
                name="seat_import_under_way",
            ),
        ),
    ]
