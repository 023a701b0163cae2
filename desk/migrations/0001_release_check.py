"""The release check: scenarios, checks and their results."""

import django.db.models.deletion
import simple_history.models
import uuid6
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("billing", "0022_void_stays_settled"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalReleaseScenario",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid6.uuid7, editable=False)),
                ("key", models.SlugField(help_text="The scenario's id", max_length=80)),
                (
                    "name",
                    models.CharField(help_text="The rule it holds, in one line", max_length=200),
                ),
                (
                    "area",
                    models.CharField(
                        choices=[
                            ("seats", "Seats come and go"),
                            ("corrections", "Corrections and late news"),
                            ("terms", "Plans, anchors and month ends"),
                            ("tax", "Tax"),
                            ("money", "Money and credit"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text", models.TextField(help_text="YAML")),
                (
                    "is_active",
                    models.BooleanField(default=True, help_text="Whether checks play it"),
                ),
                (
                    "shipped_digest",
                    models.CharField(blank=True, help_text="Empty: written here", max_length=64),
                ),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Played with this plan's policy and prices",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.plan",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical release scenario",
                "verbose_name_plural": "historical release scenarios",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="ReleaseCheckRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("desk", "At the desk"),
                            ("command", "Before a release"),
                            ("policy", "Before a policy"),
                            ("price", "Before a price"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        blank=True, help_text="What was about to change", max_length=200
                    ),
                ),
                ("proposal", models.JSONField(blank=True, null=True)),
                ("proposal_digest", models.CharField(blank=True, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Running"), ("finished", "Finished")],
                        default="running",
                        max_length=8,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("expected", models.PositiveIntegerField(default=0, help_text="Scenarios to play")),
                ("passed", models.PositiveIntegerField(default=0)),
                ("differing", models.PositiveIntegerField(default=0)),
                ("unusable", models.PositiveIntegerField(default=0)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                (
                    "acknowledgment",
                    models.CharField(
                        blank=True,
                        help_text="Why it went ahead despite the differences",
                        max_length=300,
                    ),
                ),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "release check",
                "ordering": ["-started_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at", None), ("state", "running")),
                            models.Q(("finished_at__isnull", False), ("state", "finished")),
                            _connector="OR",
                        ),
                        name="release_check_finished_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("acknowledged_at", None),
                                ("acknowledged_by", None),
                                ("acknowledgment", ""),
                            ),
                            models.Q(
                                ("acknowledged_at__isnull", False),
                                ("acknowledged_by__isnull", False),
                                models.Q(("acknowledgment", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="release_check_acknowledged_by_whom_when_and_why",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["-started_at", "-id"], name="release_check_by_start"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReleaseScenario",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "key",
                    models.SlugField(help_text="The scenario's id", max_length=80, unique=True),
                ),
                (
                    "name",
                    models.CharField(help_text="The rule it holds, in one line", max_length=200),
                ),
                (
                    "area",
                    models.CharField(
                        choices=[
                            ("seats", "Seats come and go"),
                            ("corrections", "Corrections and late news"),
                            ("terms", "Plans, anchors and month ends"),
                            ("tax", "Tax"),
                            ("money", "Money and credit"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text", models.TextField(help_text="YAML")),
                (
                    "is_active",
                    models.BooleanField(default=True, help_text="Whether checks play it"),
                ),
                (
                    "shipped_digest",
                    models.CharField(blank=True, help_text="Empty: written here", max_length=64),
                ),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "plan",
                    models.ForeignKey(
                        blank=True,
                        help_text="Played with this plan's policy and prices",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.plan",
                    ),
                ),
            ],
            options={
                "ordering": ["area", "key"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("area__in", ["seats", "corrections", "terms", "tax", "money"])
                        ),
                        name="release_scenario_area_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("text", ""), _negated=True),
                            models.Q(("name", ""), _negated=True),
                        ),
                        name="release_scenario_has_a_text",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReleaseCheckResult",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("passed", "As expected"),
                            ("differs", "Different"),
                            ("unusable", "Unusable"),
                        ],
                        max_length=8,
                    ),
                ),
                ("differences", models.JSONField(default=list)),
                ("figures", models.JSONField(default=list)),
                (
                    "text_digest",
                    models.CharField(help_text="SHA-256 of the scenario as played", max_length=64),
                ),
                ("took_ms", models.PositiveIntegerField(help_text="Milliseconds")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="desk.releasecheckrun",
                    ),
                ),
                (
                    "scenario",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="desk.releasescenario",
                    ),
                ),
            ],
            options={
                "ordering": ["scenario"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "scenario"),
                        name="release_result_once_per_check_and_scenario",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("differences", []), ("outcome", "passed")),
                            models.Q(
                                models.Q(("outcome", "passed"), _negated=True),
                                models.Q(("differences", []), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="release_result_passed_has_no_differences",
                    ),
                ],
            },
        ),
    ]
