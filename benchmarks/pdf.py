"""PDF/A-3 with EN 16931 data inside, by as many processes as the worker has hands."""

import subprocess
import sys
from dataclasses import dataclass

HANDS = 2
ONE_PAGE, MANY = 1, 300


@dataclass(frozen=True, slots=True)
class PdfFigures:
    """`per_second` documents of one page on all hands; `seconds` for one of 300 lines on one."""

    per_second: float
    seconds: float
    pages: int


def measure_pdfs(seconds: float) -> PdfFigures:
    """Both measurements run on all hands at once, as a month's end does."""
    small, large = print_on_all_hands(ONE_PAGE, seconds), print_on_all_hands(MANY, seconds)
    assert {pages for _, _, pages in small} == {1}
    return PdfFigures(
        per_second=sum(printed / passed for printed, passed, _ in small),
        seconds=sum(passed for _, passed, _ in large) / sum(printed for printed, _, _ in large),
        pages=large[0][2],
    )


def print_on_all_hands(lines: int, seconds: float) -> list[tuple[int, float, int]]:
    """Documents, seconds and pages a document, of each hand."""
    hands = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.pdf_hand", str(lines), str(seconds)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(HANDS)
    ]
    answers = [hand.communicate()[0].split() for hand in hands]
    assert all(hand.returncode == 0 for hand in hands), "a printing process failed"
    return [(int(printed), float(passed), int(pages)) for printed, passed, pages in answers]
