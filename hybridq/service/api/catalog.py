"""Routes of everything that a job can choose by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from hybridq._version import __version__
from hybridq.core.errors import OutputError
from hybridq.service.api.context import MOST_BYTES, context_of
from hybridq.service.api.events import MOST_STREAMS
from hybridq.service.api.jobs import MOST_WAIT
from hybridq.service.api.refusals import Refusal
from hybridq.service.api.schema import MOST_DEPTH, MOST_EDGES, MOST_JOBS, MOST_POINTS
from hybridq.service.queue.records import State

router = APIRouter(prefix="/v1", tags=["catalog"])

Plain = dict[str, Any]

LIMITS = {
    "bytes": MOST_BYTES,
    "jobs_of_a_request": MOST_JOBS,
    "depth": MOST_DEPTH,
    "entries_of_a_list": MOST_EDGES,
    "points": MOST_POINTS,
    "wait_seconds": MOST_WAIT,
    "streams": MOST_STREAMS,
}
"""Limits of a request."""


@router.get("/families", responses={404: {}})
async def families(request: Request) -> Plain:
    """Return families of problems and their options, and other choices of a job.

    An option has `name`, `help`, `type` (integer, number, boolean, text, json), `default`, and
    `choices` where it takes a name. `optimizers`, `strategies` and `objectives` have options too.
    """
    return {name: part for name, part in (await _catalog(request)).items() if name != "engines"}


@router.get("/engines", responses={404: {}})
async def engines(request: Request) -> Plain:
    """Return simulators, limits of a request, and how busy the service is."""
    found = await _catalog(request)
    context = context_of(request)
    counts = await run_in_threadpool(context.queue.counts)
    workers = context.workers
    return {
        "version": __version__,
        "engines": found["engines"],
        "limits": LIMITS,
        "waiting": counts[State.QUEUED],
        "running": counts[State.RUNNING],
        "slots": None if workers is None else workers.slots,
    }


async def _catalog(request: Request) -> Plain:
    """Return the catalog to the owner of a key."""
    context = context_of(request)
    await context.principal(request, "jobs:read")
    make: Callable[[], Plain] | None = context.catalog
    if make is None:
        raise Refusal(404, "no_catalog", "this server has no catalog", hint="ask another server")
    try:
        return await run_in_threadpool(make)
    except OutputError:
        detail = "the list of what jobs can choose cannot be made at present"
        raise Refusal(503, "no_catalog", detail, headers={"Retry-After": "10"}) from None
