"""What membership in a customer's directory is worth: groups and seats, and those already given."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from accounts.models import Customer, DirectoryGroup, DirectoryUser, Group
from billing.enums import WhenGone
from billing.models.catalog import SeatType
from billing.models.subscription import Subscription


class DirectoryMapping(models.Model):
    """
    What the members of a directory group (none: everybody in the directory) get.

    One person has at most one seat of a subscription: of several mappings the smallest `rank` counts.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="directory_mappings"
    )
    directory_group = models.ForeignKey(
        DirectoryGroup,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="mappings",
        help_text="Empty: everybody in the directory",
    )
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, blank=True, related_name="directory_mappings"
    )
    subscription = models.ForeignKey(
        Subscription,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="directory_mappings",
    )
    seat_type = models.ForeignKey(
        SeatType, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    when_gone = models.CharField(max_length=7, choices=WhenGone.choices, default=WhenGone.RELEASE)
    rank = models.PositiveSmallIntegerField(default=1)

    history = HistoricalRecords()

    class Meta:
        ordering = ["rank", "id"]
        constraints = [
            models.UniqueConstraint(
                name="directory_mapping_once_per_group",
                fields=["customer", "directory_group", "subscription"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="directory_mapping_seat_names_both_parts",
                condition=Q(subscription=None, seat_type=None)
                | Q(subscription__isnull=False, seat_type__isnull=False),
            ),
            models.CheckConstraint(
                name="directory_mapping_gives_something",
                condition=Q(group__isnull=False) | Q(subscription__isnull=False),
            ),
            models.CheckConstraint(
                name="directory_mapping_when_gone_is_known",
                condition=Q(when_gone__in=WhenGone.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.directory_group or 'Everybody'}: {self.seat_type or self.group}"


class DirectorySeat(models.Model):
    """A seat that the directory gave a person (or found them on), and takes back when they go."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(DirectoryUser, on_delete=models.CASCADE, related_name="given_seats")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="+")
    when_gone = models.CharField(max_length=7, choices=WhenGone.choices, default=WhenGone.RELEASE)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="directory_seat_once_per_subscription", fields=["user", "subscription"]
            ),
            models.CheckConstraint(
                name="directory_seat_when_gone_is_known",
                condition=Q(when_gone__in=WhenGone.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.subscription}"
