"""Webhooks we send: endpoints, their secrets, messages and attempts; what was sent stays as sent."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid6
from django.db import migrations, models

TRIGGERS = """
CREATE TRIGGER webhook_attempt_append_only BEFORE UPDATE OR DELETE ON billing_webhookattempt
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER webhook_attempt_append_only_truncate BEFORE TRUNCATE ON billing_webhookattempt
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER webhook_message_stays BEFORE UPDATE ON billing_webhookdelivery
    FOR EACH ROW WHEN ((OLD.body, OLD.endpoint_id, OLD.first_change_id, OLD.created_at)
        IS DISTINCT FROM (NEW.body, NEW.endpoint_id, NEW.first_change_id, NEW.created_at))
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER webhook_message_is_kept BEFORE DELETE ON billing_webhookdelivery
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

DROP_TRIGGERS = """
DROP TRIGGER webhook_message_is_kept ON billing_webhookdelivery;
DROP TRIGGER webhook_message_stays ON billing_webhookdelivery;
DROP TRIGGER webhook_attempt_append_only_truncate ON billing_webhookattempt;
DROP TRIGGER webhook_attempt_append_only ON billing_webhookattempt;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_directories"),
        ("billing", "0036_codes_are_features"),
    ]

    operations = [
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("url", models.CharField(max_length=500)),
                ("description", models.CharField(blank=True, max_length=200)),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        blank=True,
                        default=list,
                        help_text="Kinds of changes it hears of; empty: all",
                        size=None,
                    ),
                ),
                ("heard_xid", models.BigIntegerField(default=0)),
                ("heard_id", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                (
                    "failing_since",
                    models.DateTimeField(
                        blank=True, help_text="Empty: the last attempt came through", null=True
                    ),
                ),
                ("switched_off_at", models.DateTimeField(blank=True, null=True)),
                ("switched_off_because", models.CharField(blank=True, max_length=200)),
                (
                    "removed_at",
                    models.DateTimeField(blank=True, help_text="Its log stays", null=True),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="webhook_endpoints",
                        to="accounts.apiclient",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at", None)),
                        fields=("client", "url"),
                        name="webhook_endpoint_once_per_client_and_url",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("switched_off_at", None), ("switched_off_because", "")),
                            models.Q(
                                ("switched_off_at__isnull", False),
                                models.Q(("switched_off_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="webhook_endpoint_switched_off_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("change_count", models.PositiveSmallIntegerField(default=0)),
                ("body", models.TextField(help_text="As signed and sent, byte for byte")),
                ("created_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits to be sent"),
                            ("sending", "Being sent"),
                            ("delivered", "Delivered"),
                            ("parked", "Given up"),
                            ("canceled", "Not sent: its endpoint was removed"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                (
                    "trying_since",
                    models.DateTimeField(help_text="The three days of trying begin here"),
                ),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("try_count", models.PositiveIntegerField(default=0)),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: a test",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="webhook_deliveries",
                        to="accounts.customer",
                    ),
                ),
                (
                    "first_change",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.entitlementchange",
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="billing.webhookendpoint",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "webhook deliveries",
                "ordering": ["-created_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("endpoint", "first_change"),
                        name="webhook_delivery_tells_a_change_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "sending", "delivered", "parked", "canceled"])
                        ),
                        name="webhook_delivery_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sending"), _negated=True),
                            ("claimed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="webhook_delivery_being_sent_is_claimed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "delivered"), _negated=True),
                            ("delivered_at__isnull", False),
                            _connector="OR",
                        ),
                        name="webhook_delivery_delivered_says_when",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["endpoint", "due_at", "id"],
                        name="webhook_delivery_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "sending")),
                        fields=["endpoint", "claimed_at"],
                        name="webhook_delivery_being_sent",
                    ),
                    models.Index(
                        fields=["endpoint", "created_at", "id"], name="webhook_delivery_log"
                    ),
                    models.Index(fields=["created_at", "id"], name="webhook_delivery_by_time"),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookSecret",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sealed", models.TextField(help_text="Encrypted; shown to its holder once")),
                ("created_at", models.DateTimeField()),
                (
                    "valid_until",
                    models.DateTimeField(
                        blank=True, help_text="Empty: until it is followed", null=True
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="secrets",
                        to="billing.webhookendpoint",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("valid_until", None)),
                        fields=("endpoint",),
                        name="webhook_secret_one_lasts_per_endpoint",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookAttempt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "status",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="Of the answer; empty: none came", null=True
                    ),
                ),
                ("milliseconds", models.PositiveIntegerField(blank=True, null=True)),
                ("answer_start", models.CharField(blank=True, max_length=500)),
                (
                    "problem",
                    models.CharField(blank=True, help_text="Empty: it was taken", max_length=300),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="billing.webhookdelivery",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("delivery", "number"), name="webhook_attempt_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("problem", ""), _negated=True),
                            models.Q(("status__gte", 200), ("status__lt", 300)),
                            _connector="OR",
                        ),
                        name="webhook_attempt_taken_or_problem",
                    ),
                ],
            },
        ),
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
    ]
