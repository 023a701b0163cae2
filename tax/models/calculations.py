"""Questions to Stripe Tax and its answers, so that no invoice waits inside a transaction for it."""

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from accounts.models import Customer
from tax.enums import CalculationState
from tax.models.seller import BillingEntity


class TaxCalculation(models.Model):
    """One question, asked once whatever draft it is for. An answer is final: triggers refuse to change it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    billing_entity = models.ForeignKey(
        BillingEntity, on_delete=models.PROTECT, related_name="tax_calculations"
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="tax_calculations"
    )
    tax_point = models.DateField()
    digest = models.CharField(max_length=64, help_text="Of everything asked")
    request = models.JSONField()
    state = models.CharField(
        max_length=8, choices=CalculationState.choices, default=CalculationState.PENDING
    )
    asked_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.JSONField(default=dict, blank=True, help_text="Whole, as received")

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="tax_calculation_once_per_question", fields=["customer", "digest"]
            ),
            models.CheckConstraint(
                name="tax_calculation_answer_has_its_time",
                condition=Q(state=CalculationState.PENDING, answered_at=None)
                | Q(state=CalculationState.ANSWERED, answered_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="tax_calculation_waiting",
                fields=["next_attempt_at", "id"],
                condition=Q(state=CalculationState.PENDING),
            )
        ]

    def __str__(self) -> str:
        return f"{self.tax_point}: {self.get_state_display()}"
