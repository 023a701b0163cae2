"""When a webhook that failed is sent again: growing pauses, for three days."""

from datetime import datetime, timedelta

PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 12 * 3600)
)
GIVE_UP_AFTER = timedelta(days=3)
LONGEST_WISH = timedelta(hours=12)
SPREAD = 10  # a pause grows by up to a tenth, so that what failed together returns apart


def next_try(
    *, tries: int, since: datetime, at: datetime, spread: int = 0, wished: timedelta | None = None
) -> datetime | None:
    """
    When to send again after `tries` failures, the first try being due `since`; None: give up.

    `spread` (any whole number, as of the message's id) sets the pause apart from others';
    `wished` is the pause the receiver asked for (Retry-After), heeded up to twelve hours.
    """
    if at - since >= GIVE_UP_AFTER:
        return None
    pause = PAUSES[min(tries, len(PAUSES)) - 1]
    pause += pause * (spread % 100) / (100 * SPREAD)
    if wished is not None:
        pause = max(pause, min(wished, LONGEST_WISH))
    return at + pause
