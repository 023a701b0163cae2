"""The security page names only files and tests that exist, and answers each requirement once."""

import re
from collections import Counter

from config.environment import BASE_DIR

PAGE = (BASE_DIR / "docs" / "security.md").read_text()
STATES = {"met", "partly", "not met", "does not apply"}
NAMED = re.compile(
    r"`((?:tests|config|accounts|billing|dunning|desk|tax|kernel|static|templates|docs)/[\w./-]+|requirements\.lock)"
    r"(?:::(\w+))?`"
)
ROW = re.compile(r"^\| (\d[\d.–]*) \| (.+?) \| (.+?) \| (.*?) \| (.*?) \|$", re.MULTILINE)


def test_files_and_tests_named_on_the_page_exist():
    missing = [
        f"{path}::{test}" if test else path
        for path, test in NAMED.findall(PAGE)
        if not (BASE_DIR / path).exists()
        or (test and f"def {test}(" not in (BASE_DIR / path).read_text())
    ]

    assert NAMED.findall(PAGE)
    assert missing == []


def test_each_requirement_is_answered_once_with_a_state_and_a_reason():
    rows = ROW.findall(PAGE)

    assert len(rows) > 200
    assert [id for id, count in Counter(row[0] for row in rows).items() if count > 1] == []
    assert {row[2] for row in rows} == STATES
    assert [row[0] for row in rows if not row[3].strip()] == []


def test_the_counts_above_the_table_are_those_of_the_table():
    counted = Counter(row[2] for row in ROW.findall(PAGE))

    sentence = (
        f"{counted['met']} met, {counted['partly']} partly, {counted['not met']} not met, "
        f"{counted['does not apply']} do not apply."
    )
    assert sentence in PAGE
