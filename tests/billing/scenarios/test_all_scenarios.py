"""Every scenario file, ours and the vendors', comes out as written."""

from pathlib import Path

import pytest

from billing.management.scenario_files import load_scenario, scenario_files
from billing.operations.play_scenario import play_scenario
from billing.pipeline import STAGES

FOLDER = Path(__file__).resolve().parents[2] / "scenarios"
FILES = scenario_files([str(FOLDER)])


@pytest.mark.django_db
@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_scenario_comes_out_as_written(path: Path):
    played = play_scenario(story=load_scenario(path), stages=STAGES)

    assert played["differences"] == []
    assert played["ok"]


def test_the_vendors_and_at_least_25_stories_of_our_own_are_there():
    vendors = [path for path in FILES if path.parent.name == "vendors"]

    assert len(vendors) >= 20
    assert len(FILES) - len(vendors) >= 25


def test_a_scenario_is_known_by_the_name_of_its_file():
    assert [load_scenario(path).id for path in FILES] == [path.stem for path in FILES]
