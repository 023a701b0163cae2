"""Where a billing entity is registered for tax, since when, and how it files there."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import BigIntegerField, F, Func, Q, TextField, Value
from django.db.models.functions import Cast
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from tax.enums import FilingFrequency, TaxScheme
from tax.models.seller import BillingEntity

JURISDICTION_CODE = r"^[A-Z]{2}(-[A-Z0-9]{1,4})?$"


def validity() -> Func:
    """The days a row holds, last day included; open where `valid_to` is empty."""
    return Func(
        F("valid_from"),
        F("valid_to"),
        Value("[]"),
        function="daterange",
        output_field=DateRangeField(),
    )


def same(*fields: str) -> Func:
    """
    A range of one number that overlaps only for rows equal in these fields: their 64-bit hash.

    GiST compares ranges out of the box; comparing text would need the btree_gist extension, which
    small PostgreSQL builds lack.
    """
    key = Func(
        *[part for name in fields for part in (Cast(name, TextField()), Value("|"))],
        arg_joiner=" || ",
        template="hashtextextended(%(expressions)s, 0)",
        output_field=BigIntegerField(),
    )
    return Func(key, key, Value("[]"), function="int8range", output_field=BigIntegerRangeField())


def once_at_a_time(name: str, *fields: str) -> ExclusionConstraint:
    """No two rows that are equal in these fields hold on the same day."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            (same(*fields), RangeOperators.OVERLAPS),
            (validity(), RangeOperators.OVERLAPS),
        ],
    )


class TaxRegistration(models.Model):
    """
    The right and the duty to charge tax in a jurisdiction ("DE", "EU" for One Stop Shop, "US-TX").

    A return is due `due_months_after` whole months and then on `due_day` (0: the last day), or
    `due_days_after` days after the period where a law counts days.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    billing_entity = models.ForeignKey(
        BillingEntity, on_delete=models.PROTECT, related_name="registrations"
    )
    jurisdiction = models.CharField(
        max_length=7, help_text="DE, GB, US-TX, CA-QC; EU for One Stop Shop"
    )
    scheme = models.CharField(max_length=13, choices=TaxScheme.choices, default=TaxScheme.LOCAL)
    number = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="Last day; empty: still valid")
    currency = models.CharField(max_length=3, help_text="Of its returns")
    filing_frequency = models.CharField(max_length=12, choices=FilingFrequency.choices)
    due_months_after = models.PositiveSmallIntegerField(default=1)
    due_day = models.PositiveSmallIntegerField(default=0, help_text="0: the month's last day")
    due_days_after = models.PositiveSmallIntegerField(
        default=0, help_text="Instead, where the law counts days from the period's end"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["billing_entity", "jurisdiction", "scheme", "valid_from"]
        permissions = [("sign_off_tax", "Can sign off markets and file tax returns")]
        constraints = [
            models.CheckConstraint(
                name="tax_registration_jurisdiction_is_a_code",
                condition=Q(jurisdiction__regex=JURISDICTION_CODE),
            ),
            models.CheckConstraint(
                name="tax_registration_ends_after_it_begins",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="tax_registration_due_day_is_a_day", condition=Q(due_day__lte=31)
            ),
            models.CheckConstraint(
                name="tax_registration_one_stop_shop_is_of_the_union",
                condition=~Q(scheme__in=[TaxScheme.OSS_UNION, TaxScheme.OSS_NON_UNION])
                | Q(jurisdiction="EU"),
            ),
            once_at_a_time(
                "tax_registration_once_at_a_time", "billing_entity", "jurisdiction", "scheme"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction} {self.number}"
