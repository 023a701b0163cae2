"""What was used of metered features, added up by billing cycle, and who may use how much of it."""

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from accounts.models import ApiClient, Customer, Grantee, Group
from billing.models.features import Feature
from billing.models.subscription import Subscription


class UsageRecord(models.Model):
    """
    So much was used, as a product service reported. Append-only; the same source event id is one record.

    `quantity` is in the feature's unit; below zero takes back what was reported too much. `group` is
    where the person's seat was then.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="usage_records")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="usage_records"
    )
    feature = models.ForeignKey(Feature, on_delete=models.PROTECT, related_name="usage_records")
    grantee = models.ForeignKey(
        Grantee, on_delete=models.PROTECT, null=True, blank=True, related_name="usage_records"
    )
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, blank=True, related_name="usage_records"
    )
    quantity = models.BigIntegerField()
    used_at = models.DateTimeField(help_text="When it was used")
    recorded_at = models.DateTimeField(help_text="When we knew")
    source = models.CharField(max_length=50)
    source_event_id = models.CharField(max_length=100)
    client = models.ForeignKey(
        ApiClient, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="usage_source_id_once_per_customer",
                fields=["customer", "source", "source_event_id"],
            ),
            models.CheckConstraint(name="usage_quantity_is_not_zero", condition=~Q(quantity=0)),
        ]
        indexes = [models.Index(fields=["subscription", "used_at"], name="usage_by_subscription")]

    def __str__(self) -> str:
        return f"{self.quantity} {self.feature}"


class UsageTotal(models.Model):
    """
    The sum of a subscription's records of one billing cycle, moved in their transaction.

    Of a person, of a group with everything below it as the tree was then, or of all (both empty).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="usage_totals"
    )
    feature = models.ForeignKey(Feature, on_delete=models.PROTECT, related_name="usage_totals")
    grantee = models.ForeignKey(
        Grantee, on_delete=models.PROTECT, null=True, blank=True, related_name="usage_totals"
    )
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, blank=True, related_name="usage_totals"
    )
    from_at = models.DateTimeField(help_text="The billing cycle begins")
    until_at = models.DateTimeField(help_text="The next one begins")
    quantity = models.BigIntegerField()

    class Meta:
        ordering = ["subscription", "feature", "-from_at"]
        constraints = [
            models.UniqueConstraint(
                name="usage_total_once_per_cycle",
                fields=["subscription", "feature", "grantee", "group", "from_at"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="usage_total_is_of_a_person_or_a_group",
                condition=Q(grantee=None) | Q(group=None),
            ),
            models.CheckConstraint(
                name="usage_total_ends_after_it_begins", condition=Q(until_at__gt=F("from_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.feature} from {self.from_at:%Y-%m-%d}"


class QuotaAllocation(models.Model):
    """
    The most a group and everything below it may use of a subscription's limit a billing cycle.

    In the feature's unit. Those of one level add up to at most what is above them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="quota_allocations"
    )
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="quota_allocations")
    feature = models.ForeignKey(Feature, on_delete=models.PROTECT, related_name="quota_allocations")
    quantity = models.PositiveBigIntegerField()

    history = HistoricalRecords()

    class Meta:
        ordering = ["subscription", "feature", "group"]
        constraints = [
            models.UniqueConstraint(
                name="quota_once_per_group_and_feature",
                fields=["subscription", "group", "feature"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.feature} for {self.group}"
