"""Scenario files on disk: which there are, and the story of each."""

from collections.abc import Iterable
from pathlib import Path

from billing.calc.scenario.fields import ScenarioUnusable
from billing.calc.scenario.story import Story
from billing.records.scenario_text import parse_scenario

SUFFIXES = {".yaml", ".yml", ".json"}


def scenario_files(paths: Iterable[str]) -> list[Path]:
    """
    The files named, and all scenario files below the folders named, sorted.

    :raises ScenarioUnusable: if a path does not exist, or a folder holds no scenario
    """
    files: list[Path] = []
    for name in paths:
        path = Path(name)
        if path.is_dir():
            found = sorted(
                one for one in path.rglob("*") if one.suffix in SUFFIXES and one.is_file()
            )
            if not found:
                raise ScenarioUnusable(name, "the folder holds no .yaml, .yml or .json file.")
            files += found
        elif path.is_file():
            files.append(path)
        else:
            raise ScenarioUnusable(name, "there is no such file or folder.")
    return files


def load_scenario(path: Path) -> Story:
    """:raises ScenarioUnusable: if it cannot be read, is no YAML, or says what no scenario says"""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioUnusable("file", f"cannot be read: {error}") from error
    return parse_scenario(text)
