"""What is written to customers about an incident."""

from django.db import models

from accounts.models import Customer
from accounts.models.mail import (
    BEING_SENT_IS_CLAIMED,
    HAS_A_READER,
    SENT_SAYS_WHEN,
    UNDER_WAY,
    WAITS,
    QueuedMail,
)
from desk.models.incidents import Incident, staff_key


class IncidentMessage(QueuedMail):
    """An e-mail about an incident, one for each customer and text."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="messages")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    template = models.CharField(max_length=30)
    queued_by = staff_key()

    class Meta:
        ordering = ["queued_at", "id"]
        constraints = [
            models.UniqueConstraint(
                name="incident_message_once_per_customer_and_text",
                fields=["incident", "customer", "template"],
            ),
            models.CheckConstraint(
                name="incident_message_sent_says_when", condition=SENT_SAYS_WHEN
            ),
            models.CheckConstraint(
                name="incident_message_being_sent_is_claimed", condition=BEING_SENT_IS_CLAIMED
            ),
            models.CheckConstraint(
                name="incident_message_has_somebody_to_read_it", condition=HAS_A_READER
            ),
        ]
        indexes = [
            models.Index(
                name="incident_message_to_send", fields=["send_after", "id"], condition=WAITS
            ),
            models.Index(
                name="incident_message_being_sent", fields=["claimed_at"], condition=UNDER_WAY
            ),
        ]
