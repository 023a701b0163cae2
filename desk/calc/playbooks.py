"""Playbooks: for each kind of incident who leads, how fast, and the steps that mend it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Action = Literal["find", "credit", "correct", "message", "say"]
Severity = Literal["low", "medium", "high", "critical"]


@dataclass(frozen=True, slots=True)
class PlaybookStep:
    """
    One thing to do. `action` is what its button does; "say" only records what a person did.

    `contains` marks the step after which the incident does no more harm.
    """

    key: str
    title: str
    words: str
    action: Action
    contains: bool = False


@dataclass(frozen=True, slots=True)
class Playbook:
    """`acknowledge`, `contain` and `resolve` count from the opening. `detectors` look for this kind."""

    code: str
    title: str
    owner_role: str
    severity: Severity
    acknowledge: timedelta
    contain: timedelta
    resolve: timedelta
    what: str
    detectors: tuple[str, ...]
    steps: tuple[PlaybookStep, ...]

    def step(self, key: str) -> PlaybookStep | None:
        return next((one for one in self.steps if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Targets:
    """Until when an incident should be owned, contained and closed."""

    acknowledge_by: datetime
    contain_by: datetime
    resolve_by: datetime


def targets_of(playbook: Playbook, *, opened_at: datetime) -> Targets:
    return Targets(
        opened_at + playbook.acknowledge,
        opened_at + playbook.contain,
        opened_at + playbook.resolve,
    )


FIND = PlaybookStep(
    "find", "Find all affected",
    "Runs the playbook's own query over as many days as you say and adds what it finds.", "find",
)  # fmt: skip
TELL = PlaybookStep(
    "message", "Tell the customers",
    "One message to each affected customer in their language. Read it before you send it.",
    "message",
)  # fmt: skip
CREDIT = PlaybookStep(
    "credit", "Prepare corrections and credit notes",
    "Asks for a credit for each row that has an amount. A second person approves each.", "credit",
)  # fmt: skip


def stop(words: str, title: str = "Stop the harm") -> PlaybookStep:
    return PlaybookStep("contain", title, words, "say", contains=True)


def cause(words: str) -> PlaybookStep:
    return PlaybookStep("cause", "Find the cause", words, "say")


DUPLICATE_CHARGE = Playbook(
    code="duplicate_charge",
    title="Duplicate charge",
    owner_role="Approver of finance",
    severity="critical",
    acknowledge=timedelta(hours=1),
    contain=timedelta(hours=4),
    resolve=timedelta(days=3),
    what="A customer was billed twice for the same seats and days.",
    detectors=("billed_twice",),
    steps=(
        stop("Pause recovery of the invoices and hold their drafts; say which."),
        FIND,
        CREDIT,
        TELL,
        cause("Say how two lines could be written for one span; it must never happen again."),
    ),
)
DELAYED_REMOVAL = Playbook(
    code="delayed_removal",
    title="Delayed removal",
    owner_role="Analyst",
    severity="medium",
    acknowledge=timedelta(hours=8),
    contain=timedelta(days=2),
    resolve=timedelta(days=10),
    what="Seats were removed, and we heard of it long after.",
    detectors=("late_removal",),
    steps=(
        FIND,
        stop("See that the sender delivers again: its queue, its key, its last event. Say so."),
        PlaybookStep(
            "ledger", "See what the ledger gave back",
            "Late removals adjust themselves on the next invoice where the policy credits them. "
            "Check the rows, and set an amount only where that is not enough.", "say",
        ),
        CREDIT,
        TELL,
    ),
)  # fmt: skip
TAX_MISCLASSIFICATION = Playbook(
    code="tax_misclassification",
    title="Tax misclassification",
    owner_role="Tax approver",
    severity="high",
    acknowledge=timedelta(hours=4),
    contain=timedelta(days=1),
    resolve=timedelta(days=5),
    what="A customer's tax treatment changed, or was wrong from the beginning.",
    detectors=("tax_changed",),
    steps=(
        stop("Mend the facts the decision was made from: evidence, tax id, registration."),
        FIND,
        PlaybookStep(
            "treatment", "Decide each row",
            "Dismiss what is right, such as a customer that moved. For what is wrong, void and bill "
            "anew, or set the amount to give back.", "say",
        ),
        CREDIT,
        TELL,
        cause("Say which fact was wrong and who tells us the next time."),
    ),
)  # fmt: skip
WRONG_SEAT_COUNT = Playbook(
    code="wrong_seat_count",
    title="Wrong seat count",
    owner_role="Analyst",
    severity="medium",
    acknowledge=timedelta(hours=8),
    contain=timedelta(days=2),
    resolve=timedelta(days=10),
    what="The seats we bill are not the members the product counts.",
    detectors=("seat_drift", "unusual_invoice"),
    steps=(
        FIND,
        PlaybookStep(
            "correct", "Preview the correction",
            "Shows what an event with the right count would do to the ledger and the next invoice. "
            "The product's service sends the event; the desk writes none.", "correct",
        ),
        stop("See that the sender's events arrive again, and that the count is right."),
        CREDIT,
        TELL,
    ),
)  # fmt: skip
MISSING_INVOICE = Playbook(
    code="missing_invoice",
    title="Missing invoice",
    owner_role="Analyst",
    severity="high",
    acknowledge=timedelta(hours=4),
    contain=timedelta(days=1),
    resolve=timedelta(days=3),
    what="A billing cycle ended and nobody was invoiced for it.",
    detectors=("invoice_missing",),
    steps=(
        FIND,
        PlaybookStep(
            "refusals", "Look for refusals and holds",
            "The flow board says which stage refused the subscription, and what mends it.", "say",
        ),
        stop("Push the flow and see the invoice issued.", "Let it be billed"),
        TELL,
        cause("Say why nobody noticed before the detector did."),
    ),
)  # fmt: skip

PLAYBOOKS: Mapping[str, Playbook] = {
    one.code: one
    for one in (
        DUPLICATE_CHARGE,
        DELAYED_REMOVAL,
        TAX_MISCLASSIFICATION,
        WRONG_SEAT_COUNT,
        MISSING_INVOICE,
    )
}
BY_DETECTOR: Mapping[str, Playbook] = {
    detector: playbook for playbook in PLAYBOOKS.values() for detector in playbook.detectors
}
