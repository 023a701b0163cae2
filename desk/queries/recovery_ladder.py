"""A campaign's ladder as a picture and as a list of days: charges, messages, advice, the end."""

from collections.abc import Iterator
from dataclasses import dataclass

from desk.queries.recovery_words import ENDINGS, LEVELS, template_words
from dunning.calc.campaign import CampaignTerms

LEFT, WIDTH = 96, 880
TICKS = 7


@dataclass(frozen=True, slots=True)
class Rung:
    """What happens on a day since the first failure. `template`: what the customer reads then."""

    day: int
    kind: str
    words: str
    template: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of the picture, in its own units."""

    x: int
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of the picture, in its own units."""

    x: int
    width: int
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """Everything a drawing shows; `days` is the last day."""

    days: int
    rungs: tuple[Rung, ...]
    charging: tuple[Bar, ...]
    messages: tuple[Mark, ...]
    access: tuple[Bar, ...]
    ticks: tuple[Mark, ...]
    end: Mark


def drawn(terms: CampaignTerms) -> Ladder:
    """Days count from the first failure. Weekends and pauses move what is drawn to later days."""
    last = max(terms.end_day, 1)
    return Ladder(
        days=last,
        rungs=tuple(sorted(rungs_of(terms), key=lambda rung: rung.day)),
        charging=tuple(charging(terms, last)),
        messages=tuple(
            Mark(x_of(one.day, last), f"Day {one.day}: {template_words(one.template)}")
            for one in terms.messages
        ),
        access=tuple(access_bars(terms, last)),
        ticks=tuple(Mark(x_of(day, last), str(day)) for day in tick_days(last)),
        end=Mark(x_of(terms.end_day, last), ENDINGS.get(terms.ending, terms.ending)),
    )


def x_of(day: int, last: int) -> int:
    return LEFT + WIDTH * day // last


def rungs_of(terms: CampaignTerms) -> Iterator[Rung]:
    yield Rung(0, "charge", f"Up to {terms.retries} charges by day {terms.retry_days}")
    for message in terms.messages:
        words = f"Write: {template_words(message.template).lower()}"
        yield Rung(message.day, "message", words, message.template)
    for step in terms.access:
        words = f"Advise: {LEVELS.get(step.level, step.level).lower()}"
        yield Rung(step.day, step.level, words, step.message or "")
    yield Rung(terms.end_day, "end", ENDINGS.get(terms.ending, terms.ending))


def charging(terms: CampaignTerms, last: int) -> Iterator[Bar]:
    start, retried = x_of(0, last), x_of(min(terms.retry_days, last), last)
    graced = x_of(min(terms.retry_days + terms.grace_days, last), last)
    if terms.retries:
        yield Bar(start, retried - start, "charge", f"{terms.retries} retries")
    if graced > retried:
        yield Bar(retried, graced - retried, "grace", f"{terms.grace_days} days of grace")


def access_bars(terms: CampaignTerms, last: int) -> Iterator[Bar]:
    """Each level lasts until the next one or the end."""
    until = [*(one.day for one in terms.access[1:]), last]
    for step, stop in zip(terms.access, until, strict=False):
        x = x_of(step.day, last)
        yield Bar(x, x_of(stop, last) - x, step.level, LEVELS.get(step.level, step.level))


def tick_days(last: int) -> range:
    """About seven days to read, in whole weeks where the ladder is long enough."""
    step = max(1, -(-last // TICKS))
    return range(0, last + 1, step if step < TICKS else -(-step // TICKS) * TICKS)
