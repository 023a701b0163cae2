"""When a webhook that failed is sent again: growing pauses, for three days."""

from datetime import datetime, timedelta
from itertools import accumulate

PAUSES = (5, 30, 120, 600, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, *[12 * 3600] * 4)  # seconds
GIVE_UP_AFTER = timedelta(days=3)
TRIES_AFTER = (*(timedelta(seconds=one) for one in accumulate(PAUSES)), GIVE_UP_AFTER)
SHORTEST = timedelta(seconds=PAUSES[0])
LONGEST_WISH = timedelta(hours=12)


def next_try(
    *, since: datetime, at: datetime, spread: int = 0, wished: timedelta | None = None
) -> datetime | None:
    """
    When to send again what has failed `at`, its first try being due `since`; None: give up.

    `spread` (any whole number, as of the message's id) makes the pause up to a tenth longer, so that
    what failed together returns apart. `wished` is the pause the receiver asked for (Retry-After),
    heeded up to twelve hours.
    """
    planned = next((since + one for one in TRIES_AFTER if since + one > at), None)
    if planned is None:
        return None
    pause = max(planned - at, SHORTEST)
    pause += pause * (spread % 100) / 1000
    if wished is not None:
        pause = max(pause, min(wished, LONGEST_WISH))
    return at + pause
