"""Tables of recovery: campaigns, cases, steps, messages, pauses and promises."""

import django.db.models.deletion
import simple_history.models
import uuid6
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_access_advice"),
        ("billing", "0013_credits_within_what_is_left"),
        ("tax", "0008_markets_of_businesses_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.SlugField()),
                ("version", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=100)),
                ("is_current", models.BooleanField(default=True)),
                (
                    "is_active",
                    models.BooleanField(default=True, help_text="Whether new cases may follow it"),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        default=100, help_text="Of several that fit, the lowest number wins"
                    ),
                ),
                (
                    "segment",
                    models.CharField(
                        choices=[
                            ("all", "Every customer"),
                            ("country", "Customers of a country"),
                            ("billing_entity", "Customers of a billing entity"),
                        ],
                        default="all",
                        max_length=14,
                    ),
                ),
                (
                    "country",
                    models.CharField(blank=True, help_text="ISO 3166-1 alpha-2", max_length=2),
                ),
                (
                    "currency",
                    models.CharField(blank=True, help_text="Empty: every currency", max_length=3),
                ),
                (
                    "threshold_minor",
                    models.BigIntegerField(help_text="Less open than this is not pursued"),
                ),
                ("retries", models.PositiveSmallIntegerField(default=8)),
                (
                    "retry_days",
                    models.PositiveSmallIntegerField(
                        default=14, help_text="Since the first failure"
                    ),
                ),
                (
                    "grace_days",
                    models.PositiveSmallIntegerField(default=7, help_text="After the retry days"),
                ),
                ("messages", models.JSONField(default=list)),
                ("access", models.JSONField(default=list)),
                ("end_day", models.PositiveSmallIntegerField()),
                (
                    "ending",
                    models.CharField(
                        choices=[
                            ("write_off_request", "Ask for a write-off"),
                            ("hand_over", "Hand over to a person"),
                        ],
                        max_length=17,
                    ),
                ),
                ("reason", models.CharField(help_text="Why it was published", max_length=300)),
                ("published_at", models.DateTimeField()),
                (
                    "billing_entity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tax.billingentity",
                    ),
                ),
                (
                    "published_by",
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
                "ordering": ["priority", "code", "-version"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "version"), name="campaign_version_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("code",),
                        name="campaign_one_current_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("billing_entity", None), ("country", ""), ("segment", "all")),
                            models.Q(
                                ("billing_entity", None),
                                ("country__regex", "^[A-Z]{2}$"),
                                ("segment", "country"),
                            ),
                            models.Q(
                                ("billing_entity__isnull", False),
                                ("country", ""),
                                ("segment", "billing_entity"),
                            ),
                            _connector="OR",
                        ),
                        name="campaign_segment_names_its_value",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("threshold_minor__gte", 0)),
                        name="campaign_threshold_is_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DunningCase",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                (
                    "basis",
                    models.CharField(
                        choices=[("failed", "A charge failed"), ("overdue", "A due date passed")],
                        max_length=7,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("paused", "Paused"),
                            ("handed_over", "Handed over"),
                            ("closed", "Closed"),
                        ],
                        default="open",
                        max_length=11,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                (
                    "first_failed_at",
                    models.DateTimeField(help_text="Every deadline counts from here"),
                ),
                ("opened_minor", models.BigIntegerField(help_text="Open when the case was opened")),
                ("looked_at", models.DateTimeField(blank=True, null=True)),
                ("next_step_at", models.DateTimeField(blank=True, null=True)),
                ("next_step_key", models.CharField(blank=True, max_length=120)),
                ("next_step_why", models.CharField(blank=True, max_length=300)),
                (
                    "access_level",
                    models.CharField(
                        choices=[
                            ("none", "None"),
                            ("banner", "Banner"),
                            ("restrict_additions", "No new seats"),
                            ("suspend", "Suspended"),
                        ],
                        default="none",
                        max_length=18,
                    ),
                ),
                ("write_off_requested_at", models.DateTimeField(blank=True, null=True)),
                ("write_off_reason", models.CharField(blank=True, max_length=300)),
                ("handed_over_at", models.DateTimeField(blank=True, null=True)),
                ("handed_over_reason", models.CharField(blank=True, max_length=300)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closed_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("paid", "Paid"),
                            ("credited", "Settled by credit"),
                            ("written_off", "Written off"),
                            ("below_threshold", "Less open than the campaign pursues"),
                        ],
                        max_length=15,
                    ),
                ),
                (
                    "billing_entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dunning_cases",
                        to="tax.billingentity",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        help_text="The version followed",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="dunning.campaign",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dunning_cases",
                        to="accounts.customer",
                    ),
                ),
                (
                    "handed_over_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "write_off_requested_by",
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
                "ordering": ["next_step_at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "closed"), _negated=True),
                        fields=("customer", "currency", "billing_entity"),
                        name="dunning_case_one_open_per_customer_currency_and_entity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", False),
                                ("state", "closed"),
                                models.Q(("closed_reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "closed"), _negated=True),
                                ("closed_at", None),
                                ("closed_reason", ""),
                            ),
                            _connector="OR",
                        ),
                        name="dunning_case_closed_says_when_and_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "closed"), _negated=True),
                            models.Q(("access_level", "none"), ("next_step_at", None)),
                            _connector="OR",
                        ),
                        name="dunning_case_closed_advises_nothing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "handed_over"), _negated=True),
                            models.Q(
                                ("handed_over_at__isnull", False),
                                models.Q(("handed_over_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="dunning_case_handed_over_says_when_and_why",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_step_at__isnull", False)),
                        fields=["next_step_at", "id"],
                        name="dunning_case_steps_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "closed"), _negated=True),
                        fields=["customer"],
                        name="dunning_case_not_closed",
                    ),
                    models.Index(fields=["opened_at"], name="dunning_case_by_opened_at"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseReceivable",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("open_minor", models.BigIntegerField(help_text="Open when it joined")),
                (
                    "receivable",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="in_cases",
                        to="billing.receivable",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="case_receivables",
                        to="dunning.dunningcase",
                    ),
                ),
            ],
            options={
                "ordering": ["joined_at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "receivable"), name="case_receivable_joins_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("note", "Note"),
                            ("reply", "Reply of the customer"),
                            ("call", "Call"),
                        ],
                        default="note",
                        max_length=5,
                    ),
                ),
                ("words", models.TextField()),
                ("noted_at", models.DateTimeField()),
                (
                    "noted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="dunning.dunningcase",
                    ),
                ),
            ],
            options={
                "ordering": ["-noted_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True),
                        name="case_note_says_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseCampaign",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("moved_at", models.DateTimeField()),
                (
                    "joined",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dunning.campaign",
                    ),
                ),
                (
                    "left",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dunning.campaign",
                    ),
                ),
                (
                    "moved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campaign_moves",
                        to="dunning.dunningcase",
                    ),
                ),
            ],
            options={
                "ordering": ["moved_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("left", models.F("joined")), _negated=True),
                        name="case_campaign_move_changes_it",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DunningStep",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("retry", "Charge again"),
                            ("message", "Message"),
                            ("access", "Advice on access"),
                            ("end", "End"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("done", "Done"), ("passed_over", "Passed over")],
                        default="done",
                        max_length=11,
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        blank=True, help_text="Template, level or ending", max_length=30
                    ),
                ),
                ("why", models.CharField(max_length=300)),
                ("planned_at", models.DateTimeField()),
                ("done_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="dunning.dunningcase",
                    ),
                ),
                (
                    "receivable",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dunning_steps",
                        to="billing.receivable",
                    ),
                ),
            ],
            options={
                "ordering": ["case", "done_at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "key"), name="dunning_step_once_per_case"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "retry"), ("receivable__isnull", False)),
                            models.Q(
                                models.Q(("kind", "retry"), _negated=True), ("receivable", None)
                            ),
                            _connector="OR",
                        ),
                        name="dunning_step_retry_names_its_invoice",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalPause",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid6.uuid7, editable=False)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("reason", models.CharField(max_length=300)),
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
                    "case",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="dunning.dunningcase",
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
                    "paused_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical pause",
                "verbose_name_plural": "historical pauses",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("template", models.CharField(max_length=30)),
                ("language", models.CharField(max_length=5)),
                ("to", models.JSONField(help_text="Addresses")),
                ("reply_to", models.CharField(blank=True, max_length=254)),
                ("subject", models.CharField(max_length=300)),
                ("text", models.TextField()),
                ("html", models.TextField()),
                (
                    "message_id",
                    models.CharField(
                        help_text="Of the e-mail's header", max_length=200, unique=True
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waits to be sent"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("unknown", "Perhaps sent"),
                            ("canceled", "Not sent: paid meanwhile"),
                            ("failed", "Refused by the mail server"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("queued_at", models.DateTimeField()),
                (
                    "send_after",
                    models.DateTimeField(help_text="A refused connection is tried again later"),
                ),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("try_count", models.PositiveSmallIntegerField(default=0)),
                ("problem", models.CharField(blank=True, max_length=300)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="dunning.dunningcase",
                    ),
                ),
                (
                    "step",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sent_message",
                        to="dunning.dunningstep",
                    ),
                ),
            ],
            options={
                "ordering": ["-queued_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at__isnull", False), ("state", "sent")),
                            models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at", None)),
                            _connector="OR",
                        ),
                        name="message_sent_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["sending", "sent", "unknown"]), _negated=True),
                            ("claimed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="message_being_sent_is_claimed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("to", []), _negated=True),
                        name="message_has_somebody_to_read_it",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["send_after", "id"],
                        name="message_to_send",
                    ),
                    models.Index(
                        condition=models.Q(("state", "sending")),
                        fields=["claimed_at"],
                        name="message_being_sent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pause",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("reason", models.CharField(max_length=300)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pauses",
                        to="dunning.dunningcase",
                    ),
                ),
                (
                    "paused_by",
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
                "ordering": ["-since"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("since"))),
                        name="pause_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="pause_has_its_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("amount_minor", models.BigIntegerField(help_text="In the case's currency")),
                ("by_date", models.DateField(help_text="In the customer's zone")),
                ("hold_until", models.DateTimeField()),
                ("promised_at", models.DateTimeField()),
                (
                    "words",
                    models.CharField(
                        blank=True, help_text="What was said, and by whom", max_length=300
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promises",
                        to="dunning.dunningcase",
                    ),
                ),
                (
                    "recorded_by",
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
                "ordering": ["-promised_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)),
                        name="promise_amount_is_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hold_until__gt", models.F("promised_at"))),
                        name="promise_holds_after_it_was_given",
                    ),
                ],
            },
        ),
    ]
