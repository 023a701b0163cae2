"""The text of a scenario as a story. Keeps figures exact."""

import re
from decimal import Decimal
from typing import Any

import yaml

from billing.calc.scenario.fields import ScenarioUnusable
from billing.calc.scenario.read import read_scenario
from billing.calc.scenario.story import Story


class PlainLoader(yaml.SafeLoader):
    """
    YAML whose scalars mean what they look like: dates stay text, NO is a country, 8.10 is exact.

    A key written twice is an error; YAML would keep the last one silently.
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


def exact_number(loader: yaml.SafeLoader, found: yaml.ScalarNode) -> Decimal:
    return Decimal(found.value)


def unique_keys(loader: yaml.SafeLoader, found: yaml.MappingNode) -> dict[Any, Any]:
    values: dict[Any, Any] = {}
    for key_node, value_node in found.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise ScenarioUnusable(
                f"line {key_node.start_mark.line + 1}", f"the key “{key}” is no word."
            )
        if key in values:
            raise ScenarioUnusable(
                key, f"stands twice in one place (line {key_node.start_mark.line + 1})."
            )
        values[key] = loader.construct_object(value_node, deep=True)
    return values


for tag, pattern, first in (
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"^(?:true|false)$", list("tf")),
    ("int", r"^[-+]?(?:0|[1-9]\d*)$", list("-+0123456789")),
    ("float", r"^[-+]?\d+\.\d+$", list("-+0123456789")),
):
    PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)
PlainLoader.add_constructor("tag:yaml.org,2002:float", exact_number)
PlainLoader.add_constructor("tag:yaml.org,2002:map", unique_keys)


def parse_scenario(text: str) -> Story:
    """:raises ScenarioUnusable: if it is no YAML, or says what no scenario says"""
    try:
        value = yaml.load(text, Loader=PlainLoader)  # noqa: S506 - a safe loader that guesses less
    except (yaml.YAMLError, RecursionError) as error:
        raise ScenarioUnusable("file", f"is not YAML: {error}") from error
    return read_scenario(value)
