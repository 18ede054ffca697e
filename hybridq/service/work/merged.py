"""Several jobs that evaluate one circuit, run as one: its simulator is made once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

MERGED_KIND = "evaluate"

MOST_POINTS = 16_384
"""Points that are evaluated together."""

Plain = dict[str, Any]


def merged_request(requests: Sequence[str]) -> str:
    """Return one request with the points of all, in order; one alone is not read."""
    if len(requests) == 1:
        return requests[0]
    found = [json.loads(each) for each in requests]
    return json.dumps({**found[0], "points": [point for each in found for point in each["points"]]})


def ends_of(end: Plain | None, requests: Sequence[str]) -> list[Plain | None]:
    """Return the end of each job from that of the merged one, None if interrupted.

    Each job has its own values, and a share of the time in proportion to its points.
    """
    if end is None or len(requests) == 1:
        return [end] * len(requests)
    values = json.loads(end["result"])["values"]
    found: list[Plain | None] = []
    start = 0
    for each in requests:
        own = len(json.loads(each)["points"])
        share = own / len(values)
        usage = {name: value * share for name, value in end["usage"].items()}
        usage |= dict.fromkeys(("circuits", "evaluations"), own) | {"merged": 1}
        result = json.dumps({"values": values[start : start + own]})
        found.append({**end, "result": result, "usage": usage})
        start += own
    return found
