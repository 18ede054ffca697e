"""Use of the results of isomorphic graphs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hybridq.core.errors import OutputError
from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.records import Claimed, saved

_MOST_BYTES = 2**18  # of a request; 64 nodes have at most 2,016 edges
_MOST_TRIED = 3  # results of one shape; more than one means that the shape does not tell apart

Plain = dict[str, Any]


def may_relabel(claimed: Claimed) -> bool:
    """Return whether a job takes the result of an isomorphic graph, and may have one.

    Large requests, which would take memory of the server, are of too many nodes.
    """
    text = claimed.request
    may = len(text) <= _MOST_BYTES and '"isomorphic"' in text
    return may and bool(json.loads(text).get("isomorphic"))


def solve_or_relabel(
    queue: Queue, claimed: Claimed, run_text: Callable[[str], Plain | None]
) -> Plain | None:
    """Return the end of a job, with the result of an isomorphic one if there is one.

    Args:
        queue: holds the results.
        claimed: the job.
        run_text: runs a request in the process of the slot; None if interrupted.
    """

    def run(request: Plain) -> Plain | None:
        return run_text(json.dumps(request))

    request = json.loads(claimed.request)
    problem = request["problem"]
    asked = {"kind": "shape", "problem": problem, "options": request["options"]}
    end = run(asked)
    if end is None or end["state"] != "completed" or json.loads(end["result"]) is None:
        return end if end is None else run(request)
    shape = bytes.fromhex(json.loads(end["result"]))
    seconds = end["usage"]["cpu_seconds"]
    try:
        solved = queue.alike(claimed.tenant, shape, _MOST_TRIED)
    except OutputError:  # nothing is reused while the database fails
        solved = []
    for other in solved:
        known = {"other": json.loads(other.request)["problem"], "result": other.result}
        end = run({"kind": "relabel", "problem": problem, **known})
        if end is None:
            return None
        if end["state"] == "completed" and end["result"] != "null":
            usage = saved(other.usage) | {"cpu_seconds": seconds + end["usage"]["cpu_seconds"]}
            return {**end, "usage": usage, "source": f"relabelled:{other.id}", "shape": None}
    end = run(request)
    is_known = end is not None and end.get("reusable", False)
    return {**end, "shape": shape} if end is not None and is_known else end
