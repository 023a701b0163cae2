"""Attempts to sign in, and the cache table in which sign-in keeps used codes and rates."""

import django.db.models.deletion
import uuid6
from django.conf import settings
from django.db import migrations, models

# as `manage.py createcachetable` makes it; nobody must remember to call that
CACHE_TABLE = """
CREATE TABLE IF NOT EXISTS django_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX IF NOT EXISTS django_cache_expires ON django_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_audit_trail"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SignInAttempt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name_digest", models.CharField(max_length=64)),
                ("address", models.GenericIPAddressField()),
                (
                    "step",
                    models.CharField(
                        choices=[("password", "Password"), ("code", "Code of a second factor")],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "forgiven_at",
                    models.DateTimeField(blank=True, help_text="Empty: still counts", null=True),
                ),
                (
                    "forgiven_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: a sign-in that went well",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "sign-in attempt",
                "ordering": ["-at"],
                "indexes": [
                    models.Index(fields=["name_digest", "at"], name="sign_in_attempt_by_name"),
                    models.Index(fields=["address", "at"], name="sign_in_attempt_by_address"),
                    models.Index(fields=["at"], name="sign_in_attempt_by_age"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("step__in", ["password", "code"])),
                        name="sign_in_attempt_step_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("forgiven_by", None), ("forgiven_at__isnull", False), _connector="OR"
                        ),
                        name="sign_in_attempt_forgiven_by_needs_a_time",
                    ),
                ],
            },
        ),
        migrations.RunSQL(CACHE_TABLE, "DROP TABLE django_cache;"),
    ]
