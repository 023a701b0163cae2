"""What must hold of money when everything has come to rest: findings in words, none when all is well."""

from collections import Counter

from billing.operations.reconcile_books import reconcile_books
from tests.chaos.scene import Findings, Scene, rows, told


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


def refunds_move_once(scene: Scene) -> Findings:
    """Each refund that succeeded is one payment back and one at the gateway; none has both its money and its credit."""
    wrong = told(
        """SELECT r.id, r.state, r.amount_minor, count(p.id), coalesce(sum(p.amount_minor), 0)
             FROM billing_refund r LEFT JOIN billing_payment p
               ON p.refund_id = r.id AND p.kind = 'refund'
            WHERE r.state IN ('requested', 'succeeded') GROUP BY r.id
           HAVING count(p.id) <> (CASE r.state WHEN 'succeeded' THEN 1 ELSE 0 END)
               OR (r.state = 'succeeded' AND sum(p.amount_minor) <> -r.amount_minor)""",
        "refund {0} of {2} is {1}; {3} payments of {4} say so",
    ) + told(
        "SELECT id FROM billing_refund WHERE ask_at IS NOT NULL",
        "refund {0} has no answer",
    )
    if scene.charges is None:
        return wrong
    known = {
        str(one)
        for (one,) in rows(
            "SELECT id FROM billing_refund WHERE state = 'succeeded' AND gateway_id <> ''"
        )
    }
    times = Counter(one.invoice for one in scene.refunds)
    wrong += [f"the gateway gave refund {one} back {n} times" for one, n in times.items() if n > 1]
    wrong += [f"the gateway gave {one} back and no refund knows" for one in set(times) - known]
    return wrong + [f"refund {one} succeeded and the gateway did not" for one in known - set(times)]


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
    found = (
        told(
            """SELECT step_id, count(*) FROM dunning_message GROUP BY step_id HAVING count(*) > 1""",
            "step {0} has {1} messages",
        )
        + told(
            "SELECT invoice_id, count(*) FROM billing_invoicedelivery GROUP BY invoice_id HAVING count(*) > 1",
            "invoice {0} was delivered {1} times",
        )
        + told(
            """SELECT c.customer_id, s.key, count(*) FROM dunning_dunningstep s
             JOIN dunning_dunningcase c ON c.id = s.case_id
            GROUP BY c.customer_id, c.id, s.key HAVING count(*) > 1""",
            "customer {0} had step {1} {2} times",
        )
    )
    if scene.mails is None:
        return found
    states = dict(
        rows(
            "SELECT message_id, state FROM dunning_message"
            " UNION ALL SELECT message_id, state FROM billing_invoicedelivery"
        )
    )
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
