"""Read angles from a result, a JSON list or plain numbers."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.given_angles import GROUPS, by_name
from hybridq.core.checks import is_real
from hybridq.core.errors import FormatError, ParameterError
from hybridq.core.files import read_bytes
from hybridq.core.limits import MOST_BYTES_OF_SETTINGS


def read_angles(path: str | os.PathLike[str]) -> NDArray[np.float64]:
    """Return the angles in a file, in radians, shape (n,).

    The file is a result's JSON (its ``parameters``), ``{"gamma": [...], "beta": [...]}``, a JSON
    list of numbers, or plain text with numbers between blanks, commas or line ends.

    Raises:
        FormatError: the file cannot be read, or has other content than finite numbers.
    """
    source = str(path)
    text = text_of_angles(path)
    numbers = (
        _from_json(text, source) if text.lstrip()[:1] in ("[", "{") else _from_text(text, source)
    )
    angles = np.array(numbers, dtype=np.float64)
    if not angles.size or not np.isfinite(angles).all():
        raise FormatError("expected finite angles, gamma_1 ... beta_p, in radians", source=source)
    return angles


def text_of_angles(path: str | os.PathLike[str]) -> str:
    """Return the text of a file of angles.

    Raises:
        FormatError: the file cannot be read, or is not UTF-8 text.
    """
    source = str(path)
    try:
        return read_bytes(path, MOST_BYTES_OF_SETTINGS)[0].decode("utf-8")
    except FormatError as error:
        raise FormatError(f"the angles cannot be read ({error.message})", source=source) from None
    except UnicodeDecodeError:
        raise FormatError(
            "the angles cannot be read: it is not UTF-8 text", source=source
        ) from None


def _from_json(text: str, source: str) -> list[float]:
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError) as error:  # thousands of digits are a ValueError too
        line = getattr(error, "lineno", None)
        raise FormatError(f"this is not valid JSON: {error}", source=source, line=line) from error
    if isinstance(document, dict) and "gamma" in document:
        try:
            return by_name({name: document[name] for name in GROUPS if name in document})
        except ParameterError as error:
            raise FormatError(str(error), source=source) from None
    numbers = document.get("parameters") if isinstance(document, dict) else document
    if not isinstance(numbers, list) or not all(map(is_real, numbers)):
        raise FormatError(
            'expected a list of numbers, or an object with a list "parameters"', source=source
        )
    try:
        return [float(number) for number in numbers]
    except OverflowError:  # an integer of hundreds of digits
        return [float("inf")]


def _from_text(text: str, source: str) -> list[float]:
    numbers = []
    for row, line in enumerate(text.splitlines(), start=1):
        for word in line.split("#")[0].replace(",", " ").split():
            try:
                numbers.append(float(word))
            except ValueError:
                raise FormatError(f"{word!r} is not a number", source=source, line=row) from None
    return numbers
