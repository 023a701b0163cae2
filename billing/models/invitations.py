"""Who was asked to join a customer, which addresses may, and seats that may be claimed."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from accounts.models import Customer, Grantee, Group
from billing.enums import InvitationReserves, InvitationRole, InvitationState
from billing.models.catalog import SeatType
from billing.models.subscription import Subscription

PENDING = Q(state=InvitationState.PENDING)
ENDED = Q(state__in=[InvitationState.REVOKED, InvitationState.EXPIRED])


def person_key(**more: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **more
    )


class Invitation(models.Model):
    """
    Somebody asked by e-mail to join a customer, in a group or as billing administrator.

    The link's token is not kept, only its digest. `reserves` says what waits for the person: a
    seat somebody bought and nobody holds, a seat of the ledger in state invited, or nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(help_text="In lower case")
    name = models.CharField(max_length=200, blank=True)
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    role = models.CharField(
        max_length=21, choices=InvitationRole.choices, default=InvitationRole.MEMBER
    )
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    seat_type = models.ForeignKey(
        SeatType, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    grantee = models.ForeignKey(
        Grantee,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        help_text="As whom the seat waits, and who accepted",
    )
    token_digest = models.CharField(max_length=64, editable=False, help_text="SHA-256 of the link")
    state = models.CharField(
        max_length=8, choices=InvitationState.choices, default=InvitationState.PENDING
    )
    reserves = models.CharField(
        max_length=12, choices=InvitationReserves.choices, default=InvitationReserves.NONE
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Revoked or expired")
    invited_by = person_key()
    ended_by = person_key(null=True, blank=True)
    accepted_by = person_key(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    resent_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(name="invitation_link_is_unique", fields=["token_digest"]),
            models.UniqueConstraint(
                name="invitation_pending_once_per_address",
                fields=["customer", "email"],
                condition=PENDING,
            ),
            models.CheckConstraint(
                name="invitation_address_is_lower_case", condition=Q(email=Lower("email"))
            ),
            models.CheckConstraint(
                name="invitation_role_is_known", condition=Q(role__in=InvitationRole.values)
            ),
            models.CheckConstraint(
                name="invitation_state_is_known", condition=Q(state__in=InvitationState.values)
            ),
            models.CheckConstraint(
                name="invitation_expires_after_it_is_written",
                condition=Q(expires_at__gt=F("created_at")),
            ),
            models.CheckConstraint(
                name="invitation_to_a_group_unless_for_billing",
                condition=Q(
                    role=InvitationRole.BILLING_ADMINISTRATOR, group=None, subscription=None
                )
                | (~Q(role=InvitationRole.BILLING_ADMINISTRATOR) & Q(group__isnull=False)),
            ),
            models.CheckConstraint(
                name="invitation_seat_is_of_a_subscription",
                condition=Q(subscription=None, seat_type=None)
                | Q(subscription__isnull=False, seat_type__isnull=False),
            ),
            models.CheckConstraint(
                name="invitation_reserves_what_it_names",
                condition=Q(reserves=InvitationReserves.NONE)
                | Q(reserves=InvitationReserves.FREE_SEAT, seat_type__isnull=False)
                | Q(
                    reserves=InvitationReserves.INVITED_SEAT,
                    seat_type__isnull=False,
                    grantee__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="invitation_accepted_says_by_whom",
                condition=Q(
                    state=InvitationState.ACCEPTED,
                    accepted_by__isnull=False,
                    accepted_at__isnull=False,
                )
                | (~Q(state=InvitationState.ACCEPTED) & Q(accepted_by=None, accepted_at=None)),
            ),
            models.CheckConstraint(
                name="invitation_ended_says_when",
                condition=(ENDED & Q(ended_at__isnull=False)) | (~ENDED & Q(ended_at=None)),
            ),
        ]
        indexes = [
            models.Index(
                name="invitation_to_expire", fields=["expires_at", "id"], condition=PENDING
            ),
            models.Index(
                name="invitation_waiting_for_a_seat",
                fields=["subscription", "seat_type", "reserves"],
                condition=PENDING,
            ),
            models.Index(name="invitation_newest_first", fields=["customer", "-created_at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.customer_id}"


class DomainRule(models.Model):
    """The domains of a customer's addresses. Enforced: nobody else may join or come in."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, related_name="domain_rule")
    domains = models.JSONField(default=list, help_text="In lower case, without @")
    is_enforced = models.BooleanField(default=False)
    changed_by = person_key(null=True, blank=True)
    changed_at = models.DateTimeField()

    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="domain_rule_enforced_names_a_domain",
                condition=Q(is_enforced=False) | ~Q(domains=[]),
            )
        ]

    def __str__(self) -> str:
        return ", ".join(self.domains)


class ClaimOffer(models.Model):
    """Seats that anybody with an address of these domains may take, first come, until none is left."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="claim_offers")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="claim_offers"
    )
    seat_type = models.ForeignKey(SeatType, on_delete=models.PROTECT, related_name="claim_offers")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="claim_offers")
    domains = models.JSONField(help_text="In lower case, without @")
    is_open = models.BooleanField(default=True)
    most_seats = models.PositiveIntegerField(
        null=True, blank=True, help_text="Empty: as many as the plan has"
    )
    opened_by = person_key()
    opened_at = models.DateTimeField()

    history = HistoricalRecords()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                name="claim_offer_open_once_per_seat_type",
                fields=["subscription", "seat_type"],
                condition=Q(is_open=True),
            ),
            models.CheckConstraint(name="claim_offer_names_a_domain", condition=~Q(domains=[])),
        ]

    def __str__(self) -> str:
        return f"{self.seat_type_id} of {self.customer_id}"


class SeatClaim(models.Model):
    """A seat somebody took from an offer; once for each person."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer = models.ForeignKey(ClaimOffer, on_delete=models.PROTECT, related_name="claims")
    user = person_key()
    grantee = models.ForeignKey(Grantee, on_delete=models.PROTECT, related_name="seat_claims")
    claimed_at = models.DateTimeField()

    class Meta:
        ordering = ["claimed_at", "id"]
        constraints = [
            models.UniqueConstraint(name="seat_claim_once_per_person", fields=["offer", "user"])
        ]

    def __str__(self) -> str:
        return f"{self.grantee_id} from {self.offer_id}"
