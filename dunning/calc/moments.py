"""When to act: the customer's business hours and likely pay days. Safe over changes of the clock."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS = time(9)
CLOSES = time(17)
SATURDAY = 5
RETRY_HOURS = (10, 14, 9, 16, 11, 13, 15, 12)
PAY_DAY_HOUR = 10


def local_day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def local_moment(day: date, hour: int, zone: str) -> datetime:
    """That hour of a local day, as an instant in UTC. Business hours never fall into a clock change."""
    return datetime.combine(day, time(hour), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def weekday_from(day: date) -> date:
    """The day itself, or the Monday after it."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= SATURDAY else day


def is_business_time(at: datetime, zone: str) -> bool:
    local = at.astimezone(ZoneInfo(zone))
    return local.weekday() < SATURDAY and OPENS <= local.time() < CLOSES


def into_business_hours(at: datetime, zone: str) -> datetime:
    """The instant itself if it is a weekday from 9 to 17 there, else the next time it is 9 on one."""
    if is_business_time(at, zone):
        return at
    local = at.astimezone(ZoneInfo(zone))
    day = local.date() + timedelta(days=local.time() >= CLOSES)
    return local_moment(weekday_from(day), OPENS.hour, zone)


def morning_after_days(since: datetime, days: int, zone: str) -> datetime:
    """9 o'clock on the local day so many days later, or on the Monday after it."""
    day = local_day(since, zone) + timedelta(days=days)
    return local_moment(weekday_from(day), OPENS.hour, zone)


def retry_slots(*, since: datetime, until: datetime, most: int, zone: str) -> list[datetime]:
    """
    At most `most` moments after `since` and up to `until`, one a weekday, spread evenly.

    The hour changes from day to day, because what fails at ten may pass at four.
    """
    slots = [slot for slot in weekday_slots(since, until, zone) if since < slot <= until]
    if most <= 0 or not slots:
        return []
    if most >= len(slots):
        return slots
    last = len(slots) - 1
    chosen = {round(last * turn / max(1, most - 1)) for turn in range(most)}
    return [slots[at] for at in sorted(chosen)]


def weekday_slots(since: datetime, until: datetime, zone: str) -> Iterator[datetime]:
    day, after = local_day(since, zone) + timedelta(days=1), local_day(until, zone)
    turn = 0
    while day <= after:
        if day.weekday() < SATURDAY:
            yield local_moment(day, RETRY_HOURS[turn % len(RETRY_HOURS)], zone)
            turn += 1
        day += timedelta(days=1)


def pay_day_slots(*, since: datetime, until: datetime, zone: str) -> list[datetime]:
    """The 1st, the 15th and the last business day, at ten; one on a weekend is paid by Monday."""
    first, last = local_day(since, zone), local_day(until, zone)
    slots = [
        local_moment(day, PAY_DAY_HOUR, zone)
        for month in months_between(first - timedelta(days=3), last)
        for day in pay_days_of(month)
    ]
    return sorted({slot for slot in slots if since < slot <= until})


def months_between(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


def pay_days_of(month: date) -> Sequence[date]:
    end = month.replace(day=monthrange(month.year, month.month)[1])
    last_business_day = end - timedelta(days=max(0, end.weekday() - 4))
    return (weekday_from(month), weekday_from(month.replace(day=15)), last_business_day)
