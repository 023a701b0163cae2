"""What is open on each invoice, the money that moved, and how much of it settles what."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from accounts.models import Customer
from billing.enums import AllocationSource, PaymentKind, PaymentMethodKind
from billing.models.invoice import Invoice
from tax.models import BillingEntity


class Receivable(models.Model):
    """
    What an issued invoice still asks for. Minor units of `currency`.

    Written with the invoice; `open_minor` and `settled_at` are moved by a trigger on allocations alone.
    `next_attempt_at` is when the collect stage charges the customer's payment method by itself.
    """

    invoice = models.OneToOneField(
        Invoice, on_delete=models.PROTECT, primary_key=True, related_name="receivable"
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="receivables")
    billing_entity = models.ForeignKey(BillingEntity, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    issued_at = models.DateTimeField()
    due_date = models.DateField()
    amount_minor = models.BigIntegerField(help_text="Due when issued")
    open_minor = models.BigIntegerField(help_text="Due now; moved by allocations")
    settled_at = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(
        null=True, blank=True, help_text="When to charge by itself; empty: not by itself"
    )
    attempt_count = models.PositiveSmallIntegerField(default=0)
    first_failed_at = models.DateTimeField(
        null=True, blank=True, help_text="Deadlines of recovery count from here and never move"
    )

    class Meta:
        ordering = ["due_date", "invoice"]
        permissions = [("write_off", "Can write off what will not be paid")]
        constraints = [
            models.CheckConstraint(
                name="receivable_open_within_amount",
                condition=Q(open_minor__gte=0, open_minor__lte=F("amount_minor")),
            ),
            models.CheckConstraint(
                name="receivable_settled_when_nothing_is_open",
                condition=Q(open_minor=0, settled_at__isnull=False)
                | Q(open_minor__gt=0, settled_at=None),
            ),
        ]
        indexes = [
            models.Index(
                name="receivable_open_by_due_date",
                fields=["due_date", "invoice"],
                condition=Q(open_minor__gt=0),
            ),
            models.Index(
                name="receivable_open_by_customer",
                fields=["customer", "currency", "due_date"],
                condition=Q(open_minor__gt=0),
            ),
            models.Index(
                name="receivable_to_collect",
                fields=["next_attempt_at", "invoice"],
                condition=Q(open_minor__gt=0, next_attempt_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.open_minor} {self.currency} open"


class Payment(models.Model):
    """
    Money that moved, signed: received is positive, refunded or withdrawn by a dispute negative.

    Append-only. A deferred trigger holds that its allocations and credit entries add up to it, so
    that no cent is ever nowhere. `fee_minor` is what the gateway kept, in the same currency.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="payments")
    billing_entity = models.ForeignKey(
        BillingEntity, on_delete=models.PROTECT, related_name="payments"
    )
    kind = models.CharField(max_length=10, choices=PaymentKind.choices)
    method = models.CharField(max_length=13, choices=PaymentMethodKind.choices)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(default=0)
    paid_on = models.DateField(help_text="Value date")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    gateway_id = models.CharField(max_length=255, blank=True, help_text="pi_…, re_… or du_…")
    reference = models.CharField(max_length=300, blank=True, help_text="What the payer wrote")
    reason = models.CharField(max_length=300, blank=True, help_text="Why it was entered by hand")
    reverses = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversals"
    )
    refund = models.OneToOneField(
        "billing.Refund",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="money",
        help_text="The refund this money is",
    )

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="payment_once_per_gateway_object",
                fields=["gateway_id", "kind"],
                condition=~Q(gateway_id=""),
            ),
            models.CheckConstraint(
                name="payment_sign_follows_kind",
                condition=Q(
                    kind__in=[PaymentKind.RECEIVED, PaymentKind.REINSTATED], amount_minor__gt=0
                )
                | Q(kind__in=[PaymentKind.REFUND, PaymentKind.WITHDRAWAL], amount_minor__lt=0),
            ),
            models.CheckConstraint(
                name="payment_refunded_names_its_refund",
                condition=Q(kind=PaymentKind.REFUND, refund__isnull=False)
                | ~Q(kind=PaymentKind.REFUND) & Q(refund=None),
            ),
            models.CheckConstraint(
                name="payment_by_hand_has_its_reason",
                condition=~Q(method=PaymentMethodKind.MANUAL) | ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-recorded_at"], name="payment_by_customer"),
            models.Index(fields=["-recorded_at", "-id"], name="payment_by_recorded_at"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency} {self.kind}"


class Allocation(models.Model):
    """
    How much of what settles which invoice. Append-only: taking it back is a new, negative row.

    A trigger moves the receivable's `open_minor`; more than is open is refused by its constraint.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="allocations")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="allocations")
    source = models.CharField(max_length=9, choices=AllocationSource.choices)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="allocations"
    )
    amount_minor = models.BigIntegerField(help_text="Negative: taken back")
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by"
    )
    reason = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            models.CheckConstraint(name="allocation_is_not_nothing", condition=~Q(amount_minor=0)),
            models.CheckConstraint(
                name="allocation_of_a_payment_names_it",
                condition=Q(source=AllocationSource.PAYMENT, payment__isnull=False)
                | ~Q(source=AllocationSource.PAYMENT) & Q(payment=None),
            ),
            models.CheckConstraint(
                name="allocation_undone_is_negative",
                condition=Q(undoes=None) | Q(amount_minor__lt=0),
            ),
        ]
        indexes = [models.Index(fields=["recorded_at"], name="allocation_by_recorded_at")]

    def __str__(self) -> str:
        return f"{self.amount_minor} from {self.source}"
