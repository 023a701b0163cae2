"""`manage.py scenario`: reports for people, lines for machines, and an exit status."""

import json
from io import StringIO

import pytest
import yaml
from django.core.management import call_command

from tests.billing.scenarios.stories import scenario

pytestmark = pytest.mark.django_db


def run(*arguments):
    """Exit status, standard output and standard error."""
    out, err = StringIO(), StringIO()
    try:
        call_command("scenario", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as left:
        return left.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def file(tmp_path):
    def write(name, **others):
        path = tmp_path / name
        path.write_text(yaml.safe_dump(scenario(**others)))
        return path

    return write


def test_machines_get_one_object_a_line_and_zero_when_all_is_as_expected(file):
    first = file("a.yaml", id="first", expect={"last_invoice_total": "150.00"})
    second = file("b.yaml", id="second")

    status, out, err = run("--json", first, second)

    played = [json.loads(line) for line in out.splitlines()]
    assert (status, err) == (0, "")
    assert [(one["id"], one["ok"]) for one in played] == [("first", True), ("second", True)]
    assert list(played[0]) == [
        "id", "ok", "differences", "invoices", "seats", "refusals", "held",
    ]  # fmt: skip


def test_a_difference_leaves_with_one(file):
    path = file("a.yaml", expect={"last_invoice_total": "151.00"})

    status, out, _ = run("--json", path)

    assert status == 1
    assert json.loads(out)["differences"] == ["The last invoice comes to 150.00, not 151.00."]


def test_an_unusable_file_leaves_with_two_and_one_line(file, tmp_path):
    file("a.yaml")
    path = file("b.yaml", untill="2026-07-01")

    status, out, err = run("--json", tmp_path)

    assert status == 2
    assert len(out.splitlines()) == 1
    assert err.startswith(f"{path}: untill: unknown key.")
    assert len(err.splitlines()) == 1


def test_a_path_that_is_not_there_leaves_with_two(tmp_path):
    status, out, err = run(tmp_path / "nowhere.yaml")

    assert (status, out) == (2, "")
    assert "there is no such file or folder" in err


def test_what_is_no_yaml_leaves_with_two(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("id: [")

    status, _, err = run(path)

    assert status == 2
    assert err.startswith(f"{path}: file: is not YAML:")
    assert len(err.splitlines()) == 1


def test_people_read_lines_with_formula_and_events(file):
    events = [{"id": "e1", "at": "2026-06-16", "add": 1, "seat_type": "member"}]
    path = file("a.yaml", events=events, expect={"seats": {"member": 7}})

    status, out, _ = run(path)

    assert status == 1
    for words in (
        "1 seat × 30.00 × 15/30 days (16 to 30 June) = 15.00",
        "start e1",
        "✗ There are 6 member seats, not 7.",
        "1 scenarios: 0 as expected, 1 different.",
    ):
        assert words in out
