"""Where the sales of a billing entity stand against the thresholds, as last measured."""

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from tax.enums import ThresholdState
from tax.models.facts import RegistrationThreshold
from tax.models.seller import BillingEntity


class ThresholdPosition(models.Model):
    """One row a billing entity and threshold, measured again each day. Minor units of the threshold."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    billing_entity = models.ForeignKey(
        BillingEntity, on_delete=models.PROTECT, related_name="threshold_positions"
    )
    threshold = models.ForeignKey(
        RegistrationThreshold, on_delete=models.CASCADE, related_name="positions"
    )
    sales_minor = models.BigIntegerField()
    transactions = models.PositiveIntegerField()
    percent = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ThresholdState.choices)
    crosses_on = models.DateField(
        null=True, blank=True, help_text="At the pace of the last 90 days"
    )
    missing_rates = models.CharField(
        max_length=200, blank=True, help_text="Currencies left out for want of an exchange rate"
    )
    measured_at = models.DateTimeField()

    class Meta:
        ordering = ["billing_entity", "-percent", "id"]
        constraints = [
            models.UniqueConstraint(
                name="threshold_position_once_per_entity", fields=["billing_entity", "threshold"]
            )
        ]
        indexes = [
            models.Index(
                name="threshold_position_crossed",
                fields=["billing_entity"],
                condition=Q(state="crossed"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.percent} % of {self.threshold}"
