"""The closed vocabularies of recovery. The values are what the tables, the desk and the docs say."""

from django.db.models import TextChoices


class Segment(TextChoices):
    ALL = "all", "Every customer"
    COUNTRY = "country", "Customers of a country"
    BILLING_ENTITY = "billing_entity", "Customers of a billing entity"


class CaseBasis(TextChoices):
    FAILED = "failed", "A charge failed"
    OVERDUE = "overdue", "A due date passed"


class CaseState(TextChoices):
    OPEN = "open", "Open"
    PAUSED = "paused", "Paused"
    HANDED_OVER = "handed_over", "Handed over"
    CLOSED = "closed", "Closed"


class CloseReason(TextChoices):
    PAID = "paid", "Paid"
    CREDITED = "credited", "Settled by credit"
    WRITTEN_OFF = "written_off", "Written off"
    BELOW_THRESHOLD = "below_threshold", "Less open than the campaign pursues"


class StepKind(TextChoices):
    RETRY = "retry", "Charge again"
    MESSAGE = "message", "Message"
    ACCESS = "access", "Advice on access"
    END = "end", "End"


class StepState(TextChoices):
    DONE = "done", "Done"
    PASSED_OVER = "passed_over", "Passed over"


class NoteKind(TextChoices):
    NOTE = "note", "Note"
    REPLY = "reply", "Reply of the customer"
    CALL = "call", "Call"


class PlannedEnding(TextChoices):
    WRITE_OFF_REQUEST = "write_off_request", "Ask for a write-off"
    HAND_OVER = "hand_over", "Hand over to a person"
