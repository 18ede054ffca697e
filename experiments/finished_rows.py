"""Rows of studies that were stopped and go on: one JSON object a line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def finished_rows(store: Path) -> list[dict[str, Any]]:
    """The rows in a file; a line that a kill has torn is left out and cut off."""
    if not store.exists():
        return []
    text = store.read_bytes()
    whole = text[: text.rfind(b"\n") + 1]
    if len(whole) < len(text):
        os.truncate(store, len(whole))
    return [json.loads(line) for line in whole.splitlines()]
