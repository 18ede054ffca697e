"""Formulas as MathML, which browsers draw by themselves: no script and no other host.

The translation from TeX is that of docutils.
"""

from __future__ import annotations

import html
import re
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError, latex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

_SYNONYMS = {r"\dots": r"\ldots"}
"""Commands that docutils does not know."""
logger = logging.getLogger(__name__)


def _markup(node: nodes.Node, *, block: bool) -> str:
    """Return the MathML of a node with a formula in TeX."""
    tex = node.astext()
    for command, other in _SYNONYMS.items():
        tex = re.sub(re.escape(command) + r"\b", lambda _, other=other: other, tex)
    if block and "\\\\" in tex:
        tex = f"\\begin{{aligned}}{tex}\\end{{aligned}}"
    try:
        return latex2mathml.tex2mathml(tex, as_block=block)
    except MathError as error:
        logger.warning("%s in the formula %s", error, tex, location=node)
        return f"<code>{html.escape(tex)}</code>"


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line."""
    self.body.append(_markup(node, block=False))
    raise nodes.SkipNode


def visit_displaymath(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula of its own line."""
    self.body.append(f'<div class="formula">{_markup(node, block=True)}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer under the name ``mathml``."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displaymath, None))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
