"""Invoice runs as people see them, and the refusals that wait for a person."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from billing.enums import RunState, RunTrigger, StageName


class InvoiceRun(models.Model):
    """One push of the flow for a date. Progress is counted, never assumed: a killed run resumes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    as_of = models.DateTimeField(help_text="Everything due by this instant is billed")
    trigger = models.CharField(max_length=8, choices=RunTrigger.choices)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    waiting_at_start = models.PositiveIntegerField(default=0, help_text="Subscriptions due")
    rated = models.PositiveIntegerField(default=0, help_text="Subscriptions rated")
    drafted = models.PositiveIntegerField(default=0, help_text="Invoices drafted or extended")
    finalized = models.PositiveIntegerField(default=0, help_text="Invoices finalized")
    rendered = models.PositiveIntegerField(default=0, help_text="Documents rendered")
    refused = models.PositiveIntegerField(default=0, help_text="Refusals met")

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                name="invoice_run_finished_has_its_time",
                condition=Q(state=RunState.RUNNING, finished_at=None)
                | Q(state=RunState.FINISHED, finished_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"run as of {self.as_of:%Y-%m-%d %H:%M %Z}"


class StageRefusal(models.Model):
    """Why a subject does not pass a stage. While open, the stage leaves the subject alone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    stage = models.CharField(max_length=8, choices=StageName.choices)
    subject_id = models.UUIDField(help_text="Subscription (rate, draft) or invoice (later stages)")
    subject_label = models.CharField(max_length=200)
    run = models.ForeignKey(
        InvoiceRun, on_delete=models.PROTECT, null=True, blank=True, related_name="refusals"
    )
    code = models.CharField(max_length=60)
    message = models.TextField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=1)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(
                name="stage_refusal_one_open_per_subject",
                fields=["stage", "subject_id"],
                condition=Q(resolved_at=None),
            )
        ]
        indexes = [
            models.Index(
                name="stage_refusal_open",
                fields=["stage", "last_at"],
                condition=Q(resolved_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.stage}: {self.code}"
