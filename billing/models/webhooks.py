"""Webhooks we send: whom we tell, what we tell them, and how each attempt went."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from accounts.models import ApiClient, Customer, EntitlementChange
from billing.enums import WebhookState


class WebhookEndpoint(models.Model):
    """
    An address of a product service that hears of changed entitlement answers.

    It has heard of the feed up to `heard_xid`, `heard_id`. Switched off it hears nothing and its
    messages wait; switched on again it goes on where it stopped.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(
        ApiClient, on_delete=models.PROTECT, related_name="webhook_endpoints"
    )
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=200, blank=True)
    kinds = ArrayField(
        models.CharField(max_length=30),
        default=list,
        blank=True,
        help_text="Kinds of changes it hears of; empty: all",
    )
    heard_xid = models.BigIntegerField(default=0)
    heard_id = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    failing_since = models.DateTimeField(
        null=True, blank=True, help_text="Empty: the last attempt came through"
    )
    delivered_at = models.DateTimeField(
        null=True, blank=True, help_text="When a message was taken last"
    )
    switched_off_at = models.DateTimeField(null=True, blank=True)
    switched_off_because = models.CharField(max_length=200, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True, help_text="Its log stays")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                name="webhook_endpoint_once_per_client_and_url",
                fields=["client", "url"],
                condition=Q(removed_at=None),
            ),
            models.CheckConstraint(
                name="webhook_endpoint_switched_off_says_why",
                condition=Q(switched_off_at=None, switched_off_because="")
                | (Q(switched_off_at__isnull=False) & ~Q(switched_off_because="")),
            ),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def is_on(self) -> bool:
        return self.switched_off_at is None and self.removed_at is None


class WebhookSecret(models.Model):
    """What messages of an endpoint are signed with. While one follows another, both sign."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="secrets")
    sealed = models.TextField(help_text="Encrypted; shown to its holder once")
    created_at = models.DateTimeField()
    valid_until = models.DateTimeField(
        null=True, blank=True, help_text="Empty: until it is followed"
    )

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                name="webhook_secret_one_lasts_per_endpoint",
                fields=["endpoint"],
                condition=Q(valid_until=None),
            ),
        ]

    def __str__(self) -> str:
        return f"secret since {self.created_at:%Y-%m-%d}"


class WebhookDelivery(models.Model):
    """
    One message to one endpoint; its id is the webhook-id, the same with every attempt.

    It is claimed before it is sent. One whose sender died is sent again: the receiver knows the id.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="webhook_deliveries",
        help_text="Empty: a test",
    )
    first_change = models.ForeignKey(
        EntitlementChange,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    change_count = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(help_text="As signed and sent, byte for byte")
    created_at = models.DateTimeField()
    state = models.CharField(
        max_length=9, choices=WebhookState.choices, default=WebhookState.WAITING
    )
    due_at = models.DateTimeField()
    trying_since = models.DateTimeField(help_text="The three days of trying begin here")
    claimed_at = models.DateTimeField(null=True, blank=True)
    try_count = models.PositiveIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(
                name="webhook_delivery_tells_a_change_once", fields=["endpoint", "first_change"]
            ),
            models.CheckConstraint(
                name="webhook_delivery_state_is_known", condition=Q(state__in=WebhookState.values)
            ),
            models.CheckConstraint(
                name="webhook_delivery_being_sent_is_claimed",
                condition=~Q(state=WebhookState.SENDING) | Q(claimed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="webhook_delivery_delivered_says_when",
                condition=~Q(state=WebhookState.DELIVERED) | Q(delivered_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "due_at", "id"],
                name="webhook_delivery_due",
                condition=Q(state=WebhookState.WAITING),
            ),
            models.Index(
                fields=["endpoint", "claimed_at"],
                name="webhook_delivery_being_sent",
                condition=Q(state=WebhookState.SENDING),
            ),
            models.Index(
                fields=["endpoint", "id"],
                name="webhook_delivery_given_up",
                condition=Q(state=WebhookState.PARKED),
            ),
            models.Index(fields=["endpoint", "created_at", "id"], name="webhook_delivery_log"),
            models.Index(fields=["created_at", "id"], name="webhook_delivery_by_time"),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def message_id(self) -> str:
        """The webhook-id of the message."""
        return f"msg_{self.id.hex}"


class WebhookAttempt(models.Model):
    """One sending of a message and what came of it. Stays as written."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    delivery = models.ForeignKey(
        WebhookDelivery, on_delete=models.PROTECT, related_name="attempts", db_index=False
    )
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Of the answer; empty: none came"
    )
    milliseconds = models.PositiveIntegerField(null=True, blank=True)
    answer_start = models.CharField(max_length=500, blank=True)
    problem = models.CharField(max_length=300, blank=True, help_text="Empty: it was taken")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                name="webhook_attempt_number_once", fields=["delivery", "number"]
            ),
            models.CheckConstraint(
                name="webhook_attempt_taken_or_problem",
                condition=~Q(problem="") | Q(status__gte=200, status__lt=300),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.status or self.problem}"
