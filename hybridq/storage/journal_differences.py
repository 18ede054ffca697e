"""The first difference of two runs, in one phrase."""

from __future__ import annotations

import json
from binascii import a2b_base64
from collections.abc import Mapping
from typing import Any

import numpy as np


def first_difference(mine: Any, recorded: Any, name: str = "") -> str | None:
    """Return the first difference of two plain structures, None if they agree.

    Mappings with a ``digest`` are compared by it only, and shown by their ``name``. Arrays are
    mappings of ``shape`` and ``float64``, their bits as base64, and compared entry by entry.

    Args:
        mine: that of this run, as decoded from JSON.
        recorded: that of the journal.
        name: the name of the structures in the phrase.
    """
    if mine == recorded:
        return None
    if isinstance(mine, dict) and isinstance(recorded, dict):
        if "digest" in mine and "digest" in recorded:
            if mine["digest"] == recorded["digest"]:
                return None
            return _phrase(name, _shown(mine), _shown(recorded))
        if "float64" in mine and "float64" in recorded:
            return _array_difference(mine, recorded, name)
        for key in [*mine, *(key for key in recorded if key not in mine)]:
            inner = first_difference(
                mine.get(key), recorded.get(key), f"{name} {key}".strip().replace("_", " ")
            )
            if inner is not None:
                return inner
        return None
    return _phrase(name, _shown(mine), _shown(recorded))


def _array_difference(mine: Mapping[str, Any], recorded: Mapping[str, Any], name: str) -> str:
    if mine["shape"] != recorded["shape"]:
        return _phrase(f"the shape of {name}", str(mine["shape"]), str(recorded["shape"]))
    here, there = (np.frombuffer(a2b_base64(it["float64"]), "<f8") for it in (mine, recorded))
    index = int(np.flatnonzero(here.view(np.int64) != there.view(np.int64))[0])
    place = ", ".join(map(str, np.unravel_index(index, mine["shape"])))
    return _phrase(f"{name}[{place}]", repr(float(here[index])), repr(float(there[index])))


def _shown(value: Any) -> str:
    """Return a value as a message shows it."""
    if isinstance(value, dict) and "digest" in value:
        return f"{value.get('name', 'content')} ({value['digest']})"
    if isinstance(value, dict) and "float64" in value:
        return f"an array of shape {value['shape']}"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _phrase(name: str, mine: str, recorded: str) -> str:
    return f"{name} is {mine} in this run and {recorded} in the journal"
