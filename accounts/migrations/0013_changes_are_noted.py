"""The feed of changed entitlement answers, in the order of transactions; rows stay as written."""

import django.db.models.deletion
from django.db import migrations, models

import accounts.models.changes

TRIGGERS = """
CREATE TRIGGER change_append_only BEFORE UPDATE OR DELETE ON accounts_entitlementchange
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_what_was_said();
CREATE TRIGGER change_append_only_truncate BEFORE TRUNCATE ON accounts_entitlementchange
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_what_was_said();
"""

DROP_TRIGGERS = """
DROP TRIGGER change_append_only_truncate ON accounts_entitlementchange;
DROP TRIGGER change_append_only ON accounts_entitlementchange;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_people_of_the_portal"),
    ]

    operations = [
        migrations.CreateModel(
            name="EntitlementChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "xid",
                    models.BigIntegerField(
                        db_default=accounts.models.changes.TransactionNumber(), editable=False
                    ),
                ),
                (
                    "subscription",
                    models.CharField(
                        blank=True,
                        help_text="External id; empty: not of one subscription",
                        max_length=100,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("seat_changed", "A seat was given, taken or changed"),
                            ("membership_changed", "A membership or its group changed"),
                            ("subscription_changed", "A subscription began, changed or ended"),
                            ("features_changed", "What a plan contains changed"),
                            ("usage_quota_reached", "A usage quota is used up"),
                            ("usage_quota_changed", "A usage quota was set or freed"),
                            ("access_advised", "Payment recovery's advice on access changed"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "effective_at",
                    models.DateTimeField(help_text="May be in the future, or in the past"),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entitlement_changes",
                        to="accounts.customer",
                    ),
                ),
                (
                    "grantee",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Empty: everyone of the customer",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entitlement_changes",
                        to="accounts.grantee",
                    ),
                ),
            ],
            options={
                "ordering": ["xid", "id"],
                "indexes": [
                    models.Index(fields=["xid", "id"], name="change_by_place"),
                    models.Index(fields=["customer", "xid", "id"], name="change_by_customer"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "seat_changed",
                                    "membership_changed",
                                    "subscription_changed",
                                    "features_changed",
                                    "usage_quota_reached",
                                    "usage_quota_changed",
                                    "access_advised",
                                ],
                            )
                        ),
                        name="change_kind_is_known",
                    )
                ],
            },
        ),
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
    ]
