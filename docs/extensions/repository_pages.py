"""Pages that are files of the repository, and links from pages to its files.

A page that consists of the line ``<!-- page: PATH -->`` is the file PATH of the repository, and one
with ``<!-- pages: PATTERN -->`` in a line has all files of a pattern there, a section each. A link
to a file that is a page leads to that page; a link to another file of the repository becomes its
path. ``<!-- part: PATH MARK -->`` in a line is the text between ``<!-- MARK -->`` and
``<!-- end of MARK -->`` in a file of the repository. The line ``<!-- configs -->`` is replaced by
the files of ``configs/``.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_PAGE = re.compile(r"\A<!-- page: (\S+) -->\s*\Z")
_PAGES = re.compile(r"^<!-- pages: (\S+) -->$", re.MULTILINE)
_PART = re.compile(r"^<!-- part: (\S+) (.+?) -->$", re.MULTILINE)
_CONFIGS = "<!-- configs -->"
_LINK = re.compile(r"(?P<picture>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")
_FENCE = re.compile(r"^(```.*?^```[^\S\n]*$)", re.MULTILINE | re.DOTALL)
logger = logging.getLogger(__name__)


def _pages() -> dict[Path, Path]:
    """Return the pages by the files of the repository that they show."""
    found = {path: path for path in DOCS.rglob("*.md")}
    for page in DOCS.rglob("*.md"):
        match = _PAGE.match(page.read_text(encoding="utf-8"))
        if match:
            found[ROOT / match[1]] = page
    return found


def _relinked(text: str, origin: Path, page: Path, pages: dict[Path, Path]) -> str:
    """Return a text with links that hold on its page.

    Args:
        text: Markdown.
        origin: the file that it comes from; links are relative to its folder.
        page: the page that shows it.
        pages: pages by the files that they show.
    """

    def replaced(match: re.Match[str]) -> str:
        target, hash_, anchor = match["target"].partition("#")
        if not target or "://" in target or target.startswith(("mailto:", "made/")):
            return match[0]
        path = Path(os.path.normpath(origin.parent / target))
        if not path.exists():
            logger.warning(
                "%s: there is no file %s",
                origin,
                target,
                location=str(page.relative_to(DOCS).with_suffix("")),
            )
            return match[0]
        if path in pages or match["picture"]:
            shown = os.path.relpath(pages.get(path, path), page.parent)
            return f"{match['picture']}[{match['text']}]({shown}{hash_}{anchor})"
        if path.is_relative_to(DOCS):
            return match[0]
        name = str(path.relative_to(ROOT))
        named = match["text"].strip("`") in (name, target, path.name)
        return f"`{name}`" if named else f"{match['text']} (`{name}`)"

    parts = _FENCE.split(text)
    return "".join(part if part.startswith("```") else _LINK.sub(replaced, part) for part in parts)


def read_page(app: Sphinx, docname: str, source: list[str]) -> None:
    """Replace the source of a page that shows files of the repository."""
    page = Path(app.env.doc2path(docname))
    if page.suffix != ".md":
        return
    pages = _pages()
    whole = _PAGE.match(source[0])
    if whole:
        origin = ROOT / whole[1]
        app.env.note_dependency(str(origin))
        source[0] = _relinked(origin.read_text(encoding="utf-8"), origin, page, pages)
        return

    def sections(match: re.Match[str]) -> str:
        texts = []
        for origin in sorted(ROOT.glob(match[1])):
            app.env.note_dependency(str(origin))
            text = _relinked(origin.read_text(encoding="utf-8"), origin, page, pages)
            texts.append(re.sub(r"^#", "##", text, flags=re.MULTILINE))
        return "\n\n".join(texts)

    def part(match: re.Match[str]) -> str:
        origin, mark = ROOT / match[1], match[2]
        app.env.note_dependency(str(origin))
        text = origin.read_text(encoding="utf-8")
        text = text.split(f"<!-- {mark} -->")[1].split(f"<!-- end of {mark} -->")[0]
        return _relinked(text, origin, page, pages)

    own = _PART.sub(part, _relinked(source[0], page, page, pages))
    source[0] = _PAGES.sub(sections, own).replace(_CONFIGS, _configs(app, own))


def _configs(app: Sphinx, text: str) -> str:
    """Return all configs as sections, nothing for a page without them."""
    found = sorted((ROOT / "configs").glob("*.yaml")) if _CONFIGS in text else []
    for path in found:
        app.env.note_dependency(str(path))
    return "\n\n".join(
        f"## {path.name}\n\n```yaml\n{path.read_text(encoding='utf-8').strip()}\n```"
        for path in found
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Read pages through `read_page`."""
    app.connect("source-read", read_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
