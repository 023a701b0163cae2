"""Exceptions: who asked for what, who decided, and whose word is enough. Decisions are never changed."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from accounts.enums import (
    PENDING_STATES,
    ExceptionKind,
    ExceptionState,
    StaffRole,
    SupportBurden,
    Verdict,
)
from accounts.models.api import ApiClient
from accounts.models.customer import Customer

STAFF = settings.AUTH_USER_MODEL


class AuthorityMatrix(models.Model):
    """A version of the whole matrix; the newest counts. A new one is itself an approved request."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.PositiveIntegerField(unique=True)
    since = models.DateTimeField()
    request = models.OneToOneField(
        "accounts.ExceptionRequest",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="matrix",
        help_text="The approved change; empty for the one it started with",
    )

    class Meta:
        ordering = ["-version"]
        verbose_name_plural = "authority matrices"

    def __str__(self) -> str:
        return f"authority matrix v{self.version}"


class AuthorityRule(models.Model):
    """
    Who may agree to a kind up to an amount. Of the rules that fit, the one with the lowest limit counts.

    `approvers` 0: who holds the right may do it alone. `up_to_minor` is in minor units of `currency`;
    empty: without limit. An empty currency covers those that have no rule of their own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    matrix = models.ForeignKey(AuthorityMatrix, on_delete=models.PROTECT, related_name="rules")
    kind = models.CharField(max_length=24, choices=ExceptionKind.choices)
    currency = models.CharField(max_length=3, blank=True)
    up_to_minor = models.BigIntegerField(null=True, blank=True)
    approvers = models.PositiveSmallIntegerField(default=1)
    role = models.CharField(max_length=20, choices=StaffRole.choices)
    stand_in = models.CharField(
        max_length=20,
        choices=StaffRole.choices,
        blank=True,
        help_text="Role that may decide too, once it is escalated or past its target time",
    )
    target_hours = models.PositiveSmallIntegerField(default=24)
    needs_step_up = models.BooleanField(
        default=False, help_text="Who decides proves who they are again"
    )

    class Meta:
        ordering = ["kind", "currency", "up_to_minor"]
        constraints = [
            models.UniqueConstraint(
                name="authority_rule_once_per_limit",
                fields=["matrix", "kind", "currency", "up_to_minor"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="authority_rule_has_at_most_two_approvers", condition=Q(approvers__lte=2)
            ),
            models.CheckConstraint(
                name="authority_rule_limit_is_positive",
                condition=Q(up_to_minor=None) | Q(up_to_minor__gt=0),
            ),
            models.CheckConstraint(
                name="authority_rule_kind_is_known", condition=Q(kind__in=ExceptionKind.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} up to {self.up_to_minor} {self.currency}"


class ExceptionRequest(models.Model):
    """
    A wish to depart from policy or price. What is asked never changes; `state` moves by decisions alone.

    `amount_minor` is what the matrix measures, in minor units of `currency`; the prices are of one
    interval for the seats held when it was asked. `terms` has the shape of its kind
    (calc/exception_terms.py). `outcome` names what was written when it was carried out.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=12, unique=True, help_text="EX-000001; by the database")
    kind = models.CharField(max_length=24, choices=ExceptionKind.choices)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="exceptions"
    )
    subject_kind = models.CharField(max_length=20, blank=True, help_text="Such as subscription")
    subject_id = models.UUIDField(null=True, blank=True)
    package = models.CharField(max_length=80, blank=True, help_text="Code of the plan it is about")
    seller_code = models.CharField(max_length=20, blank=True, help_text="Billing entity")
    terms = models.JSONField()
    currency = models.CharField(max_length=3, blank=True)
    amount_minor = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=1000)
    customer_text = models.CharField(max_length=500, blank=True)
    team = models.CharField(max_length=60, blank=True, help_text="Who wants it, such as Sales EMEA")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True, help_text="First local date without it")

    list_minor = models.BigIntegerField(null=True, blank=True)
    realized_minor = models.BigIntegerField(null=True, blank=True)
    leakage_minor = models.BigIntegerField(
        null=True, blank=True, help_text="List less realized price over the term"
    )
    margin_percent = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, blank=True, help_text="Expected gross margin"
    )
    support_burden = models.CharField(max_length=5, choices=SupportBurden.choices, blank=True)

    blocks_drafts = models.BooleanField(
        default=False, help_text="The customer's drafts wait for the decision"
    )
    asked_by = models.ForeignKey(
        STAFF, on_delete=models.PROTECT, null=True, blank=True, related_name="exceptions_asked"
    )
    asked_by_client = models.ForeignKey(
        ApiClient, on_delete=models.PROTECT, null=True, blank=True, related_name="exceptions_asked"
    )
    asked_at = models.DateTimeField()
    rule = models.ForeignKey(AuthorityRule, on_delete=models.PROTECT, related_name="requests")
    target_at = models.DateTimeField(help_text="By when it should be decided")
    expires_at = models.DateTimeField(help_text="Undecided by then, it expires")

    state = models.CharField(
        max_length=9, choices=ExceptionState.choices, default=ExceptionState.REQUESTED
    )
    round = models.PositiveSmallIntegerField(default=1, help_text="How often it was asked")
    decided_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    grant_due_at = models.DateTimeField(
        null=True, blank=True, help_text="When the grant stage has work; empty: none"
    )
    carried_out_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When its effect ended")
    outcome = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["target_at", "id"]
        permissions = [
            ("decide_exception", "Can decide exceptions within the authority matrix"),
        ]
        constraints = [
            models.CheckConstraint(
                name="exception_asked_by_one",
                condition=Q(asked_by__isnull=False, asked_by_client=None)
                | Q(asked_by=None, asked_by_client__isnull=False),
            ),
            models.CheckConstraint(name="exception_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="exception_kind_is_known", condition=Q(kind__in=ExceptionKind.values)
            ),
            models.CheckConstraint(
                name="exception_state_is_known", condition=Q(state__in=ExceptionState.values)
            ),
            models.CheckConstraint(
                name="exception_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gt=F("starts_on")),
            ),
            models.CheckConstraint(
                name="exception_carried_out_only_when_approved",
                condition=Q(carried_out_at=None)
                | Q(state__in=[ExceptionState.APPROVED, ExceptionState.REVOKED]),
            ),
        ]
        indexes = [
            models.Index(
                name="exception_pending",
                fields=["target_at", "id"],
                condition=Q(state__in=PENDING_STATES),
            ),
            models.Index(
                name="exception_holds_drafts",
                fields=["customer"],
                condition=Q(state__in=PENDING_STATES, blocks_drafts=True),
            ),
            models.Index(
                name="exception_grant_due",
                fields=["grant_due_at", "id"],
                condition=Q(grant_due_at__isnull=False),
            ),
            models.Index(name="exception_by_package", fields=["package", "asked_at"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> UUID:
        """Key of what it is about; only a change of the matrix is about nothing."""
        assert self.subject_id is not None, "found when it was asked"
        return self.subject_id


class ExceptionDecision(models.Model):
    """
    What somebody said to a request, and what they saw when they did. Append-only.

    Empty `by` means the clock: expired, or escalated past its target time.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(
        ExceptionRequest, on_delete=models.PROTECT, related_name="decisions"
    )
    round = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    by = models.ForeignKey(
        STAFF,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="exception_decisions",
    )
    reason = models.CharField(max_length=1000)
    seen_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the effect as shown when deciding"
    )
    proved_again = models.BooleanField(default=False, help_text="Signed in again for it")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(name="exception_decision_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="exception_decision_verdict_is_known", condition=Q(verdict__in=Verdict.values)
            ),
            models.CheckConstraint(
                name="exception_decided_by_a_person",
                condition=Q(by__isnull=False) | Q(verdict__in=[Verdict.EXPIRE, Verdict.ESCALATE]),
            ),
            models.UniqueConstraint(
                name="exception_approved_once_per_person",
                fields=["request", "round", "by"],
                condition=Q(verdict=Verdict.APPROVE),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} {self.at:%Y-%m-%d}"


class ExceptionComment(models.Model):
    """A word between those who ask and those who decide. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(ExceptionRequest, on_delete=models.PROTECT, related_name="comments")
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=2000)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(name="exception_comment_says_something", condition=~Q(text=""))
        ]

    def __str__(self) -> str:
        return self.text[:60]


class ExceptionAttachment(models.Model):
    """A file that supports a request, known by its digest. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(
        ExceptionRequest, on_delete=models.PROTECT, related_name="attachments"
    )
    file = models.FileField(upload_to="exceptions/%Y/%m")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="Bytes")
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(name="exception_attachment_once", fields=["request", "sha256"])
        ]

    def __str__(self) -> str:
        return self.name
