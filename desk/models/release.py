"""The release check: scenarios the company cares about, and what each check of them found."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from billing.models import Plan
from desk.enums import CheckReason, CheckState, ScenarioArea, ScenarioOutcome


class ReleaseScenario(models.Model):
    """
    A story with its expected invoices, as `docs/scenarios.md` describes it. Edited by people, with history.

    With a `plan` it is played with that plan's policy and prices in force (or about to be published)
    in place of its own. `shipped_digest` is of the text as it came with the product; a text that
    differs from it was edited here and is never overwritten.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True, help_text="The scenario's id")
    name = models.CharField(max_length=200, help_text="The rule it holds, in one line")
    area = models.CharField(max_length=12, choices=ScenarioArea.choices)
    text = models.TextField(help_text="YAML")
    plan = models.ForeignKey(
        Plan,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Played with this plan's policy and prices",
    )
    is_active = models.BooleanField(default=True, help_text="Whether checks play it")
    shipped_digest = models.CharField(max_length=64, blank=True, help_text="Empty: written here")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    history = HistoricalRecords()

    class Meta:
        ordering = ["area", "key"]
        constraints = [
            models.CheckConstraint(
                name="release_scenario_area_is_known", condition=Q(area__in=ScenarioArea.values)
            ),
            models.CheckConstraint(
                name="release_scenario_has_a_text", condition=~Q(text="") & ~Q(name="")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReleaseCheckRun(models.Model):
    """
    One check of all active scenarios, kept. `proposal` is what was about to be published, if anything.

    Differences before a publication are gone ahead with only by a person who says why.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reason = models.CharField(max_length=8, choices=CheckReason.choices)
    subject = models.CharField(max_length=200, blank=True, help_text="What was about to change")
    proposal = models.JSONField(null=True, blank=True)
    proposal_digest = models.CharField(max_length=64, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=8, choices=CheckState.choices, default=CheckState.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    expected = models.PositiveIntegerField(default=0, help_text="Scenarios to play")
    passed = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)
    unusable = models.PositiveIntegerField(default=0)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledgment = models.CharField(
        max_length=300, blank=True, help_text="Why it went ahead despite the differences"
    )

    class Meta:
        ordering = ["-started_at", "-id"]
        verbose_name = "release check"
        constraints = [
            models.CheckConstraint(
                name="release_check_finished_has_its_time",
                condition=Q(state=CheckState.RUNNING, finished_at=None)
                | Q(state=CheckState.FINISHED, finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="release_check_acknowledged_by_whom_when_and_why",
                condition=Q(acknowledged_by=None, acknowledged_at=None, acknowledgment="")
                | Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False)
                & ~Q(acknowledgment=""),
            ),
        ]
        indexes = [
            models.Index(fields=["-started_at", "-id"], name="release_check_by_start"),
        ]

    @property
    def is_clean(self) -> bool:
        """Finished, and everything came out as expected."""
        return self.state == CheckState.FINISHED and not (self.differing or self.unusable)

    def __str__(self) -> str:
        return f"release check of {self.started_at:%Y-%m-%d %H:%M %Z}"


class ReleaseCheckResult(models.Model):
    """
    How one scenario came out in one check: what differs from its expectation, and its figures.

    `figures` are the invoices that came out, so that two checks compare even where nothing is expected.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(ReleaseCheckRun, on_delete=models.PROTECT, related_name="results")
    scenario = models.ForeignKey(ReleaseScenario, on_delete=models.PROTECT, related_name="results")
    outcome = models.CharField(max_length=8, choices=ScenarioOutcome.choices)
    differences = models.JSONField(default=list)
    figures = models.JSONField(default=list)
    text_digest = models.CharField(max_length=64, help_text="SHA-256 of the scenario as played")
    took_ms = models.PositiveIntegerField(help_text="Milliseconds")

    class Meta:
        ordering = ["scenario"]
        constraints = [
            models.UniqueConstraint(
                name="release_result_once_per_check_and_scenario", fields=["run", "scenario"]
            ),
            models.CheckConstraint(
                name="release_result_passed_has_no_differences",
                condition=Q(outcome=ScenarioOutcome.PASSED, differences=[])
                | ~Q(outcome=ScenarioOutcome.PASSED) & ~Q(differences=[]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scenario_id}: {self.outcome}"
