"""What must hold when everything has come to rest. One judge each; findings in words, none when all is well."""

import hashlib
from collections.abc import Callable

from accounts.models import Customer
from billing.models import LedgerHead
from billing.operations.recheck_invoices import recheck_invoices
from billing.operations.verify_ledger import verify_chain
from tests.chaos.agreements import exceptions_are_carried_out_once
from tests.chaos.hook_judges import JUDGES as WHAT_PRODUCTS_HEAR
from tests.chaos.hook_judges import hooks_that_wait
from tests.chaos.money_judges import (
    attempts_succeed_once,
    books_balance,
    charges_equal_attempts,
    credit_is_never_negative,
    messages_are_sent_once,
    payments_are_wholly_placed,
    receivables_follow_allocations,
    refunds_move_once,
    webhooks_are_kept_once,
)
from tests.chaos.scene import Findings, Scene, rows, told


def nothing_waits(scene: Scene) -> Findings:
    """Every stage's work list is empty, every run has ended, nobody was parked by a hiccup."""
    waiting = [
        f"{count} wait for {stage.name}"
        for stage in scene.stages
        if (count := stage.waiting_count(at=scene.at)[0])
    ]
    drafts = told(
        "SELECT count(*) FROM billing_invoice WHERE state = 'draft' HAVING count(*) > 0",
        "{0} invoices are still drafts",
    )
    runs = told(
        "SELECT as_of, started_at FROM billing_invoicerun WHERE state = 'running'",
        "the run as of {0} never ended",
    )
    parked = told(
        "SELECT stage, subject_label, code, message FROM billing_stagerefusal WHERE resolved_at IS NULL",
        "{1} is parked at {0}: {2}, {3}",
    )
    asked = told(
        """SELECT count(*) FROM billing_paymentattempt WHERE ask_at IS NOT NULL
           HAVING count(*) > 0""",
        "{0} payment attempts wait for the gateway's answer",
    )
    mails = told(
        """SELECT count(*) FROM dunning_message WHERE state IN ('queued', 'sending')
           HAVING count(*) > 0""",
        "{0} messages wait to be sent",
    )
    refunds = told(
        "SELECT count(*) FROM billing_refund WHERE ask_at IS NOT NULL HAVING count(*) > 0",
        "{0} refunds wait for the gateway's answer",
    )
    return waiting + drafts + runs + parked + asked + mails + refunds + hooks_that_wait()


def numbers_are_gapless(scene: Scene) -> Findings:
    """Each series counts from 1 to its last number, and every number says its place."""
    gaps = told(
        """SELECT s.prefix, s.last_number, count(i.id), coalesce(min(i.sequence), 0),
                  coalesce(max(i.sequence), 0)
             FROM billing_numberseries s LEFT JOIN billing_invoice i ON i.series_id = s.id
            GROUP BY s.id
           HAVING count(i.id) <> s.last_number OR count(DISTINCT i.sequence) <> s.last_number
               OR coalesce(max(i.sequence), 0) <> s.last_number
               OR (s.last_number > 0 AND min(i.sequence) <> 1)""",
        "series {0} stands at {1} but has {2} invoices from {3} to {4}",
    )
    named = told(
        """SELECT i.number, s.prefix, i.sequence FROM billing_invoice i
             JOIN billing_numberseries s ON s.id = i.series_id
            WHERE i.number <> s.prefix || lpad(i.sequence::text, 6, '0')""",
        "invoice {0} is not number {2} of series {1}",
    )
    return gaps + named


def spans_are_billed_once(scene: Scene) -> Findings:
    """No rated span on two lines, no basis of a period on two ratings' lines."""
    twice = told(
        """SELECT rated_span_id, count(*) FROM billing_invoiceline
            GROUP BY rated_span_id HAVING count(*) > 1""",
        "rated span {0} is on {1} lines",
    )
    repeated = told(
        """SELECT u.external_id, s.period_first, s.basis, count(*)
             FROM billing_invoiceline l JOIN billing_ratedspan s ON s.id = l.rated_span_id
             JOIN billing_subscription u ON u.id = s.subscription_id
            WHERE l.kind = 'recurring'
            GROUP BY u.id, s.period_first, s.basis, s.seat_type_id HAVING count(*) > 1""",
        "{0} was billed {3} times for {2} from {1}",
    )
    return twice + repeated


def weeks_are_billed(scene: Scene) -> Findings:
    """Each week begun has its recurring line on a finalized invoice: computed here from the calendar."""
    billed = dict(
        rows(
            """SELECT u.external_id, count(DISTINCT l.span_first)
                 FROM billing_invoiceline l
                 JOIN billing_invoice i ON i.id = l.invoice_id AND i.state = 'finalized'
                 JOIN billing_ratedspan s ON s.id = l.rated_span_id
                 JOIN billing_subscription u ON u.id = s.subscription_id
                WHERE l.kind = 'recurring' AND l.seat_type_code = 'guest'
                GROUP BY u.external_id"""
        )
    )
    return [
        f"{promise.subscription} began {expected} weeks and was billed {billed.get(promise.subscription, 0)}"
        for promise in scene.promises
        if billed.get(promise.subscription, 0) != (expected := promise.weeks_begun(scene.today))
    ]


def events_are_recorded_once(scene: Scene) -> Findings:
    """Everything the API accepted is there once, with its entries, and nothing it was not told."""
    names = [promise.customer for promise in scene.promises]
    recorded: dict[str, dict[str, tuple[int, int]]] = {name: {} for name in names}
    for name, event, times, entries in rows(
        """SELECT c.external_id, e.source_event_id, count(DISTINCT e.id), count(l.id)
             FROM billing_entitlementevent e JOIN accounts_customer c ON c.id = e.customer_id
             LEFT JOIN billing_seatledgerentry l ON l.event_id = e.id
            WHERE c.external_id = ANY(%s) AND e.source <> 'seatledger'
            GROUP BY c.external_id, e.source_event_id""",
        names,
    ):
        recorded[name][event] = (times, entries)
    found = []
    for promise in scene.promises:
        there = recorded[promise.customer]
        found += [f"event {one} was accepted and is gone" for one in promise.events - set(there)]
        found += [f"event {one} was never sent" for one in set(there) - promise.events]
        for event, (times, entries) in there.items():
            if times != 1:
                found.append(f"event {event} is recorded {times} times")
            expected = len(promise.seats) if event.endswith("-start") else 1
            if entries != expected:
                found.append(f"event {event} has {entries} ledger entries instead of {expected}")
    return found


def ledger_is_whole(scene: Scene) -> Findings:
    """verify_ledger for the customers looked at."""
    heads = LedgerHead.objects.filter(
        customer__external_id__in=[promise.customer for promise in scene.promises]
    ).select_related("customer")
    return [str(broken) for head in heads if (broken := verify_chain(head))]


def invoices_follow_from_the_ledger(scene: Scene) -> Findings:
    """recheck for the customers looked at."""
    customers = Customer.objects.filter(
        external_id__in=[promise.customer for promise in scene.promises]
    ).values_list("pk", flat=True)
    return [
        f"recheck: {difference}"
        for chunk in recheck_invoices(customer_ids=list(customers))
        for difference in chunk.differences
    ]


def invoices_add_up(scene: Scene) -> Findings:
    """Lines come to the subtotal, tax rows to the tax, and both to the total."""
    return told(
        """SELECT i.number, i.subtotal_minor, l.sum, i.tax_minor, i.total_minor
             FROM billing_invoice i
             CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS sum
                                   FROM billing_invoiceline WHERE invoice_id = i.id) l
            WHERE i.state = 'finalized' AND (i.subtotal_minor <> l.sum
               OR i.total_minor <> i.subtotal_minor + i.tax_minor)
              AND EXISTS (SELECT FROM billing_invoiceline WHERE invoice_id = i.id)""",
        "invoice {0}: subtotal {1}, lines {2}, tax {3}, total {4}",
    )


def documents_are_as_recorded(scene: Scene) -> Findings:
    """Each finalized invoice has one document; each file is the one whose digest was recorded."""
    missing = told(
        """SELECT number FROM billing_invoice i WHERE state = 'finalized'
              AND NOT EXISTS (SELECT FROM billing_invoicedocument WHERE invoice_id = i.id)""",
        "invoice {0} has no document",
    )
    customers = [promise.customer for promise in scene.promises]
    found = []
    for number, path, digest in rows(
        """SELECT i.number, d.path, d.sha256 FROM billing_invoicedocument d
             JOIN billing_invoice i ON i.id = d.invoice_id
             JOIN accounts_customer c ON c.id = i.customer_id WHERE c.external_id = ANY(%s)""",
        customers,
    ):
        file = scene.files / path
        if not file.exists():
            found.append(f"the file of {number} is gone: {path}")
        elif hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            found.append(f"the file of {number} is not the one recorded")
    return missing + found


Judge = Callable[[Scene], Findings]

JUDGES: tuple[Judge, ...] = (
    numbers_are_gapless,
    spans_are_billed_once,
    weeks_are_billed,
    events_are_recorded_once,
    ledger_is_whole,
    invoices_follow_from_the_ledger,
    invoices_add_up,
    documents_are_as_recorded,
    receivables_follow_allocations,
    payments_are_wholly_placed,
    credit_is_never_negative,
    attempts_succeed_once,
    charges_equal_attempts,
    refunds_move_once,
    webhooks_are_kept_once,
    messages_are_sent_once,
    books_balance,
    exceptions_are_carried_out_once,
    *WHAT_PRODUCTS_HEAR,
)


def judge(scene: Scene) -> Findings:
    """Every judge's findings, each with the judge's name; whether all is at rest is looked at before."""
    return [
        f"{one.__name__.replace('_', ' ')}: {finding}" for one in JUDGES for finding in one(scene)
    ]
