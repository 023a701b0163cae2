"""The books: accounts by role, entries with postings that add up to zero, and when revenue is earned."""

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from accounts.models import Customer
from billing.enums import AccountRole, ChartOfAccounts, JournalKind
from billing.models.invoice import Invoice, InvoiceLine
from tax.models import BillingEntity


class Books(models.Model):
    """How a billing entity keeps its books. Made with proposals when the first entry is posted."""

    billing_entity = models.OneToOneField(
        BillingEntity, on_delete=models.PROTECT, primary_key=True, related_name="books"
    )
    chart = models.CharField(max_length=7, choices=ChartOfAccounts.choices)
    time_zone = models.CharField(max_length=64, help_text="Whose days the entries are dated in")
    fiscal_year_first_month = models.PositiveSmallIntegerField(default=1)
    account_length = models.PositiveSmallIntegerField(
        default=4, help_text="Digits of a general ledger account (DATEV: Sachkontenlänge)"
    )
    datev_consultant = models.CharField(
        max_length=7, blank=True, help_text="Beraternummer, 1001 to 9999999"
    )
    datev_client = models.CharField(max_length=5, blank=True, help_text="Mandantennummer")
    holds_gateway_account = models.BooleanField(
        default=False, help_text="Payouts of the gateway arrive on its bank account"
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["billing_entity"]
        verbose_name_plural = "books"
        constraints = [
            models.CheckConstraint(
                name="books_fiscal_year_begins_in_a_month",
                condition=Q(fiscal_year_first_month__gte=1, fiscal_year_first_month__lte=12),
            ),
            models.CheckConstraint(
                name="books_account_length_is_four_to_eight",
                condition=Q(account_length__gte=4, account_length__lte=8),
            ),
            models.CheckConstraint(
                name="books_datev_numbers_are_digits",
                condition=Q(
                    datev_consultant__regex=r"^[0-9]{0,7}$", datev_client__regex=r"^[0-9]{0,5}$"
                ),
            ),
            models.UniqueConstraint(
                name="books_one_holds_the_gateway_account",
                fields=["holds_gateway_account"],
                condition=Q(holds_gateway_account=True),
            ),
        ]

    def __str__(self) -> str:
        return f"Books of {self.billing_entity_id}"


class AccountMapping(models.Model):
    """The account number a role has in an entity's books. A change acts on entries posted later."""

    billing_entity = models.ForeignKey(
        BillingEntity, on_delete=models.PROTECT, related_name="accounts"
    )
    role = models.CharField(max_length=16, choices=AccountRole.choices)
    number = models.CharField(max_length=9, help_text="Digits")

    history = HistoricalRecords()

    class Meta:
        ordering = ["billing_entity", "number"]
        constraints = [
            models.UniqueConstraint(
                name="account_mapping_once_per_role", fields=["billing_entity", "role"]
            ),
            models.CheckConstraint(
                name="account_mapping_number_is_digits",
                condition=Q(number__regex=r"^[0-9]{3,9}$"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.get_role_display()}"


class JournalEntry(models.Model):
    """
    One source, booked. Append-only; a deferred trigger refuses postings that do not sum to zero.

    `source_id` is the invoice, payment, credit entry, allocation or payout; of a month's revenue, the
    first of its slices.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    billing_entity = models.ForeignKey(
        BillingEntity, on_delete=models.PROTECT, related_name="journal_entries"
    )
    kind = models.CharField(max_length=13, choices=JournalKind.choices)
    source_id = models.UUIDField()
    currency = models.CharField(max_length=3)
    day = models.DateField(help_text="In the zone of the document, else of the entity's books")
    original_day = models.DateField(
        null=True, blank=True, help_text="Its own day, where that was closed already"
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="journal_entries"
    )
    document = models.CharField(max_length=40, blank=True, help_text="Number people look it up by")
    text = models.CharField(max_length=200, blank=True)
    posted_at = models.DateTimeField()

    class Meta:
        ordering = ["-day", "-id"]
        verbose_name_plural = "journal entries"
        permissions = [("export_books", "Can export the books")]
        constraints = [
            models.UniqueConstraint(
                name="journal_entry_once_per_source_and_kind", fields=["source_id", "kind"]
            ),
            models.CheckConstraint(
                name="journal_entry_moves_out_of_closed_days_only",
                condition=Q(original_day=None) | Q(original_day__lt=F("day")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["billing_entity", "-day", "-id"], name="journal_by_entity_and_day"
            ),
            models.Index(fields=["document"], name="journal_by_document"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.document}".strip()


class JournalPosting(models.Model):
    """One leg of an entry in minor units of its currency; positive is debit (Soll)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=16, choices=AccountRole.choices)
    account = models.CharField(max_length=9, help_text="Number as mapped when it was posted")
    amount_minor = models.BigIntegerField(help_text="Positive: debit, negative: credit")
    invoice = models.ForeignKey(
        Invoice,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="postings",
        help_text="The open item of a receivable",
    )
    text = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["entry", "position"]
        constraints = [
            models.UniqueConstraint(
                name="journal_posting_position_once", fields=["entry", "position"]
            ),
            models.CheckConstraint(
                name="journal_posting_of_a_receivable_names_its_invoice",
                condition=~Q(role=AccountRole.RECEIVABLE) | Q(invoice__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["role", "entry"], name="journal_posting_by_role")]

    def __str__(self) -> str:
        return f"{self.account} {self.amount_minor}"


class RecognitionSlice(models.Model):
    """
    What a calendar month earns of a line. Minor units of `currency`, negative on credits.

    Written with the document's entry. `entry` is where it became revenue: that entry itself for service
    already over, a later one of its month else; a trigger lets it be named once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    billing_entity = models.ForeignKey(BillingEntity, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="slices")
    month = models.DateField(help_text="Its first day")
    ends_on = models.DateField(help_text="Last day of service in the month")
    days = models.PositiveSmallIntegerField()
    amount_minor = models.BigIntegerField()
    entry = models.ForeignKey(
        JournalEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="slices",
        help_text="Where it became revenue; empty: still deferred",
    )

    class Meta:
        ordering = ["line", "month"]
        constraints = [
            models.UniqueConstraint(
                name="recognition_slice_once_per_line_and_month", fields=["line", "month"]
            ),
            models.CheckConstraint(
                name="recognition_slice_has_days",
                condition=Q(days__gte=1, days__lte=31, ends_on__gte=F("month")),
            ),
        ]
        indexes = [
            models.Index(
                name="recognition_slice_deferred",
                fields=["month", "billing_entity", "currency", "id"],
                condition=Q(entry__isnull=True),
            ),
            models.Index(fields=["billing_entity", "month"], name="recognition_slice_by_month"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency} in {self.month:%Y-%m}"
