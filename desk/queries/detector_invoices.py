"""The rows detectors of invoices decide on: one set-based query each, over a window of days."""

from datetime import datetime

from desk.calc.detect_invoices import DueSubscription, PricedInvoice, TaxedInvoice
from desk.queries.detector_seats import rows_of

HISTORY = 12
TREATMENTS = """
(SELECT coalesce(array_agg(DISTINCT tax.treatment || ' in ' || tax.jurisdiction), ARRAY[]::text[])
   FROM billing_invoicetax AS tax WHERE tax.invoice_id = {invoice}.id)
"""
TAXED = f"""
SELECT * FROM (
    SELECT invoice.customer_id, invoice.id, invoice.number,
           {TREATMENTS.format(invoice="invoice")} AS treatments, previous.number,
           {TREATMENTS.format(invoice="previous")} AS previous_treatments
      FROM billing_invoice AS invoice
      JOIN LATERAL (
           SELECT before.id, before.number FROM billing_invoice AS before
            WHERE before.customer_id = invoice.customer_id AND before.kind = 'invoice'
              AND before.state = 'finalized' AND before.issued_at <= invoice.issued_at
              AND before.cycle_date <= invoice.cycle_date AND before.id < invoice.id
              AND NOT EXISTS (SELECT FROM billing_invoicevoid AS void
                               WHERE void.invoice_id = before.id)
            ORDER BY before.cycle_date DESC, before.id DESC LIMIT 1) AS previous ON true
     WHERE invoice.issued_at >= %s AND invoice.issued_at <= %s AND invoice.kind = 'invoice'
       AND NOT EXISTS (SELECT FROM billing_invoicevoid AS void
                        WHERE void.invoice_id = invoice.id)) AS pair
 WHERE treatments <> previous_treatments
 ORDER BY 2
"""
REGULAR = """
EXISTS (SELECT FROM billing_invoiceline AS line
         WHERE line.invoice_id = {invoice}.id AND line.kind = 'recurring')
"""
PRICED = f"""
SELECT invoice.customer_id, invoice.id, invoice.number, invoice.currency, invoice.subtotal_minor,
       array(SELECT before.subtotal_minor FROM billing_invoice AS before
              WHERE before.customer_id = invoice.customer_id AND before.kind = 'invoice'
                AND before.state = 'finalized' AND before.currency = invoice.currency
                AND before.billing_entity_id = invoice.billing_entity_id
                AND before.cycle_date <= invoice.cycle_date AND before.id < invoice.id
                AND {REGULAR.format(invoice="before")}
              ORDER BY before.cycle_date DESC, before.id DESC LIMIT %s)
  FROM billing_invoice AS invoice
 WHERE invoice.issued_at >= %s AND invoice.issued_at <= %s AND invoice.kind = 'invoice'
   AND NOT EXISTS (SELECT FROM billing_invoicevoid AS void WHERE void.invoice_id = invoice.id)
   AND {REGULAR.format(invoice="invoice")}
 ORDER BY invoice.id
"""
DUE = """
WITH late AS (
    SELECT subscription.*, subscription.rate_due_at AS due_at,
           'It was never rated: look for a refusal on the flow board.' AS why
      FROM billing_subscription AS subscription
     WHERE subscription.rate_due_at <= %(at)s
    UNION ALL
    SELECT subscription.*, rating.rated_at, 'It was rated, and no draft was made.'
      FROM billing_subscription AS subscription
      JOIN billing_rating AS rating ON rating.subscription_id = subscription.id
       AND rating.number = subscription.drafted_count + 1
     WHERE subscription.rating_count > subscription.drafted_count
    UNION ALL
    SELECT subscription.*, due.at, 'Its cycle passed, and the rate stage does not wait for it.'
      FROM billing_subscription AS subscription
      JOIN LATERAL (
           SELECT span.seat_type_id, (span.period_after + CASE
                      WHEN policy.settings ->> 'billing_timing' = 'in_arrears'
                      THEN (subscription.interval_count || ' ' || subscription.interval_unit)::interval
                      ELSE interval '0' END)::timestamp AT TIME ZONE subscription.time_zone AS at
             FROM billing_ratedspan AS span
             JOIN billing_seatpolicy AS policy ON policy.id = span.seat_policy_id
             JOIN billing_invoiceline AS line ON line.rated_span_id = span.id
            WHERE span.subscription_id = subscription.id
              AND NOT EXISTS (SELECT FROM billing_invoicevoid AS void
                               WHERE void.invoice_id = line.invoice_id)
            ORDER BY span.period_first DESC, span.id DESC LIMIT 1) AS due ON due.at <= %(at)s
      JOIN LATERAL (
           SELECT entry.balance_after FROM billing_seatledgerentry AS entry
            WHERE entry.subscription_id = subscription.id AND entry.seat_type_id = due.seat_type_id
            ORDER BY entry.effective_at DESC, entry.position DESC LIMIT 1) AS newest
        ON newest.balance_after > 0
     WHERE subscription.state = 'active'
       AND (subscription.rate_due_at IS NULL OR subscription.rate_due_at > %(at)s)
       AND subscription.rating_count = subscription.drafted_count
       AND (subscription.ends_on IS NULL OR subscription.ends_on > due.at::date)
)
SELECT late.customer_id, late.id, late.external_id, late.due_at,
       (SELECT max(line.span_after) FROM billing_ratedspan AS span
          JOIN billing_invoiceline AS line ON line.rated_span_id = span.id
         WHERE span.subscription_id = late.id), late.why
  FROM late WHERE late.due_at >= %(since)s
 ORDER BY late.due_at, late.id
"""


def taxed_otherwise(*, since: datetime, at: datetime) -> list[TaxedInvoice]:
    """Invoices issued in the window whose treatments are not those of the customer's invoice before."""
    return [
        TaxedInvoice(customer, key, number, tuple(now), previous, tuple(before))
        for customer, key, number, now, previous, before in rows_of(TAXED, [since, at])
    ]


def priced_invoices(*, since: datetime, at: datetime) -> list[PricedInvoice]:
    """
    Regular invoices issued in the window, each with the amounts of up to twelve regular before it.

    One that only bills a change in between is neither judged nor compared with.
    """
    return [
        PricedInvoice(customer, key, number, currency, minor, tuple(earlier))
        for customer, key, number, currency, minor, earlier in rows_of(PRICED, [HISTORY, since, at])
    ]


def due_subscriptions(*, since: datetime, at: datetime) -> list[DueSubscription]:
    """What should be on an invoice by now: not rated, not drafted, or past its cycle unnoticed."""
    return [DueSubscription(*row) for row in rows_of(DUE, {"since": since, "at": at})]
