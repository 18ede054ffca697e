"""Make the notebooks of docs/notebooks from the tutorials, and run them.

    python docs/extensions/notebooks.py              # write docs/notebooks
    python docs/extensions/notebooks.py --run DIR    # run all in DIR, and keep them with outputs

The pages are the source, so that nothing is written twice:

- A fence ``python`` is a cell. A last ``print(x)`` of a name or a call of hybridq becomes ``x``,
  which shows itself.
- A fence ``sh`` is a cell of commands ``!hybridq ...``.
- A ``{code-block}`` with the name of a file as its caption is a cell that writes the file, a
  picture ``made/NAME.svg`` a cell that shows it, as pixels, in the width of a page.
- Files of ``problems/`` become names of `hybridq.datasets`, so that a notebook runs anywhere.
- The rest is text; links to tutorials lead to their notebooks.

Notebooks are kept without outputs: those would be stale with the next change, and the pages of the
tutorials show them. As an extension of Sphinx this module puts a link to the notebook on each page.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import product, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hybridq.problems import datasets

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

DOCS = Path(__file__).parents[1]
TUTORIALS = DOCS / "tutorials"
NOTEBOOKS = DOCS / "notebooks"
_WIDTH = 900  # of a picture, in pixels
_SECONDS = 300  # for one cell, on a busy machine
_FENCE = re.compile(r"^```(?P<opening>.*)$")
_CAPTION = re.compile(r"^:caption: (?P<name>.+)$")
_PICTURE = re.compile(r"^!\[(?P<text>[^\]]*)\]\(made/(?P<name>\w+)\.svg\)$", re.MULTILINE)
_PAGE = re.compile(r"\]\((\w+)\.md\)")
_INSTANCE = re.compile(r"problems/\w+/[\w.-]+")
_SHOWN = re.compile(r"^print\((\w+|hq\.\w+\(.*\))\)$")
# In the run only: the build of the site runs the pages in full size.
_SMALLER = {"10_000": "1_000", "maxcut/G32": "maxcut/G11"}
# A command that fails ends the run; the shell of IPython only keeps its status.
_STRICT = """
def _strict(command, run=get_ipython().system):
    run(command)
    if get_ipython().user_ns["_exit_code"]:
        raise RuntimeError(f"{command!r} failed")
get_ipython().system = _strict
"""


def notebook(page: Path) -> dict[str, Any]:
    """Return the notebook of a page, as the JSON of format 4.5."""
    text = page.read_text("utf-8")
    cells = [_cell(kind, source) for kind, source in _parts(_in_pixels(text))]
    for place, cell in enumerate(cells):
        cell["id"] = f"cell-{place}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {
        "kernelspec": kernel,
        "language_info": {"name": "python"},
        "made_from": f"docs/tutorials/{page.name}",
    }
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def text_of(found: dict[str, Any]) -> str:
    """Return a notebook as the text of its file."""
    return json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def pages() -> list[Path]:
    """Return the pages that become notebooks."""
    return sorted(TUTORIALS.glob("*.md"))


def _in_pixels(text: str) -> str:
    """Return a page that writes its pictures as pixels; one of vectors has no width of its own."""
    for name in {picture["name"] for picture in _PICTURE.finditer(text)}:
        text = re.sub(rf"(?<!made/)\b{name}\.svg", f"{name}.png", text)
    return text


def _cell(kind: str, source: str) -> dict[str, Any]:
    """Return a cell of a notebook."""
    lines = source.strip("\n").splitlines(keepends=True)
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": lines}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield kind and source of each cell of a page."""
    between: list[str] = []
    lines = iter(text.splitlines())
    for line in lines:
        fence = _FENCE.match(line)
        if fence is None:
            between.append(line)
            continue
        block = []
        for inner in lines:
            if inner == "```":
                break
            block.append(inner)
        made = _code(fence["opening"], block)
        if made is None:  # a block that is shown only
            between += [line, *block, "```"]
            continue
        yield from _texts("\n".join(between))
        between = []
        yield "code", made
    yield from _texts("\n".join(between))


def _code(opening: str, block: list[str]) -> str | None:
    """Return the code of a cell for a fence, None for one that does not run."""
    directive = opening.startswith("{code-block}")
    language = opening.removeprefix("{code-block}").strip()
    options = [line for line in block if directive and re.match(r"^:\w+:", line)]
    body = block[len(options) :]
    for option in options:
        if (caption := _CAPTION.match(option)) and Path(caption["name"]).suffix:
            return "\n".join([f"%%writefile {caption['name']}", *_without_blanks(body)])
    if language == "sh":
        return "\n".join(_command(line) for line in _without_blanks(body))
    if language != "python":
        return None
    code = "\n".join(_without_blanks(body))
    if "at_end(" in code:
        code = f"from atexit import register as at_end\n{code}"
    code = re.sub(rf'"({_INSTANCE.pattern})"', lambda m: f'hq.datasets.path("{_name(m[1])}")', code)
    first, _, last = code.rpartition("\n")
    shown = _SHOWN.sub(lambda found: found[1], last)
    return f"{first}\n{shown}".lstrip("\n")


def _without_blanks(lines: list[str]) -> list[str]:
    """Return lines without empty ones around them."""
    return "\n".join(lines).strip("\n").splitlines()


def _command(line: str) -> str:
    """Return a line of commands as IPython takes it."""
    line = _INSTANCE.sub(lambda found: f"dataset:{_name(found[0])}", line)
    return f"!{line}" if line.startswith("hybridq ") else line


def _texts(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text as a cell, and a cell for each picture within it."""
    text = _PAGE.sub(r"](\1.ipynb)", text)
    place = 0
    for picture in _PICTURE.finditer(text):
        yield from _markdown(text[place : picture.start()])
        name = f"{picture['name']}.png"
        yield "code", f'from IPython.display import Image\n\nImage("{name}", width={_WIDTH})'
        yield "markdown", f"*{picture['text']}.*"
        place = picture.end()
    yield from _markdown(text[place:])


def _markdown(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text as a cell, nothing if it is empty."""
    if text.strip():
        yield "markdown", text


def _name(path: str) -> str:
    """Return the name of an instance among `hybridq.datasets`."""
    return _names()[path]


@cache
def _names() -> dict[str, str]:
    """Return the name of each file, as ``problems/maxcut/florentine.json``."""
    files = {name: datasets.path(name) for name in datasets.names()}
    return {f"problems/{file.parent.name}/{file.name}": name for name, file in files.items()}


def write() -> None:
    """Write the notebook of each tutorial."""
    NOTEBOOKS.mkdir(exist_ok=True)
    for old in NOTEBOOKS.glob("*.ipynb"):
        old.unlink()
    for page in pages():
        target = NOTEBOOKS / f"{page.stem}.ipynb"
        target.write_text(text_of(notebook(page)), encoding="utf-8")


def run(folder: Path) -> None:
    """Run the committed notebooks, two at a time, each in a folder and a kernel of its own.

    Raises:
        CellExecutionError: a cell raises, or a command in it fails.
    """
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    sources = sorted(NOTEBOOKS.glob("*.ipynb"))
    with ThreadPoolExecutor(2) as pool:
        for line in pool.map(_run, sources, repeat(folder)):
            print(line, flush=True)


def _run(source: Path, folder: Path) -> str:
    """Run a notebook, write it with its outputs, and return its name and time."""
    import nbformat
    from nbclient import NotebookClient

    began = time.monotonic()
    home = folder / source.stem
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    found = nbformat.read(source, as_version=4)
    nbformat.validate(found)
    for cell, (large, small) in product(found.cells, _SMALLER.items()):
        cell.source = cell.source.replace(large, small)
    found.cells.insert(0, nbformat.v4.new_code_cell(_STRICT))
    resources = {"metadata": {"path": str(home)}}
    NotebookClient(found, timeout=_SECONDS, resources=resources).execute()
    del found.cells[0]
    nbformat.write(found, folder / source.name)
    return f"{source.name}: {time.monotonic() - began:.1f} s"


def link(app: Sphinx, doctree: nodes.document) -> None:
    """Add a link to its notebook below the title of a tutorial."""
    from docutils import nodes
    from sphinx.addnodes import download_reference

    folder, _, name = app.env.docname.rpartition("/")
    if folder != TUTORIALS.name:
        return
    target = f"/{NOTEBOOKS.name}/{name}.ipynb"
    reference = download_reference("", "", nodes.inline("", "notebook"), reftarget=target)
    line = nodes.paragraph("", "This page as a ", reference, nodes.Text("."), classes=["notebook"])
    section = next(iter(doctree.findall(nodes.section)))
    section.insert(1, line)


def setup(app: Sphinx) -> dict[str, Any]:
    """Link notebooks before Sphinx collects the files to download."""
    app.connect("doctree-read", link, priority=401)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the notebooks of the tutorials.")
    parser.add_argument("--run", type=Path, metavar="DIR", help="run them in DIR instead")
    chosen = parser.parse_args()
    if chosen.run is None:
        write()
    else:
        run(chosen.run)
