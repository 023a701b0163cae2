"""Invoice numbers in what a payer wrote, whatever was done to their case, spaces and hyphens."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

BETWEEN = r"[\s\-‐-―_./:#]*"
FREE = r"(?:(?<![A-Z0-9])|(?<=(?<![A-Z0-9])RF[0-9][0-9]))"
DIGITS = rf"([0-9](?:{BETWEEN}[0-9]){{0,14}})"
BARE = re.compile(r"(?<![A-Z0-9])(0[0-9]{5})(?![0-9A-Z])")
WIDTH = 6


@dataclass(frozen=True, slots=True)
class Named:
    """
    A number as invoices carry it, and how it was written.

    `is_exact`: letters and every digit are there. `has_letters`: at least the letters are.
    """

    number: str
    written: str
    is_exact: bool = True
    has_letters: bool = True


def named_numbers(text: str, prefixes: Sequence[str]) -> tuple[Named, ...]:
    """
    Numbers of these series in a text, each once, in its order, exact ones first.

    "Rechnung sw 000012" names SW-000012 exactly; "SW-12" and "000012" only may mean it.
    """
    shouted = text.upper()
    found = sorted(with_letters(shouted, prefixes), key=lambda one: not one.is_exact)
    rest = shouted
    for one in found:
        rest = rest.replace(one.written, " ")
    found += [
        Named(f"{prefix}{bare[1]}", bare[1], is_exact=False, has_letters=False)
        for bare in BARE.finditer(rest)
        for prefix in prefixes
    ]
    first: dict[str, Named] = {}
    for one in found:
        first.setdefault(one.number, one)
    return tuple(first.values())


def with_letters(text: str, prefixes: Iterable[str]) -> Iterator[Named]:
    for prefix in prefixes:
        letters = [re.escape(sign) for sign in prefix.upper() if sign.isalnum()]
        if not letters:
            continue
        pattern = FREE + BETWEEN.join(letters) + BETWEEN + DIGITS + r"(?![0-9])"
        for match in re.finditer(pattern, text):
            head = match[0][: match.start(1) - match.start()]
            if told := number_told(prefix, head, match[1]):
                yield told


def number_told(prefix: str, head: str, run: str) -> Named | None:
    """The number a run of digits starts with; digits of something else may follow after a break."""
    loose = None
    for written in ends_at_breaks(run):
        digits = re.sub("[^0-9]", "", written)
        if not int(digits):
            continue
        number = f"{int(digits):0{WIDTH}d}"
        if number == digits:
            return Named(prefix + number, head + written)
        loose = loose or Named(prefix + number, head + written, is_exact=False)
    return loose


def ends_at_breaks(run: str) -> Iterator[str]:
    """ "0000 12/2026" as "0000", "0000 12" and all of it."""
    for place in range(1, len(run) + 1):
        is_break = place == len(run) or not run[place].isdigit()
        if is_break and run[place - 1].isdigit():
            yield run[:place]
