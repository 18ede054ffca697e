"""Routes of server-sent events: of one job, and of all jobs of a tenant."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from hybridq.service.api.context import Context, context_of
from hybridq.service.api.jobs import JobId
from hybridq.service.api.refusals import Refusal, unknown_job
from hybridq.service.api.views import view
from hybridq.service.keys import Principal
from hybridq.service.queue.records import State

router = APIRouter(prefix="/v1/jobs", tags=["events"])

MOST_STREAMS = 10
"""Open streams of events of one key."""

MOST_FOLLOWED = 50
"""Jobs that the stream of all jobs follows, the latest ones."""

_CHECK_SECONDS = 5.0  # between two looks without a notice
_LIST_PAUSE_SECONDS = 0.2
_COMMENT_SECONDS = 15.0


@router.get("/events", response_class=StreamingResponse)
async def all_events(request: Request) -> StreamingResponse:
    """Stream the latest 50 jobs, and their changes, as server-sent events.

    An event `job` holds a job without its place in the queue; `deleted` holds an `id`.
    """
    context = context_of(request)
    owner = await context.principal(request, "jobs:read")
    return _response(context, owner, _list_stream(context, owner))


@router.get("/{job}/events", response_class=StreamingResponse)
async def events(request: Request, job: JobId) -> StreamingResponse:
    """Stream changes of a job as server-sent events: `status`, `progress`, `end`.

    The identifier of an event is the job's revision; with `Last-Event-ID` a stream begins with the
    first later one.
    """
    context = context_of(request)
    owner = await context.principal(request, "jobs:read")
    last = request.headers.get("last-event-id", "")
    seen = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else 0
    if await run_in_threadpool(context.queue.job, owner.tenant, job) is None:
        raise unknown_job()
    return _response(context, owner, _stream(context, owner, job, seen))


def _response(context: Context, owner: Principal, events: AsyncIterator[str]) -> StreamingResponse:
    """Return a stream as the answer, unless the key has too many.

    Raises:
        Refusal: it has.
    """
    if context.streams[owner.key] >= MOST_STREAMS:
        detail = f"the key has {MOST_STREAMS} open streams"
        raise Refusal(429, "too_many_streams", detail, headers={"Retry-After": "5"})

    async def counted() -> AsyncIterator[str]:
        context.streams[owner.key] += 1
        try:
            async for event in events:
                yield event
        finally:
            context.streams[owner.key] -= 1

    return StreamingResponse(
        counted(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def _stream(context: Context, owner: Principal, name: str, seen: int) -> AsyncIterator[str]:
    """Yield the changes of a job until it has ended."""
    shown: tuple[State, bool] | None = None
    quiet_since = monotonic()
    with context.pulse.watching([name]) as watched:
        while True:
            watched.look()
            job = await run_in_threadpool(context.queue.job, owner.tenant, name)
            if job is None:  # deleted meanwhile
                return
            if job.revision > seen or (job.state.is_final and shown is None):
                seen, quiet_since = job.revision, monotonic()
                now = (job.state, job.cancel_requested)
                kind = "end" if job.state.is_final else "progress" if now == shown else "status"
                shown = now
                data = job.progress if kind == "progress" else view(job).model_dump()
                yield f"id: {seen}\n{_event(kind, data)}"
                if kind == "end":
                    return
            elif monotonic() - quiet_since > _COMMENT_SECONDS:
                quiet_since = monotonic()
                yield ": nothing new\n\n"
            if not watched.follow([job]):
                await watched.wait(_CHECK_SECONDS)


async def _list_stream(context: Context, owner: Principal) -> AsyncIterator[str]:
    """Yield the latest jobs of a tenant, and each one again that changes."""
    seen: dict[str, int] = {}
    quiet_since = monotonic()
    with context.pulse.watching() as watched:
        while True:
            watched.look()
            jobs = await run_in_threadpool(
                lambda: context.queue.jobs(owner.tenant, limit=MOST_FOLLOWED)
            )
            new = [_event("job", view(job).model_dump()) for job in reversed(jobs)
                   if seen.get(job.id) != job.revision]  # fmt: skip
            # Identifiers increase with time: older ones than the last have left the window.
            first = jobs[-1].id if len(jobs) == MOST_FOLLOWED else ""
            found = {job.id: job.revision for job in jobs}
            new += [
                _event("deleted", {"id": job}) for job in seen if job > first and job not in found
            ]
            seen = found
            if new:
                quiet_since = monotonic()
                yield "".join(new)
            elif monotonic() - quiet_since > _COMMENT_SECONDS:
                quiet_since = monotonic()
                yield ": nothing new\n\n"
            await watched.wait(_CHECK_SECONDS, pause=_LIST_PAUSE_SECONDS)


def _event(kind: str, data: Any) -> str:
    """Return an event as the stream writes it."""
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n"
