"""Routes of keys, usage, health and metrics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from hybridq._version import __version__
from hybridq.core.errors import OutputError
from hybridq.service.api.context import Context, body_of, context_of, parsed
from hybridq.service.api.refusals import Refusal
from hybridq.service.api.schema import KEY
from hybridq.service.keys import Key

router = APIRouter()

_KEY_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/KeyRequest"}}},
    }
}


@router.get("/v1/keys", tags=["keys"])
async def list_keys(request: Request) -> dict[str, Any]:
    """List the keys of the tenant, without their secrets."""
    context = context_of(request)
    owner = await context.principal(request, "admin")
    found = await run_in_threadpool(context.keys.list, owner.tenant)
    return {"keys": [_shown(key) for key in found]}


@router.post("/v1/keys", status_code=201, tags=["keys"], openapi_extra=_KEY_BODY)
async def add_key(request: Request) -> dict[str, Any]:
    """Add a key for the tenant, and return it: it is shown this once only."""
    context = context_of(request)
    owner = await context.principal(request, "admin")
    asked = parsed(KEY, await body_of(request))
    key = await run_in_threadpool(
        lambda: context.keys.add(owner.tenant, scopes=asked.scopes, days=asked.days)
    )
    return {"id": key.split("_")[1], "key": key}


@router.delete("/v1/keys/{id}", status_code=204, tags=["keys"])
async def revoke_key(request: Request, id: str) -> Response:
    """Revoke a key of the tenant by its identifier, at once."""
    context = context_of(request)
    owner = await context.principal(request, "admin")
    plain = id.isascii() and id.isalnum()
    if not (plain and await run_in_threadpool(context.keys.revoke, id, owner.tenant)):
        raise Refusal(
            404, "unknown_key", "the tenant has no key of this identifier", hint="list the keys"
        )
    return Response(status_code=204)


@router.get("/v1/usage", tags=["usage"])
async def usage(
    request: Request,
    days: Annotated[int, Query(ge=1, le=366)] = 31,
    by: Literal["day", "tag"] = "day",
) -> dict[str, Any]:
    """Add up the work of the last days by kind of job, and by day or tag."""
    context = context_of(request)
    owner = await context.principal(request, "jobs:read")
    found = await run_in_threadpool(context.queue.usage, owner.tenant, days, by)
    return {"usage": found}


@router.get("/healthz", tags=["server"])
async def healthz() -> dict[str, str]:
    """Answer, without a look at anything else."""
    return {"status": "ok", "version": __version__}


@router.get("/readyz", tags=["server"])
async def readyz(request: Request) -> dict[str, str]:
    """Answer if the database takes writes; 503 if it is locked, full or gone."""
    await context_of(request).readiness.check()
    return {"status": "ok"}


@router.get("/metrics", tags=["server"], response_class=PlainTextResponse)
async def metrics(request: Request) -> PlainTextResponse:
    """Return figures of the server as Prometheus reads them."""
    context = context_of(request)
    lines = await run_in_threadpool(lambda: list(_metrics(context)))
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


def _metrics(context: Context) -> Iterator[str]:
    """Yield the lines of all metrics.

    Source: https://prometheus.io/docs/instrumenting/exposition_formats/
    """
    try:
        counts, age = context.queue.counts(), context.queue.oldest_age()
        sources = context.queue.sources()
    except OutputError:
        counts, age, sources = {}, None, {}
    yield "# TYPE hybridq_database_up gauge"
    yield f"hybridq_database_up {int(bool(counts))}"
    if counts:
        yield "# TYPE hybridq_jobs gauge"
        for state, number in counts.items():
            yield f'hybridq_jobs{{state="{state.word}"}} {number}'
        yield "# TYPE hybridq_jobs_by_source gauge"
        for source, number in sources.items():
            yield f'hybridq_jobs_by_source{{source="{source}"}} {number}'
    if age is not None:
        yield "# TYPE hybridq_oldest_waiting_seconds gauge"
        yield f"hybridq_oldest_waiting_seconds {age:.3f}"
    if context.workers is not None:
        yield "# TYPE hybridq_slots gauge"
        yield f"hybridq_slots {context.workers.slots}"
        yield "# TYPE hybridq_slots_busy gauge"
        yield f"hybridq_slots_busy {context.workers.running}"
    yield "# TYPE hybridq_answers_total counter"
    for status, number in sorted(context.answers.items()):
        yield f'hybridq_answers_total{{status="{status}"}} {number}'


def _shown(key: Key) -> dict[str, Any]:
    def time(seconds: float | None) -> str | None:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()

    return {
        "id": key.id,
        "scopes": list(key.scopes),
        "created": time(key.created),
        "expires": time(key.expires),
        "revoked": key.revoked,
    }
