"""Features of products and what seat types entitle to, usage by billing cycle, quotas of groups."""

import django.db.models.deletion
import simple_history.models
import uuid6
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_directories"),
        ("billing", "0034_what_a_directory_gives"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Feature",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        help_text="As the product asks for it: boards.edit", max_length=50
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[("switch", "On or off"), ("metered", "Used in units")],
                        default="switch",
                        max_length=7,
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        blank=True,
                        help_text="What is counted, in the plural: exports, GB, minutes",
                        max_length=30,
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="features",
                        to="billing.product",
                    ),
                ),
            ],
            options={
                "ordering": ["product", "code"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "code"), name="feature_code_once_per_product"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["switch", "metered"])),
                        name="feature_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "switch"), ("unit", "")),
                            models.Q(("kind", "metered"), models.Q(("unit", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="feature_metered_has_a_unit",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalFeature",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid6.uuid7, editable=False)),
                (
                    "code",
                    models.CharField(
                        help_text="As the product asks for it: boards.edit", max_length=50
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[("switch", "On or off"), ("metered", "Used in units")],
                        default="switch",
                        max_length=7,
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        blank=True,
                        help_text="What is counted, in the plural: exports, GB, minutes",
                        max_length=30,
                    ),
                ),
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
                    "product",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.product",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical feature",
                "verbose_name_plural": "historical features",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalQuotaAllocation",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid6.uuid7, editable=False)),
                ("quantity", models.PositiveBigIntegerField()),
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
                    "feature",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.feature",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.group",
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
                    "subscription",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.subscription",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical quota allocation",
                "verbose_name_plural": "historical quota allocations",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalSeatTypeFeature",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid6.uuid7, editable=False)),
                (
                    "limit",
                    models.PositiveBigIntegerField(
                        blank=True, help_text="Most a billing cycle; empty: no limit", null=True
                    ),
                ),
                (
                    "limit_of",
                    models.CharField(
                        choices=[
                            ("person", "Each person"),
                            ("subscription", "The whole subscription"),
                        ],
                        default="person",
                        help_text="Whose limit",
                        max_length=12,
                    ),
                ),
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
                    "feature",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.feature",
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
                    "seat_type",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.seattype",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical seat type feature",
                "verbose_name_plural": "historical seat type features",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="QuotaAllocation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("quantity", models.PositiveBigIntegerField()),
                (
                    "feature",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quota_allocations",
                        to="billing.feature",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quota_allocations",
                        to="accounts.group",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quota_allocations",
                        to="billing.subscription",
                    ),
                ),
            ],
            options={
                "ordering": ["subscription", "feature", "group"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subscription", "group", "feature"),
                        name="quota_once_per_group_and_feature",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SeatTypeFeature",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "limit",
                    models.PositiveBigIntegerField(
                        blank=True, help_text="Most a billing cycle; empty: no limit", null=True
                    ),
                ),
                (
                    "limit_of",
                    models.CharField(
                        choices=[
                            ("person", "Each person"),
                            ("subscription", "The whole subscription"),
                        ],
                        default="person",
                        help_text="Whose limit",
                        max_length=12,
                    ),
                ),
                (
                    "feature",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seat_types",
                        to="billing.feature",
                    ),
                ),
                (
                    "seat_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="features",
                        to="billing.seattype",
                    ),
                ),
            ],
            options={
                "ordering": ["seat_type", "feature"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("seat_type", "feature"), name="seat_type_feature_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("limit_of__in", ["person", "subscription"])),
                        name="seat_type_feature_limit_is_of_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("quantity", models.BigIntegerField()),
                ("used_at", models.DateTimeField(help_text="When it was used")),
                ("recorded_at", models.DateTimeField(help_text="When we knew")),
                ("source", models.CharField(max_length=50)),
                ("source_event_id", models.CharField(max_length=100)),
                (
                    "client",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.apiclient",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="usage_records",
                        to="accounts.customer",
                    ),
                ),
                (
                    "feature",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="usage_records",
                        to="billing.feature",
                    ),
                ),
                (
                    "grantee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="usage_records",
                        to="accounts.grantee",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="usage_records",
                        to="accounts.group",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="usage_records",
                        to="billing.subscription",
                    ),
                ),
            ],
            options={
                "ordering": ["-recorded_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer", "source", "source_event_id"),
                        name="usage_source_id_once_per_customer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity", 0), _negated=True),
                        name="usage_quantity_is_not_zero",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["subscription", "used_at"], name="usage_by_subscription"),
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageTotal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("from_at", models.DateTimeField(help_text="The billing cycle begins")),
                ("until_at", models.DateTimeField(help_text="The next one begins")),
                ("quantity", models.BigIntegerField()),
                (
                    "feature",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="usage_totals",
                        to="billing.feature",
                    ),
                ),
                (
                    "grantee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="usage_totals",
                        to="accounts.grantee",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="usage_totals",
                        to="accounts.group",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="usage_totals",
                        to="billing.subscription",
                    ),
                ),
            ],
            options={
                "ordering": ["subscription", "feature", "-from_at"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subscription", "feature", "grantee", "group", "from_at"),
                        name="usage_total_once_per_cycle",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("grantee", None), ("group", None), _connector="OR"),
                        name="usage_total_is_of_a_person_or_a_group",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until_at__gt", models.F("from_at"))),
                        name="usage_total_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            """
            CREATE TRIGGER usagerecord_append_only BEFORE UPDATE OR DELETE ON billing_usagerecord
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER usagerecord_append_only_truncate BEFORE TRUNCATE ON billing_usagerecord
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            """,
            """
            DROP TRIGGER usagerecord_append_only_truncate ON billing_usagerecord;
            DROP TRIGGER usagerecord_append_only ON billing_usagerecord;
            """,
        ),
    ]
