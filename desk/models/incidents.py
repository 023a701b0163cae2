"""Incidents: what went wrong, whom it touched, what was done about it and what was learned."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from accounts.models import Customer
from billing.models import Invoice, InvoiceLine, Subscription
from desk.enums import AffectedState, DetectorCode, IncidentState, PlaybookCode, Severity


def staff_key(help_text: str = "") -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=help_text,
    )


class Incident(models.Model):
    """
    One thing that went wrong. Its targets are set when it opens and never move.

    It is met when somebody owns it (`acknowledged_at`), does no more harm (`contained_at`) and is
    closed with what was learned (`closed_at`). Opened by a person, a detector, or (neither) the system.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    playbook = models.CharField(max_length=30, choices=PlaybookCode.choices)
    title = models.CharField(max_length=200)
    found = models.TextField(help_text="What was noticed, in a sentence or two")
    state = models.CharField(
        max_length=9, choices=IncidentState.choices, default=IncidentState.OPEN
    )
    severity = models.CharField(max_length=8, choices=Severity.choices)
    owner = staff_key()
    opened_at = models.DateTimeField()
    opened_by = staff_key()
    detector = models.CharField(max_length=20, choices=DetectorCode.choices, blank=True)
    acknowledge_by = models.DateTimeField()
    contain_by = models.DateTimeField()
    resolve_by = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    contained_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = staff_key()
    learned = models.TextField(blank=True, help_text="Required to close")

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="incident_closed_says_what_was_learned",
                condition=Q(state=IncidentState.CLOSED, closed_at__isnull=False)
                & Q(closed_by__isnull=False)
                & ~Q(learned="")
                | ~Q(state=IncidentState.CLOSED) & Q(closed_at=None, closed_by=None),
            ),
            models.CheckConstraint(
                name="incident_contained_says_when",
                condition=~Q(state=IncidentState.MITIGATED) | Q(contained_at__isnull=False),
            ),
            models.CheckConstraint(
                name="incident_opened_by_a_person_or_a_detector",
                condition=Q(opened_by=None) | Q(detector=""),
            ),
            models.CheckConstraint(
                name="incident_targets_follow_each_other",
                condition=Q(
                    acknowledge_by__gte=F("opened_at"),
                    contain_by__gte=F("acknowledge_by"),
                    resolve_by__gte=F("contain_by"),
                ),
            ),
            models.CheckConstraint(
                name="incident_owned_is_acknowledged",
                condition=Q(owner=None) | Q(acknowledged_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="incident_one_open_per_detector",
                fields=["detector"],
                condition=Q(state=IncidentState.OPEN) & ~Q(detector=""),
            ),
        ]
        indexes = [
            models.Index(
                name="incident_not_closed",
                fields=["resolve_by", "id"],
                condition=~Q(state=IncidentState.CLOSED),
            ),
            models.Index(fields=["-opened_at", "-id"], name="incident_by_opened_at"),
        ]

    def __str__(self) -> str:
        return self.title


class IncidentAffected(models.Model):
    """
    Something an incident touched: a customer, and what of theirs.

    `amount_minor` is what the customer was charged too much, in minor units of `currency`; empty until
    somebody knows it. Of a line it is before tax; without one, of the invoice and with tax.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="affected")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=200, help_text="What was found, as its finder names it")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    line = models.ForeignKey(
        InvoiceLine, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    seat_type = models.CharField(max_length=50, blank=True)
    seats = models.PositiveIntegerField(
        null=True, blank=True, help_text="Seats there should be, where the count is wrong"
    )
    found = models.TextField()
    amount_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    state = models.CharField(
        max_length=9, choices=AffectedState.choices, default=AffectedState.FOUND
    )
    state_reason = models.CharField(max_length=300, blank=True)
    request_id = models.UUIDField(
        null=True, blank=True, help_text="The exception request its correction waits in"
    )
    found_at = models.DateTimeField()

    class Meta:
        ordering = ["found_at", "id"]
        verbose_name_plural = "incidents' affected"
        constraints = [
            models.UniqueConstraint(
                name="incident_affected_once_per_subject", fields=["incident", "subject"]
            ),
            models.CheckConstraint(
                name="incident_affected_amount_has_a_currency",
                condition=Q(amount_minor=None) | ~Q(currency=""),
            ),
            models.CheckConstraint(
                name="incident_affected_dismissed_says_why",
                condition=~Q(state=AffectedState.DISMISSED) | ~Q(state_reason=""),
            ),
            models.CheckConstraint(
                name="incident_affected_prepared_names_its_request",
                condition=~Q(state=AffectedState.PREPARED) | Q(request_id__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["customer"], name="incident_affected_by_customer"),
        ]

    def __str__(self) -> str:
        return self.found


class IncidentStep(models.Model):
    """That a step of the playbook was done, by whom, and what came of it. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="steps")
    key = models.CharField(max_length=40)
    result = models.CharField(max_length=500)
    done_at = models.DateTimeField()
    done_by = staff_key(help_text="Empty: by the machine that opened it")

    class Meta:
        ordering = ["done_at", "id"]
        constraints = [
            models.CheckConstraint(name="incident_step_says_its_result", condition=~Q(result=""))
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.result}"


class IncidentNote(models.Model):
    """What somebody saw, said or decided. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="notes")
    words = models.TextField()
    noted_at = models.DateTimeField()
    noted_by = staff_key()

    class Meta:
        ordering = ["noted_at", "id"]
        constraints = [
            models.CheckConstraint(name="incident_note_says_something", condition=~Q(words=""))
        ]

    def __str__(self) -> str:
        return self.words


class IncidentFinding(models.Model):
    """That a detector found something. It opens the same thing never again. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="findings")
    detector = models.CharField(max_length=20, choices=DetectorCode.choices)
    subject = models.CharField(max_length=200)
    found = models.TextField()
    found_at = models.DateTimeField()

    class Meta:
        ordering = ["found_at", "id"]
        constraints = [
            models.UniqueConstraint(
                name="incident_finding_once_per_detector_and_subject",
                fields=["detector", "subject"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.detector}: {self.found}"
