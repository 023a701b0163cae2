"""Pages that are generated, or that must name every setting, keep up with the code."""

import re
from dataclasses import fields

from billing.calc.policy import CHOICES, PolicyTerms
from config.environment import BASE_DIR
from config.flow import flow_page

DOCS = BASE_DIR / "docs"


def test_the_flow_page_is_what_the_flow_says():
    assert (DOCS / "flow.md").read_text() == flow_page(), "run `make flow`"


def test_every_policy_setting_and_value_is_explained():
    page = (DOCS / "terms.md").read_text()
    renamed = {"threshold_minor": "threshold_amount"}
    settings = {renamed.get(one.name, one.name) for one in fields(PolicyTerms)}

    for name in settings - {"key", "version"}:
        assert f"`{name}`" in page or f"### {name}" in page
    for name, values in CHOICES.items():
        for value in values:
            assert f"`{value}`" in page, f"{name}: {value}"


def test_links_between_pages_lead_somewhere():
    for page in [BASE_DIR / "README.md", *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
