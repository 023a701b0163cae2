"""Rules of cells in CSV files."""

import pytest

from kernel.spreadsheet import harmless_cell


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+49 30 1234",
        "-2+3",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        "＝1",
        "-",
        "-=1",
        "--1",
        "-1.2.3",
        "-1e5",
    ],
)
def test_a_cell_that_could_start_a_formula_is_text(text):
    assert harmless_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-12.50", "12", "0.000", "-1"])
def test_a_plain_number_stays_a_number(text):
    assert harmless_cell(text) == text


@pytest.mark.parametrize("text", ["", "Acme GmbH", "a=b", "1+1", "€5"])
def test_other_text_stays_as_it_is(text):
    assert harmless_cell(text) == text
