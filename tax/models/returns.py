"""What was declared to a tax authority for a period. Once filed, it never changes."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from tax.enums import ReturnKind
from tax.models.registration import TaxRegistration


class TaxReturn(models.Model):
    """A filed return or sales list with its figures as filed. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    registration = models.ForeignKey(
        TaxRegistration, on_delete=models.PROTECT, related_name="returns"
    )
    kind = models.CharField(max_length=10, choices=ReturnKind.choices)
    period_first = models.DateField()
    period_after = models.DateField(help_text="First day after the period")
    figures = models.JSONField(help_text="Rows as filed; amounts in minor units")
    invoice_tax_ids = models.JSONField(help_text="Every tax row of an invoice it declares")
    reference = models.CharField(max_length=100, blank=True, help_text="Given by the authority")
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    filed_at = models.DateTimeField()

    class Meta:
        ordering = ["-period_first"]
        constraints = [
            models.UniqueConstraint(
                name="tax_return_once_per_period", fields=["registration", "kind", "period_first"]
            ),
            models.CheckConstraint(
                name="tax_return_period_is_not_empty",
                condition=Q(period_after__gt=F("period_first")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration} {self.period_first}"
