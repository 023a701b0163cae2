"""A case: what one customer owes one of our companies in one currency, and the steps taken for it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from accounts.models.customer import Customer
from billing.models.receivables import Receivable
from dunning.enums import CaseBasis, CaseState, CloseReason, StepKind, StepState
from dunning.models.campaign import Campaign
from tax.models import BillingEntity

LEVELS = [
    ("none", "None"),
    ("banner", "Banner"),
    ("restrict_additions", "No new seats"),
    ("suspend", "Suspended"),
]


class DunningCase(models.Model):
    """
    One recovery. `first_failed_at` never moves, whatever happens later; a trigger holds that.

    `looked_at` is when its facts were last read and `look_at` when they are read again;
    `next_step_at` is when the next step is planned as things stood then.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="dunning_cases")
    billing_entity = models.ForeignKey(
        BillingEntity, on_delete=models.PROTECT, related_name="dunning_cases"
    )
    currency = models.CharField(max_length=3)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="cases", help_text="The version followed"
    )
    basis = models.CharField(max_length=7, choices=CaseBasis.choices)
    state = models.CharField(max_length=11, choices=CaseState.choices, default=CaseState.OPEN)
    opened_at = models.DateTimeField()
    first_failed_at = models.DateTimeField(help_text="Every deadline counts from here")
    opened_minor = models.BigIntegerField(help_text="Open when the case was opened")
    looked_at = models.DateTimeField(null=True, blank=True)
    look_at = models.DateTimeField(null=True, blank=True)
    next_step_at = models.DateTimeField(null=True, blank=True)
    next_step_key = models.CharField(max_length=120, blank=True)
    next_step_why = models.CharField(max_length=300, blank=True)
    access_level = models.CharField(max_length=18, choices=LEVELS, default="none")
    write_off_requested_at = models.DateTimeField(null=True, blank=True)
    write_off_reason = models.CharField(max_length=300, blank=True)
    write_off_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    handed_over_at = models.DateTimeField(null=True, blank=True)
    handed_over_reason = models.CharField(max_length=300, blank=True)
    handed_over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.CharField(max_length=15, choices=CloseReason.choices, blank=True)

    class Meta:
        ordering = ["next_step_at", "id"]
        constraints = [
            models.UniqueConstraint(
                name="dunning_case_one_open_per_customer_currency_and_entity",
                fields=["customer", "currency", "billing_entity"],
                condition=~Q(state=CaseState.CLOSED),
            ),
            models.CheckConstraint(
                name="dunning_case_closed_says_when_and_why",
                condition=Q(state=CaseState.CLOSED, closed_at__isnull=False) & ~Q(closed_reason="")
                | ~Q(state=CaseState.CLOSED) & Q(closed_at=None, closed_reason=""),
            ),
            models.CheckConstraint(
                name="dunning_case_closed_advises_nothing",
                condition=~Q(state=CaseState.CLOSED)
                | Q(access_level="none", look_at=None, next_step_at=None),
            ),
            models.CheckConstraint(
                name="dunning_case_handed_over_says_when_and_why",
                condition=~Q(state=CaseState.HANDED_OVER)
                | Q(handed_over_at__isnull=False) & ~Q(handed_over_reason=""),
            ),
        ]
        indexes = [
            models.Index(
                name="dunning_case_steps_due",
                fields=["look_at", "id"],
                condition=Q(look_at__isnull=False),
            ),
            models.Index(
                name="dunning_case_not_closed",
                fields=["customer"],
                condition=~Q(state=CaseState.CLOSED),
            ),
            models.Index(fields=["opened_at"], name="dunning_case_by_opened_at"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.currency}"


class CaseReceivable(models.Model):
    """An invoice a case is about. It joins once and stays, paid or not. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(DunningCase, on_delete=models.PROTECT, related_name="case_receivables")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="in_cases")
    joined_at = models.DateTimeField()
    open_minor = models.BigIntegerField(help_text="Open when it joined")

    class Meta:
        ordering = ["joined_at", "id"]
        constraints = [
            models.UniqueConstraint(
                name="case_receivable_joins_once", fields=["case", "receivable"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.open_minor} open at {self.joined_at:%Y-%m-%d}"


class DunningStep(models.Model):
    """A step that was taken, or passed over because a later one of its kind was due. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(DunningCase, on_delete=models.PROTECT, related_name="steps")
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=7, choices=StepKind.choices)
    state = models.CharField(max_length=11, choices=StepState.choices, default=StepState.DONE)
    value = models.CharField(max_length=30, blank=True, help_text="Template, level or ending")
    receivable = models.ForeignKey(
        Receivable, on_delete=models.PROTECT, null=True, blank=True, related_name="dunning_steps"
    )
    why = models.CharField(max_length=300)
    planned_at = models.DateTimeField()
    done_at = models.DateTimeField()

    class Meta:
        ordering = ["case", "done_at", "id"]
        constraints = [
            models.UniqueConstraint(name="dunning_step_once_per_case", fields=["case", "key"]),
            models.CheckConstraint(
                name="dunning_step_retry_names_its_invoice",
                condition=Q(kind=StepKind.RETRY, receivable__isnull=False)
                | ~Q(kind=StepKind.RETRY) & Q(receivable=None),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class CaseCampaign(models.Model):
    """That a case was moved to another version, by whom and why. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(DunningCase, on_delete=models.PROTECT, related_name="campaign_moves")
    left = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    joined = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    moved_at = models.DateTimeField()
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["moved_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="case_campaign_move_changes_it", condition=~Q(left=models.F("joined"))
            )
        ]

    def __str__(self) -> str:
        return f"moved to {self.joined}"
