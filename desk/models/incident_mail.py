"""What is written to customers about an incident."""

from django.db import models

from accounts.models import Customer
from accounts.models.mail import QueuedMail, box_constraints, box_indexes
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
            *box_constraints("incident_message"),
        ]
        indexes = box_indexes("incident_message")
