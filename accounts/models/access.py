"""What the product is advised about a customer's access. Advice alone: seats and memberships stay."""

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from accounts.enums import AccessLevel
from accounts.models.customer import Customer


class AccessAdvice(models.Model):
    """
    A recommendation to the product, in force from `since` until `until`. The product decides.

    Machines write it; when the advice changes, the old row ends and a new one begins.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="access_advice")
    level = models.CharField(max_length=18, choices=AccessLevel.choices)
    reason_code = models.CharField(max_length=60, help_text="Stable, for the product")
    words = models.CharField(max_length=300, help_text="For the people who read it")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True, help_text="Empty: in force")

    class Meta:
        ordering = ["-since"]
        verbose_name_plural = "access advice"
        constraints = [
            models.UniqueConstraint(
                name="access_advice_one_in_force_per_customer",
                fields=["customer"],
                condition=Q(until=None),
            ),
            models.CheckConstraint(
                name="access_advice_ends_after_it_begins",
                condition=Q(until=None) | Q(until__gte=F("since")),
            ),
            models.CheckConstraint(
                name="access_advice_level_is_known", condition=Q(level__in=AccessLevel.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} since {self.since:%Y-%m-%d}"
