"""Who uses: groups, grantees and their memberships. Nothing here pays."""

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from accounts.enums import MembershipRole, MembershipState
from accounts.models.customer import Customer


class Group(models.Model):
    """A team or department of a customer, in a tree; may have a pool of seats of its own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="groups")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    external_id = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    seat_pool = models.PositiveIntegerField(
        null=True, blank=True, help_text="Seats this group may use; empty: no pool of its own"
    )
    budget_minor = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text="Most its seats may cost a billing cycle, in minor units of the customer's currency",
    )
    cost_center = models.CharField(max_length=50, blank=True)
    closed_at = models.DateTimeField(
        null=True, blank=True, help_text="Taken out of the tree; past invoices may still name it"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                name="group_external_id_once_per_customer", fields=["customer", "external_id"]
            ),
            models.CheckConstraint(
                name="group_is_not_its_own_parent", condition=Q(parent=None) | ~Q(parent=F("id"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Grantee(models.Model):
    """A person who uses the product. May belong to several customers."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    external_id = models.CharField(max_length=100, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="grantees",
        help_text="Who signs in to the portal as this person",
    )
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["external_id"]
        indexes = [
            models.Index(
                OpClass(Upper("email"), name="text_pattern_ops"),
                name="grantee_by_email",
                condition=~Q(email=""),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.external_id


class Membership(models.Model):
    """A grantee in a group of a customer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="memberships")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships")
    grantee = models.ForeignKey(Grantee, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(
        max_length=20, choices=MembershipRole.choices, default=MembershipRole.MEMBER
    )
    state = models.CharField(
        max_length=10, choices=MembershipState.choices, default=MembershipState.ACTIVE
    )
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                name="membership_once_per_group_and_grantee", fields=["group", "grantee"]
            ),
            models.CheckConstraint(
                name="membership_state_is_known", condition=Q(state__in=MembershipState.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grantee} in {self.group}"
