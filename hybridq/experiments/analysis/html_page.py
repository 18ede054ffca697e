"""Parts of an HTML page that needs no other file and no scripts."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Colours of the drawings that change with the scheme, light and dark.
_INKS = {
    "#000000": ("black", "#111111", "#f2f2f2"),
    "#333333": ("ink", "#333333", "#c9ced6"),
    "#b8b8b8": ("pale", "#b8b8b8", "#5b6470"),
    "#dceef9": ("box", "#dceef9", "#24394a"),
    "#0072b2": ("blue", "#0072b2", "#4aa8e0"),
}

_STYLE = """
:root { color-scheme: light dark; --page: #ffffff; --text: #1c2024; --quiet: #5a6370;
  --line: #dfe3e8; --soft: #f5f7f9; --good: #0a7d55; --bad: #b3261e; LIGHT }
@media screen and (prefers-color-scheme: dark) {
  :root { --page: #14171b; --text: #e6e8eb; --quiet: #9aa4b0; --line: #2c333b; --soft: #1c2127;
    --good: #4fc794; --bad: #ff8a80; DARK }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; background: var(--page);
  color: var(--text); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.6rem 0 .7rem; padding-top: .9rem;
  border-top: 1px solid var(--line); }
p { margin: .5rem 0; max-width: 46rem; }
.verdict { font-size: 1.1rem; font-weight: 600; }
.quiet { color: var(--quiet); font-size: .9rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .6rem;
  margin: 1.2rem 0; padding: 0; list-style: none; }
.facts li { background: var(--soft); border-radius: .5rem; padding: .55rem .8rem;
  overflow-wrap: anywhere; }
.facts b { display: block; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
.facts span { color: var(--quiet); font-size: .82rem; }
.wide { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .32rem .8rem .32rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); }
th { color: var(--quiet); font-weight: 600; white-space: nowrap; }
td { overflow-wrap: anywhere; }
td:first-child { white-space: nowrap; }
td.n, th.n { text-align: right; white-space: nowrap; }
tr.best td { font-weight: 650; }
figure { margin: 1rem 0 1.6rem; break-inside: avoid; }
figure svg { width: 100%; height: auto; max-width: 46rem; display: block; }
figcaption { color: var(--quiet); font-size: .88rem; max-width: 46rem; margin-top: .3rem; }
pre { background: var(--soft); border-radius: .5rem; padding: .8rem 1rem; overflow-x: auto;
  font-size: .8rem; line-height: 1.45; white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; padding: .2rem 0; overflow-wrap: anywhere; }
.bad { color: var(--bad); }
@media print { body { max-width: none; padding: 0; font-size: 10.5pt; } .wide { overflow: visible; }
  h2 { break-after: avoid; } tr { break-inside: avoid; } }
"""


def page(title: str, parts: Iterable[str]) -> str:
    """Return a whole HTML document.

    Args:
        title: plain text.
        parts: HTML parts of the body.
    """
    light = " ".join(f"--{name}: {colour};" for name, colour, _ in _INKS.values())
    dark = " ".join(f"--{name}: {colour};" for name, _, colour in _INKS.values())
    style = _STYLE.replace("LIGHT", light).replace("DARK", dark)
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def paragraph(text: str, kind: str = "") -> str:
    """Return plain text as a paragraph of this class."""
    return f"<p{_class(kind)}>{escape(text)}</p>"


def heading(text: str) -> str:
    """Return plain text as the heading of a section."""
    return f"<h2>{escape(text)}</h2>"


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return values with their names as tiles."""
    tiles = (f"<li><b>{escape(value)}</b><span>{escape(name)}</span></li>" for name, value in pairs)
    return f'<ul class="facts">{"".join(tiles)}</ul>'


def table(
    titles: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    text_columns: int,
    best: Sequence[bool] = (),
) -> str:
    """Return plain text as a table that scrolls if it is too wide.

    Args:
        titles: titles of the columns.
        rows: texts of the rows.
        text_columns: number of text columns from the left; the others are numbers.
        best: True for each highlighted row.
    """

    def cells(texts: Sequence[str], tag: str) -> str:
        return "".join(
            f"<{tag}{_class('n' if place >= text_columns else '')}>{escape(text)}</{tag}>"
            for place, text in enumerate(texts)
        )

    lines = [
        f"<tr{_class('best' if place < len(best) and best[place] else '')}>{cells(row, 'td')}</tr>"
        for place, row in enumerate(rows)
    ]
    return (
        f'<div class="wide"><table><thead><tr>{cells(titles, "th")}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def details(summary: str, text: str, kind: str = "") -> str:
    """Return plain text that unfolds under its summary."""
    return (
        f"<details{_class(kind)}><summary>{escape(summary)}</summary>"
        f"<pre>{escape(text)}</pre></details>"
    )


def drawing(figure: Figure, name: str, caption: str) -> str:
    """Return a figure as SVG with colours that follow the page's scheme.

    Args:
        figure: the figure.
        name: unique name within the page.
        caption: plain text below it, also for screen readers.
    """
    import matplotlib

    text = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "path"}):
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    svg = text.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    # An id must be unique within a page.
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(xlink:href="#|href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r"#[0-9a-fA-F]{6}\b", _ink, svg)
    # For text without a colour of its own.
    opening = f'<svg role="img" aria-label="{escape(caption)}" fill="var(--black)" '
    svg = svg.replace("<svg ", opening, 1)
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def _ink(match: re.Match[str]) -> str:
    known = _INKS.get(match[0].lower())
    return match[0] if known is None else f"var(--{known[0]})"


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
