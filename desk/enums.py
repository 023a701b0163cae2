"""Choices of the desk's own tables."""

from django.db.models import TextChoices


class ScenarioArea(TextChoices):
    """What a release scenario is about; the order of the table."""

    SEATS = "seats", "Seats come and go"
    CORRECTIONS = "corrections", "Corrections and late news"
    TERMS = "terms", "Plans, anchors and month ends"
    TAX = "tax", "Tax"
    MONEY = "money", "Money and credit"


class CheckReason(TextChoices):
    DESK = "desk", "At the desk"
    COMMAND = "command", "Before a release"
    POLICY = "policy", "Before a policy"
    PRICE = "price", "Before a price"


class CheckState(TextChoices):
    RUNNING = "running", "Running"
    FINISHED = "finished", "Finished"


class ScenarioOutcome(TextChoices):
    """How a scenario came out: as expected, otherwise, or it cannot be played at all."""

    PASSED = "passed", "As expected"
    DIFFERS = "differs", "Different"
    UNUSABLE = "unusable", "Unusable"


class PlaybookCode(TextChoices):
    """What went wrong, and so which playbook is followed (desk/calc/playbooks.py)."""

    DUPLICATE_CHARGE = "duplicate_charge", "Duplicate charge"
    DELAYED_REMOVAL = "delayed_removal", "Delayed removal"
    TAX_MISCLASSIFICATION = "tax_misclassification", "Tax misclassification"
    WRONG_SEAT_COUNT = "wrong_seat_count", "Wrong seat count"
    MISSING_INVOICE = "missing_invoice", "Missing invoice"


class DetectorCode(TextChoices):
    """What looks for incidents each day (desk/calc/detect_*.py)."""

    BILLED_TWICE = "billed_twice", "Billed twice for one span"
    LATE_REMOVAL = "late_removal", "Removals recorded late"
    SEAT_DRIFT = "seat_drift", "Seats differ from active members"
    TAX_CHANGED = "tax_changed", "Tax treatment changed"
    UNUSUAL_INVOICE = "unusual_invoice", "Invoice off its usual range"
    INVOICE_MISSING = "invoice_missing", "Invoice missing"


class IncidentState(TextChoices):
    OPEN = "open", "Open"
    MITIGATED = "mitigated", "Contained"
    CLOSED = "closed", "Closed"


class Severity(TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"


class AffectedState(TextChoices):
    FOUND = "found", "Found"
    PREPARED = "prepared", "Correction prepared"
    CORRECTED = "corrected", "Corrected"
    DISMISSED = "dismissed", "Nothing to correct"
