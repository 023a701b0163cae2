"""What a customer's identity provider keeps with us by SCIM: its people, its groups, its tokens."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from accounts.models.customer import Customer
from accounts.models.people import Grantee, Group


class DirectoryToken(models.Model):
    """A key with which one customer's directory speaks to us. Only its SHA-256 is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="directory_tokens"
    )
    name = models.CharField(max_length=100)
    token_prefix = models.CharField(max_length=12, help_text="First characters, to recognize it")
    token_digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: never")
    used_at = models.DateTimeField(null=True, blank=True, help_text="Last used, within a minute")
    revoked_at = models.DateTimeField(null=True, blank=True)

    history = HistoricalRecords(excluded_fields=["token_digest", "used_at"])

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="directory_token_expires_after_it_is_made",
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DirectoryUser(models.Model):
    """A person as the directory tells of them; the id is their SCIM id, the grantee who uses the product."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="directory_users")
    grantee = models.ForeignKey(Grantee, on_delete=models.PROTECT, related_name="directory_users")
    user_name = models.CharField(max_length=200)
    user_name_key = models.CharField(max_length=400, help_text="As names are compared: lower case")
    external_id = models.CharField(max_length=200, blank=True, help_text="The directory's own id")
    is_active = models.BooleanField(default=True)
    attributes = models.JSONField(help_text="The SCIM resource without id and meta")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                name="directory_user_name_once_per_customer", fields=["customer", "user_name_key"]
            ),
            models.UniqueConstraint(
                name="directory_user_grantee_once_per_customer", fields=["customer", "grantee"]
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "external_id"], name="directory_user_by_external_id"),
        ]

    def __str__(self) -> str:
        return self.user_name


class DirectoryGroup(models.Model):
    """A group of the directory. It gives nothing by itself: a mapping says what its members get."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="directory_groups"
    )
    display_name = models.CharField(max_length=200)
    external_id = models.CharField(max_length=200, blank=True, help_text="The directory's own id")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.display_name


class DirectoryMember(models.Model):
    """A person in a group of the directory."""

    id = models.BigAutoField(primary_key=True)
    group = models.ForeignKey(DirectoryGroup, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(DirectoryUser, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="directory_member_once_per_group", fields=["group", "user"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.group}"


class DirectoryMembership(models.Model):
    """A membership in a group of ours that the directory gave, and may take back."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(DirectoryUser, on_delete=models.CASCADE, related_name="given_groups")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="directory_memberships")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="directory_membership_once_per_group", fields=["user", "group"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.group}"


class DirectoryRequest(models.Model):
    """What a directory asked us to change, or asked in vain, and what it was answered."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="directory_requests"
    )
    token = models.ForeignKey(DirectoryToken, on_delete=models.PROTECT, related_name="requests")
    request_id = models.CharField(max_length=36)
    method = models.CharField(max_length=7)
    path = models.CharField(max_length=300)
    status = models.PositiveSmallIntegerField()
    detail = models.TextField(blank=True, help_text="What the directory was told when refused")
    seats_given = models.PositiveIntegerField(default=0)
    seats_taken = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(fields=["customer", "-asked_at"], name="directory_request_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.status}"
