"""Where a customer is and what it is, as versions that are never edited; and who confirmed it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords
from uuid6 import uuid7

from accounts.models import Customer
from tax.enums import (
    CertificateKind,
    EvidenceKind,
    TaxIdCheckState,
    TaxIdRegister,
)


class LocationEvidence(models.Model):
    """One version of one piece; the highest version of a kind counts. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="location_evidence"
    )
    kind = models.CharField(max_length=15, choices=EvidenceKind.choices)
    version = models.PositiveIntegerField()
    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    number = models.CharField(max_length=32, blank=True, help_text="Of a tax id; empty: withdrawn")
    is_business = models.BooleanField(default=True, help_text="By the customer's word")
    source = models.CharField(max_length=100, help_text="Where it came from: API, desk, card")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["customer", "kind", "-version"]
        verbose_name_plural = "location evidence"
        constraints = [
            models.UniqueConstraint(
                name="location_evidence_version_once", fields=["customer", "kind", "version"]
            ),
            models.CheckConstraint(
                name="location_evidence_kind_is_known", condition=Q(kind__in=EvidenceKind.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} version {self.version}"


class TaxIdCheck(models.Model):
    """
    A question to a register about a tax id, and its answer. Pending ones are the queue.

    An answer is final: triggers refuse to change it. Asking again is another check.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="tax_id_checks")
    number = models.CharField(max_length=32, help_text="As asked, without blanks")
    country = models.CharField(max_length=2, help_text="ISO country of the register")
    register = models.CharField(max_length=7, choices=TaxIdRegister.choices)
    state = models.CharField(
        max_length=7, choices=TaxIdCheckState.choices, default=TaxIdCheckState.PENDING
    )
    asked_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    consultation_number = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=300, blank=True, help_text="As the register has it")
    address = models.CharField(max_length=500, blank=True)
    answer = models.JSONField(default=dict, blank=True, help_text="Whole, as received")

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                name="tax_id_check_one_pending_per_number",
                fields=["customer", "number"],
                condition=Q(state=TaxIdCheckState.PENDING),
            ),
            models.CheckConstraint(
                name="tax_id_check_answer_has_its_time",
                condition=Q(state=TaxIdCheckState.PENDING, answered_at=None)
                | (~Q(state=TaxIdCheckState.PENDING) & Q(answered_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                name="tax_id_check_waiting",
                fields=["next_attempt_at", "id"],
                condition=Q(state=TaxIdCheckState.PENDING),
            ),
            models.Index(fields=["customer", "number", "-asked_at"], name="tax_id_check_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_state_display()}"


class ExemptionCertificate(models.Model):
    """A paper that frees a customer from tax in a jurisdiction for a time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="certificates")
    jurisdiction = models.CharField(max_length=7)
    kind = models.CharField(max_length=9, choices=CertificateKind.choices)
    number = models.CharField(max_length=60)
    reason = models.CharField(max_length=200, help_text="As it stands on the invoice")
    valid_from = models.DateField()
    valid_to = models.DateField(help_text="Last day it is valid")
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verified_at = models.DateTimeField(null=True, blank=True, help_text="Empty: not used yet")

    history = HistoricalRecords()

    class Meta:
        ordering = ["customer", "jurisdiction", "-valid_to"]
        constraints = [
            models.CheckConstraint(
                name="exemption_certificate_ends_after_it_begins",
                condition=Q(valid_to__gte=F("valid_from")),
            ),
            models.UniqueConstraint(
                name="exemption_certificate_once",
                fields=["customer", "jurisdiction", "kind", "number"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction} {self.number}"
