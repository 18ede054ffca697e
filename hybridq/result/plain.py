"""Values in the types that JSON knows."""

from __future__ import annotations

from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """`value` in types that JSON knows; node labels become strings."""
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
    return value
