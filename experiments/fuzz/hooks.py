"""Changes to requests of schemathesis, which loads this file."""

from __future__ import annotations

import os
from typing import Any

import schemathesis

MOST_ENTRIES = 20  # lists of 10⁵ entries take long to make; `hostile.py` and the tests send them
MOST_SECONDS = 1.0


@schemathesis.hook
def before_load_schema(context: Any, schema: dict[str, Any]) -> None:
    """Leave out long limits of lists."""
    del context
    _shorten(schema)


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    """Name the model that exists in most requests about models."""
    del context
    name = (path_parameters or {}).get("name")
    if isinstance(name, str) and len(name) % 4:
        path_parameters = {**path_parameters, "name": os.environ["FUZZ_MODEL"]}
    return path_parameters


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Shorten waits that the server would accept."""
    del context, kwargs
    wait = (case.query or {}).get("wait")
    if isinstance(wait, int | float) and MOST_SECONDS < wait <= 30:
        case.query["wait"] = MOST_SECONDS


def _shorten(part: Any) -> None:
    if isinstance(part, list):
        for each in part:
            _shorten(each)
    if isinstance(part, dict):
        if isinstance(part.get("maxItems"), int) and part["maxItems"] > MOST_ENTRIES:
            del part["maxItems"]
        for each in part.values():
            _shorten(each)
