"""What was sent to customers with their documents."""

from django.conf import settings
from django.db import models

from accounts.models.mail import (
    BEING_SENT_IS_CLAIMED,
    HAS_A_READER,
    SENT_SAYS_WHEN,
    UNDER_WAY,
    WAITS,
    QueuedMail,
)
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
            models.CheckConstraint(
                name="invoice_delivery_sent_says_when", condition=SENT_SAYS_WHEN
            ),
            models.CheckConstraint(
                name="invoice_delivery_being_sent_is_claimed", condition=BEING_SENT_IS_CLAIMED
            ),
            models.CheckConstraint(
                name="invoice_delivery_has_somebody_to_read_it", condition=HAS_A_READER
            ),
        ]
        indexes = [
            models.Index(
                name="invoice_delivery_to_send", fields=["send_after", "id"], condition=WAITS
            ),
            models.Index(
                name="invoice_delivery_being_sent", fields=["claimed_at"], condition=UNDER_WAY
            ),
        ]
