"""Days and instants as whole numbers: day ordinals in a zone, seconds since 1970 in UTC."""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

SECONDS_A_DAY = 86400
UNIX_EPOCH_DAY = date(1970, 1, 1).toordinal()


def day_of(second: int, zone: str) -> int:
    """The local date (as an ordinal) an instant falls on."""
    if zone == "UTC":
        return second // SECONDS_A_DAY + UNIX_EPOCH_DAY
    return datetime.fromtimestamp(second, ZoneInfo(zone)).toordinal()


def midnight(day: int, zone: str) -> int:
    """The instant a local date begins. Days of 23 and 25 hours come out as they are."""
    if zone == "UTC":
        return (day - UNIX_EPOCH_DAY) * SECONDS_A_DAY
    return _zoned_midnight(day, zone)


@lru_cache(maxsize=20_000)
def _zoned_midnight(day: int, zone: str) -> int:
    local = date.fromordinal(day)
    start = datetime(local.year, local.month, local.day, tzinfo=ZoneInfo(zone))
    return int(start.timestamp())


def instant_of(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
