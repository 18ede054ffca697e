"""Sentences and pictures of a result as data, for pages and other clients."""

from __future__ import annotations

import json
import traceback
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import render_text
from hybridq.presentation.report import entries_text

if TYPE_CHECKING:
    from hybridq.presentation import Result

_ANSWER_ROOM = 4000  # characters of a row of the answer
_MOST_SVG = 2**19  # bytes; a picture with more parts is sent as pixels

Plain = dict[str, Any]


def report_of(result: Result) -> str:
    """Return the sentences and rows about a result as JSON text.

    The object has ``good``, ``headline``, ``brief``, ``remarks``, ``comparison``, and pairs of a
    title and a text in ``answer`` and ``facts``. Arguments are spelled as in Python.
    """
    from hybridq.presentation.sentences import report

    found = report(result)
    facts = [[name, render_text(text)] for name, text in found.facts]
    return json.dumps(
        {
            "good": found.good,
            "headline": render_text(found.headline),
            "brief": render_text(found.brief),
            "remarks": [render_text(remark) for remark in found.remarks],
            "comparison": {
                "columns": list(found.comparison.columns),
                "rows": [
                    {"name": row.name, "cells": list(row.cells), "emphasized": row.emphasized}
                    for row in found.comparison.rows
                ],
            },
            "answer": [
                [title, entries_text(entries, result.problem.item, _ANSWER_ROOM)]
                for title, entries in found.answer
            ],
            "facts": facts,
        }
    )


def pictures_of(result: Result) -> list[Plain]:
    """Return each picture of a result as ``name``, ``type`` and ``body``, in Base64.

    A picture that cannot be drawn is left out; the answer does not depend on it.
    """
    from hybridq.plots import png, svg
    from hybridq.presentation.overview import pictures

    found: list[Plain] = []
    drawn = pictures(result)
    while True:
        try:
            panel, figure = next(drawn)
            body, kind = svg(figure), "image/svg+xml"
            if len(body) > _MOST_SVG:
                body, kind = png(figure), "image/png"
        except StopIteration:
            return found
        except Exception:
            traceback.print_exc()
            return found
        found.append({"name": panel.name, "type": kind, "body": b64encode(body).decode()})
