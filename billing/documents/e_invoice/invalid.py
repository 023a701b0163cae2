"""The refusal of an invoice that would not be accepted as data."""

from kernel.refusal import Refusal


class EInvoiceInvalid(Refusal):
    """The invoice as data breaks a rule of EN 16931. It is not stored and not sent."""

    code = "e_invoice_invalid"
