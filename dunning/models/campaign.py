"""Campaigns as published: each change is a new version, and cases name the version they follow."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from dunning.enums import PlannedEnding, Segment
from tax.models import BillingEntity


class Campaign(models.Model):
    """
    One version of a campaign. Append-only apart from `is_current`: the newest version is current.

    `threshold_minor` is in minor units of the case's currency. `messages` and `access` are lists of
    steps, each with its day since the first failure, checked by `dunning.calc.campaign`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField(max_length=50)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    is_current = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True, help_text="Whether new cases may follow it")
    priority = models.PositiveSmallIntegerField(
        default=100, help_text="Of several that fit, the lowest number wins"
    )
    segment = models.CharField(max_length=14, choices=Segment.choices, default=Segment.ALL)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166-1 alpha-2")
    billing_entity = models.ForeignKey(
        BillingEntity, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    currency = models.CharField(max_length=3, blank=True, help_text="Empty: every currency")
    threshold_minor = models.BigIntegerField(help_text="Less open than this is not pursued")
    retries = models.PositiveSmallIntegerField(default=8)
    retry_days = models.PositiveSmallIntegerField(default=14, help_text="Since the first failure")
    grace_days = models.PositiveSmallIntegerField(default=7, help_text="After the retry days")
    messages = models.JSONField(default=list)
    access = models.JSONField(default=list)
    end_day = models.PositiveSmallIntegerField()
    ending = models.CharField(max_length=17, choices=PlannedEnding.choices)
    reason = models.CharField(max_length=300, help_text="Why it was published")
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["priority", "code", "-version"]
        constraints = [
            models.UniqueConstraint(name="campaign_version_once", fields=["code", "version"]),
            models.UniqueConstraint(
                name="campaign_one_current_version",
                fields=["code"],
                condition=Q(is_current=True),
            ),
            models.CheckConstraint(
                name="campaign_segment_names_its_value",
                condition=Q(segment=Segment.ALL, country="", billing_entity=None)
                | Q(segment=Segment.COUNTRY, country__regex=r"^[A-Z]{2}$", billing_entity=None)
                | Q(segment=Segment.BILLING_ENTITY, country="", billing_entity__isnull=False),
            ),
            models.CheckConstraint(
                name="campaign_threshold_is_not_negative", condition=Q(threshold_minor__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (version {self.version})"
