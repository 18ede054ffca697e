"""The first page of the documentation leads to every page that answers a question."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
if not (DOCS / "index.md").exists():
    pytest.skip("needs the repository", allow_module_level=True)

FIRST = (DOCS / "index.md").read_text(encoding="utf-8")
LINKS = set(re.findall(r"\]\(([\w/]+\.(?:md|rst))\)", FIRST))


@pytest.mark.parametrize("folder", ["guides", "coming_from"])
def test_every_guide_is_one_click_from_the_first_page(folder: str) -> None:
    pages = {f"{folder}/{page.name}" for page in (DOCS / folder).glob("*.md")}
    assert pages
    assert not pages - LINKS


def test_the_first_page_leads_to_pages_that_exist() -> None:
    assert len(LINKS) >= 20
    assert not [page for page in LINKS if not (DOCS / page).exists()]


def test_every_kind_of_entry_has_a_reference_page() -> None:
    from hybridq.cli.lists import KINDS

    for kind in KINDS:
        assert f".. entries:: {kind}" in (DOCS / "reference" / f"{kind}.rst").read_text("utf-8")


def test_every_extra_is_on_the_page_of_the_installation() -> None:
    project = tomllib.loads((DOCS.parent / "pyproject.toml").read_text("utf-8"))["project"]
    named = set(re.findall(r"`([\w-]+)`", (DOCS / "guides/install.md").read_text("utf-8")))
    assert not {*project["optional-dependencies"]} - {"test", "docs", "dev"} - named
