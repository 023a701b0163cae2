"""The checklist of month end: what each item says, by when it should be done, and whether it may be waived."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Item:
    """
    `working_days` after the month's end it should be done; `how` tells what is compared.

    What `is_slow` is not computed again when somebody signs: the month's marks stand for it.
    """

    code: str
    how: str
    working_days: int
    may_be_waived: bool = True
    is_slow: bool = False


ITEMS: Sequence[Item] = (
    Item("earlier", "Months are closed in order. The first one closes all before it.", 5, False),
    Item("events", "No subscription of the seller was due by the end of the month and not rated, and none is rated without being on an invoice.", 1),
    Item("drafts", "No draft belongs to the month: neither in its grace period, nor held for tax, nor held by a request.", 2),
    Item("ledger", "Every entry's digest and link, from the first to the head of each customer's chain.", 2, False, True),
    Item("recheck", "Documents up to the end of the month are derived again from the ledger as known at their issue.", 2, False, True),
    Item("reconcile", "Journal, invoices, payments, open items and credit are compared row by row.", 3, False, True),
    Item("revenue", "No part of a line earned by the end of the month is still deferred.", 1),
    Item("tax_inputs", "Every document of the month carries its tax decision, and they add up to the tax charged.", 3),
    Item("returns", "The month's figures of each registration tie to the invoices, rates are on record, and no earlier return is overdue.", 4, True, True),
    Item("approvals", "Nothing that gives money back and no exception asked for in the month waits for a decision.", 3),
    Item("webhooks", "What the gateway told until the end of the month is applied. It is one account for all sellers.", 1),
    Item("documents", "Every document of the month is rendered and kept with its digest. Sending by e-mail does not exist yet, so it is not checked.", 2),
    Item("refusals", "Nothing met before the end of the month waits on the flow board for a person.", 3),
    Item("bank", "Every bank line booked by the end of the month is matched or set aside.", 3),
)  # fmt: skip
BY_CODE: Mapping[str, Item] = {item.code: item for item in ITEMS}


def due_on(item: Item, *, month_after: date) -> date:
    """So many working days (Monday to Friday) into the next month; the first counts."""
    day, left = month_after - timedelta(days=1), item.working_days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return day
