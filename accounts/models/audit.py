"""The trail: who saw or changed what. Written once, linked by hashes, never edited."""

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from accounts.enums import ActorKind

DIGEST = r"^[0-9a-f]{64}$"
CODE = r"^[a-z][a-z0-9_.]*$"


class AuditHead(models.Model):
    """The end of the chain, one row. A trigger moves it with each entry; nobody else may."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="audit_head_is_one_row", condition=Q(id=1)),
        ]

    def __str__(self) -> str:
        return f"Trail at {self.sequence}"


class AuditEntry(models.Model):
    """
    Somebody saw or changed something at an instant.

    `sequence`, `previous_digest` and `digest` are set by the database as it takes the entry in.
    People and customers are written down, not referenced: the trail outlives them and locks nobody.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sequence = models.BigIntegerField(
        unique=True, default=0, help_text="Place in the chain, from 1, without gaps"
    )
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10, choices=ActorKind.choices)
    actor_id = models.CharField(max_length=40, blank=True)
    actor_label = models.CharField(max_length=200, help_text="Its name at that time")
    action = models.CharField(max_length=40, help_text="Stable code, such as viewed or changed")
    subject_kind = models.CharField(max_length=60, help_text="Stable code, such as invoice")
    subject_id = models.CharField(max_length=100, blank=True)
    label = models.CharField(max_length=200, blank=True, help_text="The subject's name or number")
    customer_id = models.UUIDField(null=True, blank=True)
    detail = models.JSONField(default=dict, blank=True, help_text="What changed; never secrets")
    address = models.CharField(max_length=45, blank=True, help_text="IP address")
    user_agent = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=36, blank=True)
    content_digest = models.CharField(max_length=64, help_text="SHA-256 of what the entry says")
    previous_digest = models.CharField(max_length=64, default="", blank=True)
    digest = models.CharField(max_length=64, default="", help_text="SHA-256 with the entry before")

    class Meta:
        ordering = ["-sequence"]
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        constraints = [
            models.CheckConstraint(
                name="audit_actor_kind_is_known", condition=Q(actor_kind__in=ActorKind.values)
            ),
            models.CheckConstraint(name="audit_action_is_a_code", condition=Q(action__regex=CODE)),
            models.CheckConstraint(
                name="audit_subject_kind_is_a_code", condition=Q(subject_kind__regex=CODE)
            ),
            models.CheckConstraint(
                name="audit_content_digest_is_sha256", condition=Q(content_digest__regex=DIGEST)
            ),
            models.UniqueConstraint(name="audit_one_entry_follows", fields=["previous_digest"]),
        ]
        indexes = [
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(fields=["actor_id", "sequence"], name="audit_by_actor"),
            models.Index(fields=["action", "sequence"], name="audit_by_action"),
            models.Index(
                fields=["subject_kind", "subject_id", "sequence"], name="audit_by_subject"
            ),
            models.Index(fields=["label", "sequence"], name="audit_by_label"),
            models.Index(
                fields=["customer_id", "sequence"],
                name="audit_by_customer",
                condition=~Q(customer_id=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.actor_label} {self.action} {self.subject_kind} {self.label}"
