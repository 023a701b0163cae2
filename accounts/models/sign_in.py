"""Attempts to sign in with something that can be guessed: a password or a code."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from accounts.enums import SignInStep


class SignInAttempt(models.Model):
    """
    An attempt that failed, or has not been answered yet. What counts is recent and not forgiven.

    The name is kept as a keyed digest: people type passwords into the wrong field.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name_digest = models.CharField(max_length=64)
    address = models.GenericIPAddressField()
    step = models.CharField(max_length=8, choices=SignInStep.choices)
    at = models.DateTimeField()
    forgiven_at = models.DateTimeField(null=True, blank=True, help_text="Empty: still counts")
    forgiven_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: a sign-in that went well",
    )

    class Meta:
        ordering = ["-at"]
        verbose_name = "sign-in attempt"
        indexes = [
            models.Index(fields=["name_digest", "at"], name="sign_in_attempt_by_name"),
            models.Index(fields=["address", "at"], name="sign_in_attempt_by_address"),
            models.Index(fields=["at"], name="sign_in_attempt_by_age"),
        ]
        constraints = [
            models.CheckConstraint(
                name="sign_in_attempt_step_is_known", condition=Q(step__in=SignInStep.values)
            ),
            models.CheckConstraint(
                name="sign_in_attempt_forgiven_by_needs_a_time",
                condition=Q(forgiven_by=None) | Q(forgiven_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} at {self.at:%Y-%m-%d %H:%M}"
