"""The books against what they are made from: each check compares row by row, in minor units."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db import connection

SHOWN = 200
Subject = Literal["invoice", "payment", "customer", "line", "entity", "entry", "payout"]


@dataclass(frozen=True, slots=True)
class Check:
    """
    What is compared. `rows` selects entity_id, currency, subject_id, label, books, source.

    `books` is empty where nothing is posted, `source` where a posting has nothing behind it.
    """

    name: str
    says: str
    subject: Subject
    rows: str


@dataclass(frozen=True, slots=True)
class Total:
    """Both sides of a check in one currency, in minor units."""

    currency: str
    rows: int
    books_minor: int
    source_minor: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A row where the two sides differ; None: that side has no such row."""

    entity_id: UUID
    currency: str
    subject_id: UUID
    label: str
    books_minor: int | None
    source_minor: int | None

    @property
    def difference_minor(self) -> int:
        return (self.books_minor or 0) - (self.source_minor or 0)


SUM_OF = """
    SELECT entry.source_id, min(entry.billing_entity_id::text)::uuid AS entity_id,
           min(entry.currency) AS currency, min(entry.document) AS document,
           {sign}sum(posting.amount_minor) FILTER (WHERE posting.role IN ({roles})) AS minor
      FROM billing_journalentry AS entry
      JOIN billing_journalposting AS posting ON posting.entry_id = entry.id
     WHERE entry.kind IN ({kinds})
     GROUP BY entry.source_id
"""
OF_DOCUMENT = """
SELECT coalesce(invoice.billing_entity_id, books.entity_id) AS entity_id,
       coalesce(invoice.currency, books.currency) AS currency,
       coalesce(invoice.id, books.source_id) AS subject_id,
       coalesce(invoice.number, books.document) AS label,
       CASE WHEN books.source_id IS NULL THEN NULL ELSE coalesce(books.minor, 0) END AS books,
       {column} AS source
  FROM (SELECT * FROM billing_invoice WHERE state = 'finalized') AS invoice
  FULL JOIN ({books}) AS books ON books.source_id = invoice.id
"""
DOCUMENTS = {"kinds": "'invoice', 'credit_note'"}
CREDIT_BY_ENTITY = """
    SELECT coalesce(owed.billing_entity_id, sent.billing_entity_id, paid.billing_entity_id,
                    invoice.billing_entity_id) AS entity_id,
           credit.customer_id, credit.currency, sum(credit.amount_minor) AS minor
      FROM billing_creditentry AS credit
      LEFT JOIN billing_allocation AS allocation ON allocation.id = credit.allocation_id
      LEFT JOIN billing_receivable AS owed ON owed.invoice_id = allocation.receivable_id
      LEFT JOIN billing_refund AS refund ON refund.id = credit.refund_id
      LEFT JOIN billing_payment AS sent ON sent.id = refund.payment_id
      LEFT JOIN billing_payment AS paid ON paid.id = credit.payment_id
      LEFT JOIN billing_invoice AS invoice ON invoice.id = credit.invoice_id
     GROUP BY 1, 2, 3
"""
REFUNDS_BY_ENTITY = """
    SELECT entity_id, customer_id, currency, sum(minor) AS minor FROM (
        SELECT payment.billing_entity_id AS entity_id, refund.customer_id, refund.currency,
               refund.amount_minor AS minor
          FROM billing_refund AS refund JOIN billing_payment AS payment ON payment.id = refund.payment_id
         WHERE refund.state = 'requested'
        UNION ALL
        SELECT note.billing_entity_id, note.customer_id, note.currency, -note.total_minor
          FROM billing_invoice AS note
         WHERE note.state = 'finalized' AND note.kind = 'credit_note' AND note.total_minor < 0
           AND NOT EXISTS (SELECT FROM billing_creditentry AS kept
                            WHERE kept.invoice_id = note.id AND kept.reason = 'credit_note')
    ) AS owed GROUP BY 1, 2, 3
"""
OF_CUSTOMER = """
SELECT coalesce(source.entity_id, books.billing_entity_id) AS entity_id,
       coalesce(source.currency, books.currency) AS currency,
       customer.id AS subject_id, customer.legal_name AS label,
       coalesce(books.minor, 0) AS books, coalesce(source.minor, 0) AS source
  FROM ({source}) AS source
  FULL JOIN (
    SELECT entry.billing_entity_id, entry.customer_id, entry.currency,
           -sum(posting.amount_minor) AS minor
      FROM billing_journalposting AS posting
      JOIN billing_journalentry AS entry ON entry.id = posting.entry_id
     WHERE posting.role = '{role}' GROUP BY 1, 2, 3
  ) AS books ON books.billing_entity_id = source.entity_id
            AND books.customer_id = source.customer_id AND books.currency = source.currency
  JOIN accounts_customer AS customer ON customer.id = coalesce(source.customer_id, books.customer_id)
"""
CHECKS: Sequence[Check] = (
    Check(
        "entries", "Every entry's debits equal its credits", "entry",
        """
        SELECT entry.billing_entity_id AS entity_id, entry.currency, entry.id AS subject_id,
               entry.document AS label,
               coalesce(sum(posting.amount_minor) FILTER (WHERE posting.amount_minor > 0), 0) AS books,
               -coalesce(sum(posting.amount_minor) FILTER (WHERE posting.amount_minor < 0), 0) AS source
          FROM billing_journalentry AS entry
          LEFT JOIN billing_journalposting AS posting ON posting.entry_id = entry.id
         GROUP BY entry.id
        """,
    ),
    Check(
        "lines", "Revenue, earned and deferred, is what the lines of documents ask for", "invoice",
        OF_DOCUMENT.format(
            column="invoice.subtotal_minor",
            books=SUM_OF.format(sign="-", roles="'revenue', 'deferred_revenue'", **DOCUMENTS),
        ),
    ),
    Check(
        "tax", "Tax payable is the tax on documents", "invoice",
        OF_DOCUMENT.format(
            column="invoice.tax_minor",
            books=SUM_OF.format(sign="-", roles="'tax_payable'", **DOCUMENTS),
        ),
    ),
    Check(
        "payments", "Bank and gateway moved by payments less the gateway's fees", "payment",
        """
        SELECT coalesce(payment.billing_entity_id, books.entity_id) AS entity_id,
               coalesce(payment.currency, books.currency) AS currency,
               coalesce(payment.id, books.source_id) AS subject_id,
               coalesce(nullif(payment.gateway_id, ''), nullif(payment.reference, ''),
                        payment.paid_on::text, books.document) AS label,
               books.minor AS books, payment.amount_minor - payment.fee_minor AS source
          FROM billing_payment AS payment
          FULL JOIN ("""
        + SUM_OF.format(
            sign="", roles="'cash_bank', 'gateway_clearing'",
            kinds="'received', 'refund', 'withdrawal', 'reinstated'",
        )
        + ") AS books ON books.source_id = payment.id",
    ),
    Check(
        "receivables", "Receivables are what is open on each invoice", "invoice",
        """
        SELECT coalesce(owed.billing_entity_id, invoice.billing_entity_id) AS entity_id,
               coalesce(owed.currency, invoice.currency) AS currency,
               coalesce(owed.invoice_id, books.invoice_id) AS subject_id, invoice.number AS label,
               books.minor AS books, owed.open_minor AS source
          FROM billing_receivable AS owed
          FULL JOIN (
            SELECT invoice_id, sum(amount_minor) AS minor FROM billing_journalposting
             WHERE role = 'receivable' GROUP BY invoice_id
          ) AS books ON books.invoice_id = owed.invoice_id
          JOIN billing_invoice AS invoice ON invoice.id = coalesce(owed.invoice_id, books.invoice_id)
        """,
    ),
    Check(
        "credit", "Customer credit is each customer's balance", "customer",
        OF_CUSTOMER.format(source=CREDIT_BY_ENTITY, role="customer_credit"),
    ),
    Check(
        "refunds", "Refunds payable are refunds requested and credit notes to be paid out", "customer",
        OF_CUSTOMER.format(source=REFUNDS_BY_ENTITY, role="refunds_payable"),
    ),
    Check(
        "write_offs", "Bad debt is what was written off", "entry",
        """
        SELECT coalesce(owed.billing_entity_id, books.entity_id) AS entity_id,
               coalesce(owed.currency, books.currency) AS currency,
               coalesce(lost.id, books.source_id) AS subject_id,
               coalesce(invoice.number, books.document) AS label,
               books.minor AS books, lost.amount_minor AS source
          FROM (SELECT * FROM billing_allocation WHERE source = 'write_off') AS lost
          JOIN billing_receivable AS owed ON owed.invoice_id = lost.receivable_id
          JOIN billing_invoice AS invoice ON invoice.id = owed.invoice_id
          FULL JOIN ("""
        + SUM_OF.format(sign="", roles="'bad_debt'", kinds="'write_off'")
        + ") AS books ON books.source_id = lost.id",
    ),
    Check(
        "schedule", "The months of each posted line add up to the line", "line",
        """
        SELECT invoice.billing_entity_id AS entity_id, invoice.currency, line.id AS subject_id,
               invoice.number || ', line ' || line.position AS label,
               coalesce(sum(slice.amount_minor), 0) AS books, line.amount_minor AS source
          FROM billing_invoiceline AS line
          JOIN billing_invoice AS invoice ON invoice.id = line.invoice_id
          LEFT JOIN billing_recognitionslice AS slice ON slice.line_id = line.id
         WHERE invoice.state = 'finalized'
         GROUP BY invoice.id, line.id
        """,
    ),
    Check(
        "deferred", "Deferred revenue is what the schedule has not earned yet", "entity",
        """
        SELECT coalesce(slices.billing_entity_id, books.billing_entity_id) AS entity_id,
               coalesce(slices.currency, books.currency) AS currency, entity.id AS subject_id,
               entity.code AS label, coalesce(books.minor, 0) AS books,
               coalesce(slices.minor, 0) AS source
          FROM (
            SELECT billing_entity_id, currency, sum(amount_minor) AS minor
              FROM billing_recognitionslice WHERE entry_id IS NULL GROUP BY 1, 2
          ) AS slices
          FULL JOIN (
            SELECT entry.billing_entity_id, entry.currency, -sum(posting.amount_minor) AS minor
              FROM billing_journalposting AS posting
              JOIN billing_journalentry AS entry ON entry.id = posting.entry_id
             WHERE posting.role = 'deferred_revenue' GROUP BY 1, 2
          ) AS books USING (billing_entity_id, currency)
          JOIN tax_billingentity AS entity ON entity.id = billing_entity_id
        """,
    ),
)  # fmt: skip


def totals(check: Check, *, entity_id: UUID | None) -> tuple[Total, ...]:
    """Both sides by currency. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT currency, count(*), coalesce(sum(books), 0)::bigint, "
            f"coalesce(sum(source), 0)::bigint FROM ({check.rows}) AS compared "
            "WHERE %s::uuid IS NULL OR entity_id = %s GROUP BY currency ORDER BY currency",
            [entity_id, entity_id],
        )
        return tuple(Total(*row) for row in cursor.fetchall())


def differences(check: Check, *, entity_id: UUID | None) -> tuple[Difference, ...]:
    """The rows that differ, at most 200. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entity_id, currency, subject_id, label, books::bigint, source::bigint "
            f"FROM ({check.rows}) AS compared WHERE books IS DISTINCT FROM source "
            f"AND (%s::uuid IS NULL OR entity_id = %s) ORDER BY label, subject_id LIMIT {SHOWN}",
            [entity_id, entity_id],
        )
        return tuple(Difference(*row) for row in cursor.fetchall())
