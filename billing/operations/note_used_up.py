"""Tell followers of the feed when a report has used something up."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.enums import ChangeKind
from accounts.operations.note_changes import Change, note_changes
from billing.calc.entitlements import decide
from billing.models import UsageRecord
from billing.queries.entitlements import Question, entitlement_facts


@dataclass(frozen=True, slots=True)
class Reported:
    """A record just written, with the names it came by; `grantee` empty: nobody in particular."""

    row: UsageRecord
    question: Question


def note_used_up(reported: Sequence[Reported], *, at: datetime) -> None:
    """
    One change for each limit these records have reached: a person's own is theirs, others everyone's.

    One query more, for one record or a thousand; two when something is used up.
    """
    by_person = {one.question: one.row for one in reported if one.row.grantee_id}
    if not by_person:
        return
    added: Counter[tuple[UUID, str]] = Counter()
    for one in reported:
        added[one.row.customer_id, one.question.feature] += max(0, one.row.quantity)
    changes = []
    facts = entitlement_facts(list(by_person), at=at)
    for (question, row), known in zip(by_person.items(), facts, strict=True):
        for seat in decide(known, feature=question.feature, at=at).subscriptions:
            for told in seat.features:
                used, limit = told.used or 0, told.limit or 0
                was_left = used - added[row.customer_id, question.feature] < limit
                if told.reason == "over_quota" and was_left:
                    is_own = told.limit_of == "person"
                    changes.append(
                        Change(
                            row.customer_id, ChangeKind.USAGE_QUOTA_REACHED, at,
                            grantee_id=row.grantee_id if is_own else None,
                            subscription=seat.seat.subscription,
                        )
                    )  # fmt: skip
    if changes:
        note_changes(changes, at=at)
