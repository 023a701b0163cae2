"""May this billing entity sell in that market? Billing waits until somebody signed off."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from tax.enums import TaxDue
from tax.models.registration import JURISDICTION_CODE
from tax.models.seller import BillingEntity


class MarketChecklist(models.Model):
    """The questions of one billing entity for one target market, and who answered for them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    billing_entity = models.ForeignKey(
        BillingEntity, on_delete=models.PROTECT, related_name="markets"
    )
    market = models.CharField(max_length=7, help_text="Country, or US-TX and CA-QC")
    billed_where = models.CharField(
        max_length=200, blank=True, help_text="Where customers there are billed and pay"
    )
    tax_due = models.CharField(max_length=15, choices=TaxDue.choices, blank=True)
    tax_due_reason = models.CharField(max_length=300, blank=True)
    rate_checked = models.BooleanField(default=False, help_text="The rate on record was compared")
    text_checked = models.BooleanField(
        default=False, help_text="The mandatory invoice text was compared"
    )
    signed_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_off_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["billing_entity", "market"]
        constraints = [
            models.UniqueConstraint(
                name="market_checklist_once_per_entity", fields=["billing_entity", "market"]
            ),
            models.CheckConstraint(
                name="market_checklist_market_is_a_code",
                condition=Q(market__regex=JURISDICTION_CODE),
            ),
            models.CheckConstraint(
                name="market_checklist_signed_when_answered",
                condition=Q(signed_off_at=None)
                | Q(rate_checked=True, text_checked=True) & ~Q(tax_due="") & ~Q(billed_where=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.billing_entity.code} in {self.market}"
