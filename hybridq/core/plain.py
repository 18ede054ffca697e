"""Conversion of values to JSON types and to JSON text."""

from __future__ import annotations

import json
import os
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np

from hybridq.core.errors import FormatError
from hybridq.core.files import write_text

_JSON = (str, int, float, bool, type(None))


def plain(value: Any) -> Any:
    """Convert `value` to JSON types; node labels become strings, dataclasses dicts."""
    if type(value) in _JSON:
        return value
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        # Labels such as 1 and "1" are two nodes; written as text they would be one.
        text = str if len({str(label) for label in value}) == len(value) else repr
        return {text(label): plain(entry) for label, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value.tolist()]
    if isinstance(value, np.generic):
        return value.item()
    return value if value is None or isinstance(value, str | int | float) else str(value)


def json_text(value: dict[str, Any], path: str | os.PathLike[str] | None = None) -> str:
    """Return a `plain` value as JSON text; with `path`, also write it atomically.

    Raises:
        OutputError: the file cannot be written.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    if path is not None:
        write_text(path, text)
    return text


def json_value(text: str, noun: str) -> Any:
    """Return the value that a JSON text holds.

    Raises:
        FormatError: the text, which `noun` names, is not JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"the {noun} is not JSON: {error}") from None
