"""Who may call the API, and the answers already given under an idempotency key."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords
from uuid6 import uuid7


class ApiClient(models.Model):
    """A product service with a key. Only the key's SHA-256 is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    key_prefix = models.CharField(max_length=12, help_text="First characters, to recognize the key")
    key_digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    requests_per_minute = models.PositiveIntegerField(
        null=True, blank=True, help_text="Empty: API_REQUESTS_PER_MINUTE; 0: no limit"
    )
    is_sandbox = models.BooleanField(
        default=False, help_text="Its requests meet the sandbox database and nothing else"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    history = HistoricalRecords(excluded_fields=["key_digest"])

    class Meta:
        ordering = ["name"]
        verbose_name = "API client"

    def __str__(self) -> str:
        return self.name


class ApiReply(models.Model):
    """The answer given under an Idempotency-Key: the same key and body get it again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="replies")
    idempotency_key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64, help_text="SHA-256 of method, path and body")
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    replied_at = models.DateTimeField()

    class Meta:
        verbose_name = "API reply"
        verbose_name_plural = "API replies"
        constraints = [
            models.UniqueConstraint(
                name="api_reply_once_per_client_and_key", fields=["client", "idempotency_key"]
            )
        ]
        indexes = [models.Index(fields=["replied_at"], name="api_reply_by_age")]

    def __str__(self) -> str:
        return self.idempotency_key
