"""The notebooks are those of the tutorials, and complete."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
MAKER = ROOT / "docs/extensions/notebooks.py"
if not MAKER.exists():
    pytest.skip("needs the repository", allow_module_level=True)


def _maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("notebooks", MAKER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


maker = _maker()


def cells(page: Path, kind: str) -> list[str]:
    found: dict[str, Any] = maker.notebook(page)
    return ["".join(c["source"]) for c in found["cells"] if c["cell_type"] == kind]


def test_the_committed_notebooks_are_those_of_the_tutorials() -> None:
    made = {f"{page.stem}.ipynb": maker.text_of(maker.notebook(page)) for page in maker.pages()}
    kept = {file.name: file.read_text("utf-8") for file in maker.NOTEBOOKS.glob("*.ipynb")}
    assert made
    assert made == kept, "run python docs/extensions/notebooks.py"


@pytest.mark.parametrize("page", maker.pages(), ids=lambda page: page.stem)
def test_every_block_that_runs_is_a_cell_and_every_link_leads_somewhere(page: Path) -> None:
    source = page.read_text("utf-8")
    code = cells(page, "code")
    blocks = re.findall(r"^```(?:python|sh)\n|^```\{code-block\}|\(made/", source, re.MULTILINE)
    assert len(code) == len(blocks)
    assert not any("problems/" in text for text in code)
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", "".join(cells(page, "markdown"))):
        assert (maker.NOTEBOOKS / target).exists(), target


def test_a_page_becomes_cells(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Title\n\nA [page](other.md).\n\n"
        '```python\nx = read("problems/maxcut/florentine.json")\nprint(x)\n```\n\n'
        "```sh\nhybridq solve maxcut problems/maxcut/petersen.edgelist \\\n"
        "    --plot cut.svg\n```\n\n"
        "![A cut](made/cut.svg)\n\n"
        "```{code-block} text\n:caption: bag.txt\n\n3 10\n```\n\n```text\nshown only\n```\n"
    )
    assert cells(page, "code") == [
        'x = read(hq.datasets.path("maxcut/florentine"))\nx',
        "!hybridq solve maxcut dataset:maxcut/petersen \\\n    --plot cut.png",
        'from IPython.display import Image\n\nImage("cut.png", width=900)',
        "%%writefile bag.txt\n3 10",
    ]
    assert cells(page, "markdown") == [
        "# Title\n\nA [page](other.ipynb).",
        "*A cut.*",
        "```text\nshown only\n```",
    ]


def test_no_notebook_has_outputs() -> None:
    for file in maker.NOTEBOOKS.glob("*.ipynb"):
        assert not any(c.get("outputs") for c in json.loads(file.read_text("utf-8"))["cells"])
