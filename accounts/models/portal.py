"""How customers' people come in: links by mail, issuers of identities, and ownership handed over."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from accounts.enums import PortalMailKind, TransferState
from accounts.models.customer import BillingOwner, Customer
from accounts.models.mail import QueuedMail, box_constraints, box_indexes

PENDING = Q(state=TransferState.PENDING)


class SignInLink(models.Model):
    """A link that signs one person in, once. The token is not kept, only its digest."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sign_in_links"
    )
    token_digest = models.CharField(max_length=64, help_text="SHA-256 of the link's token")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True, help_text="Empty: not used")
    onward = models.CharField(max_length=300, blank=True, help_text="The page to go to")

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["asked_at"], name="sign_in_link_by_age")]
        constraints = [
            models.UniqueConstraint(name="sign_in_link_token_is_unique", fields=["token_digest"]),
            models.CheckConstraint(
                name="sign_in_link_expires_after_it_was_asked_for",
                condition=Q(expires_at__gt=F("asked_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"asked for at {self.asked_at:%Y-%m-%d %H:%M}"


class OwnershipTransfer(models.Model):
    """
    The billing owner offers the ownership of a customer to somebody, who accepts or not.

    At most one is pending for a customer. The offer's link is not kept, only its digest.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="ownership_transfers"
    )
    from_owner = models.ForeignKey(
        BillingOwner, on_delete=models.PROTECT, related_name="ownership_offers"
    )
    to_email = models.EmailField(help_text="In lower case")
    to_name = models.CharField(max_length=200, blank=True)
    token_digest = models.CharField(max_length=64, help_text="SHA-256 of the link's token")
    state = models.CharField(
        max_length=9, choices=TransferState.choices, default=TransferState.PENDING
    )
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: nobody answered in time",
    )

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                name="ownership_transfer_one_pending_per_customer",
                fields=["customer"],
                condition=PENDING,
            ),
            models.UniqueConstraint(
                name="ownership_transfer_token_is_unique", fields=["token_digest"]
            ),
            models.CheckConstraint(
                name="ownership_transfer_state_is_known",
                condition=Q(state__in=TransferState.values),
            ),
            models.CheckConstraint(
                name="ownership_transfer_address_is_lower_case",
                condition=Q(to_email=Lower("to_email")),
            ),
            models.CheckConstraint(
                name="ownership_transfer_answered_says_when",
                condition=(PENDING & Q(answered_at=None))
                | (~PENDING & Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="ownership_transfer_answered_says_by_whom",
                condition=Q(state__in=[TransferState.PENDING, TransferState.EXPIRED])
                | Q(answered_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} to {self.to_email}"

    def is_open(self, at: datetime) -> bool:
        return self.state == TransferState.PENDING and at < self.expires_at


class PortalMail(QueuedMail):
    """
    What is written to customers' people about coming in. `sealed_link` fills in the link.

    The link is sealed under SECRET_KEY and erased once the mail server has the mail.
    """

    kind = models.CharField(max_length=18, choices=PortalMailKind.choices)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="portal_mails"
    )
    sealed_link = models.TextField(blank=True)

    class Meta:
        ordering = ["queued_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="portal_mail_kind_is_known", condition=Q(kind__in=PortalMailKind.values)
            ),
            *box_constraints("portal_mail"),
        ]
        indexes = box_indexes("portal_mail")

    def answered(self, at: datetime) -> None:
        """Whatever the mail server said: the link is with the reader or with nobody."""
        self.sealed_link = ""
        self.save(update_fields=["sealed_link"])


class CustomerIdentityProvider(models.Model):
    """A customer's own OpenID Connect issuer. Staff set it up; only they say which domains are its."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.OneToOneField(
        Customer, on_delete=models.PROTECT, related_name="identity_provider"
    )
    issuer = models.URLField(help_text="As the issuer names itself")
    client_id = models.CharField(max_length=200)
    sealed_secret = models.TextField(help_text="The client's secret, sealed under SECRET_KEY")
    is_active = models.BooleanField(default=True)
    is_required = models.BooleanField(
        default=False, help_text="Nobody enters the customer's pages but through it"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords(excluded_fields=["sealed_secret"])

    class Meta:
        ordering = ["customer"]

    def __str__(self) -> str:
        return self.issuer

    @property
    def provider_id(self) -> str:
        """The name in addresses, and of the identities it vouches for."""
        return f"customer-{self.pk.hex}"


class IdentityDomain(models.Model):
    """A domain of e-mail addresses whose people a customer's issuer vouches for."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.ForeignKey(
        CustomerIdentityProvider, on_delete=models.CASCADE, related_name="domains"
    )
    domain = models.CharField(max_length=253, help_text="In lower case, such as acme.example")

    history = HistoricalRecords()

    class Meta:
        ordering = ["domain"]
        constraints = [
            models.UniqueConstraint(name="identity_domain_of_one_provider", fields=["domain"]),
            models.CheckConstraint(
                name="identity_domain_is_lower_case",
                condition=Q(domain=Lower("domain"), domain__contains=".")
                & ~Q(domain__contains="@"),
            ),
        ]

    def __str__(self) -> str:
        return self.domain
