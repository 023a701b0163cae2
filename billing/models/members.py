"""What the product counts itself: its active members, beside the seats we bill. Append-only."""

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from accounts.models import ApiClient, Customer
from billing.models.subscription import Subscription


class MemberReport(models.Model):
    """
    The members of a subscription who were active at an instant, as the product counted them.

    `counts` maps seat type codes to members; `grantees`, where the product names them, to their ids.
    It changes no seat: the drift report compares it with the ledger.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="member_reports")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="member_reports"
    )
    counts = models.JSONField()
    grantees = models.JSONField(default=dict, blank=True)
    reported_at = models.DateTimeField(help_text="When it was so")
    received_at = models.DateTimeField()
    client = models.ForeignKey(
        ApiClient, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-reported_at"]
        constraints = [
            models.UniqueConstraint(
                name="member_report_once_per_instant", fields=["subscription", "reported_at"]
            ),
            models.CheckConstraint(name="member_report_counts_something", condition=~Q(counts={})),
        ]
        indexes = [models.Index(fields=["reported_at"], name="member_report_by_time")]

    def __str__(self) -> str:
        return f"{self.counts} at {self.reported_at:%Y-%m-%d}"
