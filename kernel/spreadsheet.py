"""Cells of a CSV file that a spreadsheet may open: text never becomes a formula."""

import re

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def harmless_cell(text: str) -> str:
    """
    Return `text` so that a spreadsheet shows it and computes nothing.

    A text that could start a formula gets an apostrophe in front; a plain number such as -12.50 stays one.
    """
    if PLAIN_NUMBER.fullmatch(text):
        return text
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
