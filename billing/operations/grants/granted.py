"""What carrying out an exception came to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.refusal import Refusal


class EventRefused(Refusal):
    """The ledger refused the event of an exception; code and sentence are the ledger's."""

    code = "exception_event_refused"


@dataclass(frozen=True, slots=True)
class Granted:
    """
    `outcome` names what was written, by kind of record. `next_at`: when there is more to do.

    `is_begun`: something was written; `is_over`: its effect has ended.
    """

    outcome: dict[str, Any]
    next_at: datetime | None = None
    is_begun: bool = True
    is_over: bool = False
