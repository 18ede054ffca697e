"""Run the code of every page, in order, and show what it prints.

- A fence ``python`` runs in one module a page. Its output and the value of its last
  expression are shown below it.
- A fence ``sh`` holds commands ``hybridq ...``, one a line, which run in this process. Their
  screens are shown below it.
- A ``{code-block}`` with a caption such as ``sweep.yaml`` is also written as a file of that name.
- A picture ``![...](made/NAME)`` is the file NAME that a block of the page has written.
- A ``{code-block}`` of the class ``hidden`` runs and is not shown; ``at_end(function)`` has a
  function called after the last block, the latest first.
- A ``{code-block}`` of the class ``fails`` has to end in an error of hybridq, which is shown.

Every page has a folder of its own with links to ``problems/`` and ``configs/``. Fences of other
languages (``py``, ``text``, ...) are shown only. A block that fails is an error of the build.
"""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import logging as standard_logging
import os
import shlex
import shutil
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

from hybridq.cli import main as hybridq_command
from hybridq.core import clock
from hybridq.core.errors import HybridqError

ROOT = Path(__file__).parents[2]
LINKED = ("problems", "configs")
MADE = "made/"
MODULE = "documentation_page"
BAD_INPUT = 2
COMPILING = "Compiling the kernels of"
logger = logging.getLogger(__name__)


class _Refused(Exception):
    """A command that refused its input, and printed why."""


class Page:
    """The code of one page: its module and its folder.

    Args:
        docname: the page, as Sphinx calls it.
        folder: where its code runs; emptied first.
    """

    def __init__(self, docname: str, folder: Path) -> None:
        self.docname, self.folder = docname, folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in LINKED:
            (folder / name).symlink_to(ROOT / name)
        self.end = contextlib.ExitStack()
        self.module = types.ModuleType(MODULE)
        vars(self.module)["at_end"] = self.end.callback
        self.blocks = 0

    def run_python(self, code: str) -> None:
        """Run Python code, and print the value of a last expression."""
        self.blocks += 1
        name = f"<{self.docname}, block {self.blocks}>"
        # Dataclasses and inspect ask for the module and for the lines of what they are given.
        sys.modules[MODULE] = self.module
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        tree = ast.parse(code, name)
        last = tree.body[-1] if tree.body else None
        if isinstance(last, ast.Expr):
            tree.body.pop()
        exec(compile(tree, name, "exec"), vars(self.module))
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), name, "eval"), vars(self.module))
            if value is not None and not hasattr(value, "savefig"):  # figures are shown as files
                print(repr(value))

    def run_commands(self, code: str, fails: bool) -> None:
        """Run commands of hybridq, one a line.

        Raises:
            _Refused: the last command refused its input, as it should.
            ExtensionError: a line is no command of hybridq, or a command fails.
        """
        lines = [line for line in code.replace("\\\n", " ").splitlines() if line.strip()]
        for line in lines:
            words = shlex.split(line, comments=True)
            if not words:  # a comment
                continue
            if words.pop(0) != "hybridq":
                raise ExtensionError(f"{line!r} must be a command of hybridq")
            status = hybridq_command(_expanded(words))
            if status == BAD_INPUT and fails:
                raise _Refused
            if status:
                raise ExtensionError(f"{line!r} ended with status {status}")


def _expanded(words: list[str]) -> list[str]:
    """Return words with patterns of files replaced by the files, as a shell does."""
    found = [sorted(map(str, Path().glob(word))) if "*" in word else [word] for word in words]
    return [word for each in found for word in each]


@contextlib.contextmanager
def _captured(folder: Path) -> Iterator[io.TextIOWrapper]:
    """Run in a folder, with standard output and error in a text."""
    text = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    before = os.getcwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
            yield text
    finally:
        os.chdir(before)


def _shown(text: io.TextIOWrapper) -> str:
    """Return what was printed, without trailing blanks and empty lines around it."""
    text.seek(0)
    lines = [line.rstrip() for line in text.read().splitlines() if not line.startswith(COMPILING)]
    return "\n".join(lines).strip("\n")


def _run(page: Page, block: nodes.literal_block) -> str:
    """Run a block and return what it has printed.

    Raises:
        ExtensionError: it fails, or does not fail although it should.
    """
    fails = "fails" in block["classes"]
    place = f"{page.docname}, line {block.line}"
    with _captured(page.folder) as text:
        try:
            if block["language"] == "python":
                page.run_python(block.astext())
            else:
                page.run_commands(block.astext(), fails)
        except _Refused:
            pass
        except HybridqError as error:
            if not fails:
                raise ExtensionError(f"{place}: {type(error).__name__}: {error}") from error
            print(f"{type(error).__name__}: {error}")
        except Exception as error:
            printed = _shown(text)
            raise ExtensionError(f"{place}: {type(error).__name__}: {error}\n{printed}") from error
        else:
            if fails:
                raise ExtensionError(f"{place}: this block must fail, and did not")
        return _shown(text)


def _written(page: Page, block: nodes.literal_block) -> None:
    """Write a block whose caption is the name of a file."""
    parent = block.parent
    if isinstance(parent, nodes.container) and isinstance(parent[0], nodes.caption):
        name = parent[0].astext()
        if Path(name).suffix and Path(name).name == name:
            (page.folder / name).write_text(block.astext() + "\n", encoding="utf-8")


def run_page(app: Sphinx, doctree: nodes.document) -> None:
    """Run the blocks of a page that was read; its first failure is an error of the build."""
    try:
        _run_blocks(app, doctree)
    except ExtensionError as error:
        logger.error("%s", error)


def _run_blocks(app: Sphinx, doctree: nodes.document) -> None:
    """Run the blocks of a page, and put what they print below them."""
    docname = app.env.docname
    blocks = [block for block in doctree.findall(nodes.literal_block) if "language" in block]
    pictures = [each for each in doctree.findall(nodes.image) if each["uri"].startswith(MADE)]
    if not pictures and not any(block["language"] in ("python", "sh") for block in blocks):
        return
    began = time.process_time()
    page = Page(docname, Path(app.outdir).parent / "docs-made" / docname)
    with page.end:
        for block in blocks:
            _written(page, block)
            if block["language"] not in ("python", "sh"):
                continue
            printed = _run(page, block)
            at = block.parent if "literal-block-wrapper" in block.parent["classes"] else block
            if printed and "hidden" not in block["classes"]:
                shown = nodes.literal_block(printed, printed, classes=["output"], language="text")
                at.parent.insert(at.parent.index(at) + 1, shown)
            if "hidden" in block["classes"]:
                at.parent.remove(at)
    for picture in pictures:
        made = page.folder / picture["uri"].removeprefix(MADE)
        if not made.exists():
            raise ExtensionError(f"{docname}: no block of the page has written {made.name}")
        here = Path(app.env.doc2path(docname)).parent
        picture["uri"] = os.path.relpath(made, here)
    logger.info(" [ran %s in %.1f s of processor time]", docname, time.process_time() - began)


def setup(app: Sphinx) -> dict[str, Any]:
    """Run blocks before Sphinx collects the pictures of a page."""
    for library in ("alembic", "qiskit"):
        standard_logging.getLogger(library).setLevel(standard_logging.WARNING)
    # All pages share one process, whose time for compiling is not that of a command.
    clock.compiling_seconds = float  # type: ignore[assignment]
    app.connect("doctree-read", run_page, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
