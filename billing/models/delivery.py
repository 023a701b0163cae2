"""What was sent to customers with their documents."""

from django.conf import settings
from django.db import models

from accounts.models.mail import QueuedMail, box_constraints, box_indexes
from billing.models.invoice import Invoice


class InvoiceDelivery(QueuedMail):
    """
    An invoice or credit note as it goes to the customer by e-mail, its document attached.

    Number 1 is the flow's own; whatever a person sends again has the next number and a name.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="deliveries")
    number = models.PositiveSmallIntegerField(default=1)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["invoice", "number"]
        verbose_name_plural = "invoice deliveries"
        constraints = [
            models.UniqueConstraint(
                name="invoice_delivery_once_per_number", fields=["invoice", "number"]
            ),
            *box_constraints("invoice_delivery"),
        ]
        indexes = box_indexes("invoice_delivery")
