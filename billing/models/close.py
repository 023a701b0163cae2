"""Month end: what was checked of a month, who signed it off, and how it was opened again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from accounts.models import ExceptionRequest
from billing.enums import CloseItem, CloseOutcome, RunState
from tax.models import BillingEntity

NEVER_WAIVED = (
    CloseItem.EARLIER,
    CloseItem.LEDGER,
    CloseItem.RECHECK,
    CloseItem.RECONCILE,
)


class PeriodClose(models.Model):
    """
    A billing entity's month on its way to be closed.

    It is locked while the current round has its second signature: a round ends with a reopening.
    What is locked is everything up to the last day of the latest locked month.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    billing_entity = models.ForeignKey(
        BillingEntity, on_delete=models.PROTECT, related_name="closes"
    )
    month = models.DateField(help_text="Its first day")
    begun_at = models.DateTimeField()

    class Meta:
        ordering = ["-month", "billing_entity"]
        permissions = [
            ("sign_close", "Can sign off a month"),
            ("lock_close", "Can sign second, and waive findings"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="period_close_once_per_entity_and_month", fields=["billing_entity", "month"]
            ),
            models.CheckConstraint(
                name="period_close_month_is_its_first_day", condition=Q(month__day=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class CloseRun(models.Model):
    """
    One computation of the checklist. `result` and `digest` are written once, when it is finished.

    `result` holds the items, the figures and the marks by which signing sees that nothing moved.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    close = models.ForeignKey(PeriodClose, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.RUNNING)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="When its hand last gave a sign of life")
    finished_at = models.DateTimeField(null=True, blank=True)
    item = models.CharField(max_length=12, choices=CloseItem.choices, blank=True)
    done = models.PositiveIntegerField(default=0, help_text="Of the item being checked")
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the result")

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                name="close_run_one_at_a_time",
                fields=["close"],
                condition=Q(state=RunState.RUNNING),
            ),
            models.CheckConstraint(
                name="close_run_finished_has_its_time",
                condition=Q(state=RunState.RUNNING, finished_at=None)
                | Q(state=RunState.FINISHED, finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="close_run_result_has_its_digest",
                condition=Q(result=None, digest="") | Q(result__isnull=False) & ~Q(digest=""),
            ),
        ]

    def __str__(self) -> str:
        return f"checks of {self.started_at:%Y-%m-%d %H:%M %Z}"


class CloseCheck(models.Model):
    """
    An item of the checklist as last computed, and whose it is by when.

    `amounts` maps currencies to minor units; `rows` are the first rows behind a finding.
    """

    close = models.ForeignKey(PeriodClose, on_delete=models.PROTECT, related_name="checks")
    code = models.CharField(max_length=12, choices=CloseItem.choices)
    outcome = models.CharField(max_length=7, choices=CloseOutcome.choices, blank=True)
    count = models.PositiveIntegerField(default=0)
    amounts = models.JSONField(default=dict, blank=True)
    words = models.CharField(max_length=500, blank=True, help_text="What was found, in a sentence")
    rows = models.JSONField(default=list, blank=True)
    finding = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of what was found; a waiver names it"
    )
    computed_at = models.DateTimeField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    due = models.DateField(help_text="When it should be done")
    note = models.CharField(max_length=500, blank=True, help_text="For colleagues")

    class Meta:
        ordering = ["close", "id"]
        constraints = [
            models.UniqueConstraint(
                name="close_check_once_per_close_and_item", fields=["close", "code"]
            ),
            models.CheckConstraint(
                name="close_check_outcome_has_its_time",
                condition=Q(outcome="", computed_at=None)
                | ~Q(outcome="") & Q(computed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="close_check_passed_found_nothing",
                condition=~Q(outcome=CloseOutcome.PASSED) | Q(count=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.outcome or 'not checked'}"


class CloseWaiver(models.Model):
    """Why a finding does not keep the month open. It covers this finding alone, in this round."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    close = models.ForeignKey(PeriodClose, on_delete=models.PROTECT, related_name="waivers")
    round = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=12, choices=CloseItem.choices)
    finding = models.CharField(max_length=64, help_text="SHA-256 of what it explains")
    count = models.PositiveIntegerField()
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["close", "at"]
        constraints = [
            models.UniqueConstraint(
                name="close_waiver_once_per_finding", fields=["close", "round", "code", "finding"]
            ),
            models.CheckConstraint(name="close_waiver_has_its_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="close_waiver_never_for_ledger_recheck_or_books",
                condition=~Q(code__in=NEVER_WAIVED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} waived"


class CloseSignature(models.Model):
    """
    One of two people who sign a month off, over one computed result. Append-only.

    A first signature over a result that has moved since counts for nothing and stays on record.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    close = models.ForeignKey(PeriodClose, on_delete=models.PROTECT, related_name="signatures")
    round = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField(help_text="1 prepares, 2 locks")
    run = models.ForeignKey(CloseRun, on_delete=models.PROTECT, related_name="signatures")
    digest = models.CharField(max_length=64, help_text="Of the result that was signed")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["close", "round", "position"]
        constraints = [
            models.UniqueConstraint(
                name="close_signature_once_per_position",
                fields=["close", "round", "digest", "position"],
            ),
            models.UniqueConstraint(
                name="close_signed_by_two_different_people",
                fields=["close", "round", "digest", "by"],
            ),
            models.UniqueConstraint(
                name="close_locked_once_per_round",
                fields=["close", "round"],
                condition=Q(position=2),
            ),
            models.CheckConstraint(
                name="close_signature_is_first_or_second", condition=Q(position__in=[1, 2])
            ),
        ]

    def __str__(self) -> str:
        return f"signature {self.position}"


class CloseReopening(models.Model):
    """A locked month opened again by an approved exception. It ends the round. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    close = models.ForeignKey(PeriodClose, on_delete=models.PROTECT, related_name="reopenings")
    round = models.PositiveSmallIntegerField(help_text="The round it ends")
    request = models.OneToOneField(
        ExceptionRequest, on_delete=models.PROTECT, related_name="reopening"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["close", "round"]
        constraints = [
            models.UniqueConstraint(name="close_reopened_once_per_round", fields=["close", "round"])
        ]

    def __str__(self) -> str:
        return f"reopened {self.at:%Y-%m-%d}"
