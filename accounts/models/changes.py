"""What changed in an answer about entitlements: the feed that products follow."""

from django.db import models
from django.db.models import BigIntegerField, Func, Q

from accounts.enums import ChangeKind
from accounts.models.customer import Customer
from accounts.models.people import Grantee


class TransactionNumber(Func):
    """The 64-bit number of the writing transaction, never used twice in a cluster's life."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = BigIntegerField()


class EntitlementChange(models.Model):
    """
    From `effective_at` on, the answer about a person (or about all of a customer) may differ.

    It says where to look again, never what the answer is; names and addresses are not in it.
    Rows are read in the order of `xid` and `id`, and only when every transaction before theirs has
    ended: so a reader who remembers its place misses none, however long another took to commit.
    """

    id = models.BigAutoField(primary_key=True)
    xid = models.BigIntegerField(db_default=TransactionNumber(), editable=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="entitlement_changes", db_index=False
    )
    grantee = models.ForeignKey(
        Grantee,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entitlement_changes",
        db_index=False,
        help_text="Empty: everyone of the customer",
    )
    subscription = models.CharField(
        max_length=100, blank=True, help_text="External id; empty: not of one subscription"
    )
    kind = models.CharField(max_length=30, choices=ChangeKind.choices)
    effective_at = models.DateTimeField(help_text="May be in the future, or in the past")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["xid", "id"]
        indexes = [
            models.Index(fields=["xid", "id"], name="change_by_place"),
            models.Index(fields=["customer", "xid", "id"], name="change_by_customer"),
        ]
        constraints = [
            models.CheckConstraint(
                name="change_kind_is_known", condition=Q(kind__in=ChangeKind.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
