"""Use of the results of isomorphic graphs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hybridq.core.errors import OutputError
from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.records import Claimed, saved

_MOST_TRIED = 3  # results of one shape; more than one means that the shape does not tell apart

Plain = dict[str, Any]


def solve_or_relabel(
    queue: Queue, claimed: Claimed, request: Plain, run: Callable[[Plain], Plain | None]
) -> Plain | None:
    """Return the end of a job, with the result of an isomorphic one if there is one.

    Args:
        queue: holds the results.
        claimed: the job.
        request: its request.
        run: runs a request in the process of the slot; None if interrupted.
    """
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
