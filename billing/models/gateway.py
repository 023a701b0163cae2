"""What we asked of the payment gateway and what it told us. Asked is stored before the call."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from accounts.models import Customer
from billing.enums import AttemptState, AttemptTrigger, DisputeState, RefundState
from billing.models.invoice import Invoice
from billing.models.receivables import Payment, Receivable


class GatewayCustomer(models.Model):
    """A customer as the gateway knows it."""

    customer = models.OneToOneField(
        Customer, on_delete=models.PROTECT, primary_key=True, related_name="gateway_customer"
    )
    gateway_id = models.CharField(max_length=255, unique=True, help_text="cus_…")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.gateway_id


class PaymentMethod(models.Model):
    """A card or bank account a customer lets us charge. The number itself never reaches us."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="payment_methods")
    gateway_id = models.CharField(max_length=255, unique=True, help_text="pm_…")
    kind = models.CharField(max_length=30, help_text="card, sepa_debit, …")
    brand = models.CharField(max_length=30, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    expires_on = models.DateField(null=True, blank=True, help_text="Last day it is valid")
    is_default = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    detached_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-is_default", "-added_at"]
        constraints = [
            models.UniqueConstraint(
                name="payment_method_one_default_per_customer",
                fields=["customer"],
                condition=Q(is_default=True),
            ),
            models.CheckConstraint(
                name="payment_method_detached_is_not_default",
                condition=Q(is_default=False) | Q(detached_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand or self.kind} ending in {self.last4}"


class PaymentAttempt(models.Model):
    """
    One try to charge one invoice. Its id is the gateway's idempotency key.

    Written and committed before the gateway is called; a lost answer is looked up, not asked again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="attempts")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField(help_text="1, 2, 3 … for each invoice")
    trigger = models.CharField(max_length=8, choices=AttemptTrigger.choices)
    payment_method = models.ForeignKey(
        PaymentMethod, on_delete=models.PROTECT, null=True, blank=True, related_name="attempts"
    )
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    state = models.CharField(
        max_length=14, choices=AttemptState.choices, default=AttemptState.STARTED
    )
    started_at = models.DateTimeField()
    ask_at = models.DateTimeField(
        null=True, blank=True, help_text="When a hand may call the gateway; empty: answered"
    )
    asked_count = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True, blank=True)
    gateway_id = models.CharField(max_length=255, blank=True, help_text="pi_…")
    client_secret = models.CharField(max_length=255, blank=True, help_text="For a person to finish")
    decline_code = models.CharField(max_length=60, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["receivable", "number"]
        constraints = [
            models.UniqueConstraint(
                name="payment_attempt_number_once_per_invoice", fields=["receivable", "number"]
            ),
            models.UniqueConstraint(
                name="payment_attempt_one_open_per_invoice",
                fields=["receivable"],
                condition=Q(state__in=["started", "processing", "needs_customer"]),
            ),
            models.UniqueConstraint(
                name="payment_attempt_gateway_id_once",
                fields=["gateway_id"],
                condition=~Q(gateway_id=""),
            ),
            models.CheckConstraint(
                name="payment_attempt_amount_is_positive", condition=Q(amount_minor__gt=0)
            ),
        ]
        indexes = [
            models.Index(
                name="payment_attempt_to_ask",
                fields=["ask_at", "id"],
                condition=Q(ask_at__isnull=False),
            ),
            models.Index(fields=["answered_at"], name="payment_attempt_by_answer"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number}"


class Refund(models.Model):
    """Money to give back out of a customer's credit. Reserved when requested, moved when it succeeds."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(
        Payment,
        on_delete=models.PROTECT,
        related_name="refunds",
        help_text="The payment it goes back by",
    )
    credit_note = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    state = models.CharField(
        max_length=10, choices=RefundState.choices, default=RefundState.REQUESTED
    )
    reason = models.CharField(max_length=300)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField()
    ask_at = models.DateTimeField(null=True, blank=True, help_text="Empty: answered, or by hand")
    asked_count = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True, blank=True)
    gateway_id = models.CharField(max_length=255, blank=True, help_text="re_…")
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(
                name="refund_amount_is_positive", condition=Q(amount_minor__gt=0)
            ),
            models.UniqueConstraint(
                name="refund_gateway_id_once", fields=["gateway_id"], condition=~Q(gateway_id="")
            ),
        ]
        indexes = [
            models.Index(
                name="refund_to_ask", fields=["ask_at", "id"], condition=Q(ask_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"refund of {self.amount_minor} {self.currency}"


class Dispute(models.Model):
    """A payment the payer's bank questions. Money withdrawn and reinstated are payments of their own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="disputes")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    gateway_id = models.CharField(max_length=255, unique=True, help_text="du_…")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=DisputeState.choices)
    evidence_due_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at"]

    def __str__(self) -> str:
        return f"dispute {self.gateway_id}"


class Payout(models.Model):
    """What the gateway paid out to our bank."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    gateway_id = models.CharField(max_length=255, unique=True, help_text="po_…")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=30)
    arrives_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-arrives_on"]

    def __str__(self) -> str:
        return self.gateway_id


class GatewayEvent(models.Model):
    """A webhook as it came: stored first, answered, applied later by the settle stage."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event_id = models.CharField(max_length=255, unique=True, help_text="evt_…")
    kind = models.CharField(max_length=100, help_text="payment_intent.succeeded, …")
    object_id = models.CharField(max_length=255, blank=True, help_text="What it tells about")
    created_at = models.DateTimeField(help_text="When the gateway says it happened")
    received_at = models.DateTimeField()
    body = models.TextField(help_text="Raw, as signed")
    applied_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-received_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="gateway_event_applied_says_what_came_of_it",
                condition=Q(applied_at=None) | ~Q(outcome="") & Q(applied_at__gte=F("received_at")),
            )
        ]
        indexes = [
            models.Index(
                name="gateway_event_to_apply",
                fields=["created_at", "id"],
                condition=Q(applied_at=None),
            ),
            models.Index(fields=["object_id"], name="gateway_event_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"
