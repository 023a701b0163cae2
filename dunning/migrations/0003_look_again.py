"""When a case is looked at again stands apart from its next step; a promise has a pause of its own."""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("dunning", "0002_what_is_written_stays")]

    operations = [
        migrations.RemoveConstraint(
            model_name="dunningcase", name="dunning_case_closed_advises_nothing"
        ),
        migrations.RemoveConstraint(model_name="promise", name="promise_holds_after_it_was_given"),
        migrations.RemoveIndex(model_name="dunningcase", name="dunning_case_steps_due"),
        migrations.RemoveField(model_name="promise", name="hold_until"),
        migrations.AddField(
            model_name="dunningcase",
            name="look_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="promise",
            name="pause",
            field=models.OneToOneField(
                default=uuid.UUID(int=0),
                on_delete=django.db.models.deletion.PROTECT,
                related_name="promise",
                to="dunning.pause",
            ),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="dunningcase",
            index=models.Index(
                condition=Q(look_at__isnull=False),
                fields=["look_at", "id"],
                name="dunning_case_steps_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="dunningcase",
            constraint=models.CheckConstraint(
                condition=~Q(state="closed")
                | Q(access_level="none", look_at=None, next_step_at=None),
                name="dunning_case_closed_advises_nothing",
            ),
        ),
    ]
