"""What must hold when everything has come to rest. One judge each; findings in words, none when all is well."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection

from accounts.models import Customer
from billing.models import LedgerHead
from billing.operations.recheck_invoices import recheck_invoices
from billing.operations.reconcile_books import reconcile_books
from billing.operations.verify_ledger import verify_chain
from kernel.stage import Stage
from tests.chaos.company import Promise

Findings = list[str]


@dataclass(frozen=True, slots=True)
class Charge:
    """Money a gateway really took: its own id, for which invoice, and how much."""

    gateway_id: str
    invoice: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Scene:
    """What is judged: the promises whose subscriptions are looked at, and what the world outside knows."""

    promises: Sequence[Promise]
    at: datetime
    files: Path
    stages: Sequence[Stage] = ()
    charges: Sequence[Charge] | None = None  # None: no gateway takes part
    mails: Sequence[str] | None = None  # Message-IDs a mail server took; None: none takes part
    webhooks: Collection[str] = ()  # ids of events that were answered

    @property
    def today(self) -> date:
        return self.at.date()


def rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def told(sql: str, words: str, *values: Any) -> Findings:
    """One finding a row, `words` filled with its columns."""
    return [words.format(*row) for row in rows(sql, *values)]


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
    return waiting + drafts + runs + parked + asked + mails


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


def receivables_follow_allocations(scene: Scene) -> Findings:
    """One receivable an invoice; what is open is its amount less what was allocated, never beyond."""
    missing = told(
        """SELECT number FROM billing_invoice i WHERE state = 'finalized' AND kind = 'invoice'
              AND NOT EXISTS (SELECT FROM billing_receivable WHERE invoice_id = i.id)""",
        "invoice {0} has no receivable",
    )
    wrong = told(
        """SELECT i.number, r.amount_minor, r.open_minor, a.sum, i.amount_due_minor
             FROM billing_receivable r JOIN billing_invoice i ON i.id = r.invoice_id
             CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS sum
                                   FROM billing_allocation WHERE receivable_id = r.invoice_id) a
            WHERE r.open_minor <> r.amount_minor - a.sum OR a.sum > r.amount_minor OR a.sum < 0
               OR r.amount_minor <> i.amount_due_minor
               OR (r.open_minor = 0) <> (r.settled_at IS NOT NULL)""",
        "invoice {0} asks for {4}, its receivable for {1}: {3} allocated, {2} open",
    )
    return missing + wrong


def payments_are_wholly_placed(scene: Scene) -> Findings:
    """A payment's allocations and credit come to its amount."""
    return told(
        """SELECT p.id, p.amount_minor, a.sum + c.sum FROM billing_payment p
             CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS sum
                                   FROM billing_allocation WHERE payment_id = p.id) a
             CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS sum
                                   FROM billing_creditentry
                                  WHERE payment_id = p.id OR refund_id = p.refund_id) c
            WHERE p.amount_minor <> a.sum + c.sum""",
        "payment {0} of {1} has {2} placed",
    )


def credit_is_never_negative(scene: Scene) -> Findings:
    """No customer has used more credit than there was."""
    return told(
        """SELECT c.external_id, e.currency, sum(e.amount_minor) FROM billing_creditentry e
             JOIN accounts_customer c ON c.id = e.customer_id
            GROUP BY c.external_id, e.currency HAVING sum(e.amount_minor) < 0""",
        "{0} has a credit of {2} {1}",
    )


def attempts_succeed_once(scene: Scene) -> Findings:
    """Per receivable one success at most, none left open, and each success is one payment of its amount."""
    twice = told(
        """SELECT i.number, count(*) FROM billing_paymentattempt a
             JOIN billing_invoice i ON i.id = a.receivable_id
            WHERE a.state = 'succeeded' GROUP BY i.number HAVING count(*) > 1""",
        "invoice {0} was charged {1} times",
    )
    unpaid = told(
        """SELECT i.number, a.id, a.amount_minor, count(p.id), coalesce(sum(p.amount_minor), 0)
             FROM billing_paymentattempt a JOIN billing_invoice i ON i.id = a.receivable_id
             LEFT JOIN billing_payment p ON p.gateway_id = a.gateway_id AND p.kind = 'received'
            WHERE a.state = 'succeeded'
            GROUP BY i.number, a.id
           HAVING count(p.id) <> 1 OR sum(p.amount_minor) <> a.amount_minor""",
        "attempt {1} on {0} took {2}; {3} payments of {4} say so",
    )
    unanswered = told(
        """SELECT i.number, a.state, a.problem FROM billing_paymentattempt a
             JOIN billing_invoice i ON i.id = a.receivable_id
            WHERE a.state IN ('started', 'processing')""",
        "the attempt on {0} is still {1}: {2}",
    )
    return twice + unpaid + unanswered


def charges_equal_attempts(scene: Scene) -> Findings:
    """What the gateway really took is what we know of, charge by charge; nobody paid for an invoice twice."""
    if scene.charges is None:
        return []
    known = {
        gateway_id: amount
        for gateway_id, amount in rows(
            "SELECT gateway_id, amount_minor FROM billing_paymentattempt WHERE state = 'succeeded'"
        )
    }
    taken = {one.gateway_id: one.amount_minor for one in scene.charges}
    times = Counter(one.invoice for one in scene.charges)
    found = [f"the gateway charged {one} {n} times" for one, n in times.items() if n > 1]
    found += [f"the gateway took {one} and no attempt knows" for one in set(taken) - set(known)]
    found += [f"{one} succeeded and the gateway took nothing" for one in set(known) - set(taken)]
    found += [
        f"the gateway took {taken[one]} by {one}, the attempt says {known[one]}"
        for one in set(taken) & set(known)
        if taken[one] != known[one]
    ]
    return found


def webhooks_are_kept_once(scene: Scene) -> Findings:
    """Each event the gateway sent and we answered is stored once and applied."""
    stored = dict(rows("SELECT event_id, count(*) FROM billing_gatewayevent GROUP BY event_id"))
    found = [f"webhook {one} was answered and is gone" for one in set(scene.webhooks) - set(stored)]
    found += [
        f"webhook {one} is stored {times} times" for one, times in stored.items() if times != 1
    ]
    return found + told(
        "SELECT event_id, kind FROM billing_gatewayevent WHERE applied_at IS NULL",
        "webhook {0} ({1}) is not applied",
    )


def messages_are_sent_once(scene: Scene) -> Findings:
    """No step has two messages, no message came twice to the mail server, none was sent in secret."""
    found = told(
        """SELECT step_id, count(*) FROM dunning_message GROUP BY step_id HAVING count(*) > 1""",
        "step {0} has {1} messages",
    ) + told(
        """SELECT c.customer_id, s.key, count(*) FROM dunning_dunningstep s
             JOIN dunning_dunningcase c ON c.id = s.case_id
            GROUP BY c.customer_id, c.id, s.key HAVING count(*) > 1""",
        "customer {0} had step {1} {2} times",
    )
    if scene.mails is None:
        return found
    states = dict(rows("SELECT message_id, state FROM dunning_message"))
    times = Counter(scene.mails)
    found += [f"mail {one} was sent {n} times" for one, n in times.items() if n > 1]
    found += [f"mail {one} was sent and nobody knows" for one in set(times) - set(states)]
    return found + [
        f"message {one} is {state} and its mail was {'taken' if one in times else 'never taken'}"
        for one, state in states.items()
        if (state == "sent") != (one in times) and state != "unknown"
    ]


def books_balance(scene: Scene) -> Findings:
    """Every entry's postings come to zero, each source has one entry of a kind, and the books reconcile."""
    unbalanced = told(
        """SELECT entry_id, sum(amount_minor) FROM billing_journalposting
            GROUP BY entry_id HAVING sum(amount_minor) <> 0""",
        "journal entry {0} is off by {1}",
    )
    differing = [
        f"reconcile_books: {one.check.name}, {row.label}: books {row.books_minor}, source {row.source_minor}"
        for one in reconcile_books(at=scene.at).checks
        for row in one.differences
    ]
    return unbalanced + differing


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
    webhooks_are_kept_once,
    messages_are_sent_once,
    books_balance,
)


def judge(scene: Scene) -> Findings:
    """Every judge's findings, each with the judge's name; whether all is at rest is looked at before."""
    return [
        f"{one.__name__.replace('_', ' ')}: {finding}" for one in JUDGES for finding in one(scene)
    ]
