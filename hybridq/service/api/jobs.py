"""Routes of jobs."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from time import monotonic
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError
from starlette.concurrency import run_in_threadpool

from hybridq.angles.references import is_reference
from hybridq.service.api.context import Context, body_of, check_scope, context_of, parsed
from hybridq.service.api.kinds import JOB, JOB_OR_JOBS, JOBS, MODEL_KINDS, SomeRequest
from hybridq.service.api.refusals import Refusal, unknown_job
from hybridq.service.api.schema import (
    MOST_JOBS,
    EvaluateRequest,
    SampleRequest,
    SolveRequest,
    body_schema,
)
from hybridq.service.api.views import JobList, JobView, view
from hybridq.service.keys import Principal
from hybridq.service.queue.records import InvalidKeyError, Job, State, Submission, is_joined
from hybridq.service.queue.repeating import Repeatable

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

MOST_WAIT = 30.0
"""Seconds for which a request waits for the end of jobs."""

_ID = r"^[0-9a-f-]{36}$"
_CHECK_SECONDS = 5.0  # between two looks without a notice


def _job_id(job: str) -> str:
    """Return an identifier of the right form; others name no job."""
    if re.fullmatch(_ID, job) is None:
        raise unknown_job()
    return job


def _with_zone(value: Any) -> Any:
    """Refuse numbers, which could be seconds, where RFC 3339 writes a time."""
    if isinstance(value, str) and not re.match(r"[0-9]{4}-", value):
        raise PydanticCustomError("datetime_parsing", "must be a time such as 2026-12-01T08:00:00Z")
    return value


Time = Annotated[AwareDatetime, BeforeValidator(_with_zone)]
JobId = Annotated[str, Depends(_job_id)]
Status = Literal["queued", "running", "completed", "failed", "cancelled"]
Wait = Annotated[float, Query(ge=0.0, le=MOST_WAIT, description="Seconds to wait for an end.")]
_SUBMISSION = body_schema(JOB_OR_JOBS)


_HEADERS = [
    {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A repeated request with it returns the jobs of the first.",
        "schema": {"type": "string", "pattern": r"^[!-~]{1,64}$"},
    },
    {
        "name": "Prefer",
        "in": "header",
        "description": "`wait=10` waits up to 10 seconds for the ends of the jobs.",
        "schema": {"type": "string"},
    },
]


@router.post(
    "",
    status_code=202,
    openapi_extra={**_SUBMISSION, "parameters": _HEADERS},
    response_model=JobView | JobList,
    responses={200: {"description": "All have ended.", "model": JobView | JobList}, 404: {}},
)
async def submit(request: Request) -> Response:
    """Submit one job or a list of up to 100, all or none.

    With `Idempotency-Key`, a repeated request returns the jobs of the first. With `Prefer:
    wait=SECONDS` the answer comes when all have ended, or after that time. 202 while some have not
    ended, else 200.
    """
    context = context_of(request)
    owner = await context.principal(request, "jobs:write", checked_later=True)
    body = await body_of(request)
    asked = await context.read(body, lambda: _requests(body))
    requests: Sequence[SomeRequest] = asked if isinstance(asked, list) else [asked]
    return await submitted(request, owner, requests, body, listed=isinstance(asked, list))


async def submitted(
    request: Request,
    owner: Principal,
    requests: Sequence[SomeRequest],
    body: bytes,
    *,
    listed: bool = False,
) -> Response:
    """Queue requests; return the answer to their submission.

    Args:
        request: of the client, whose headers count.
        owner: of the jobs.
        requests: what is queued, all or none.
        body: of the client's request, compared where its idempotency key comes again.
        listed: whether the answer is a list.

    Raises:
        Refusal: a job about a model, and a key without `models:write`.
        UnknownModelError: no model, version or alias that a request names.
    """
    context = context_of(request)
    if any(each.kind in MODEL_KINDS for each in requests):
        check_scope(owner, "models:write")
    key = _idempotency(request, body)
    models = context.models(owner)

    def read() -> list[Submission]:
        return [each.submission(models) for each in requests]

    if any(map(_names_models, requests)):
        submissions = await run_in_threadpool(read)
    else:
        submissions = await context.read(body, read)
    future = context.submissions.submit(owner.tenant, submissions, key, key=owner.key)
    try:
        jobs = await asyncio.wrap_future(future)
    except InvalidKeyError:
        context.keys.forget(owner.key)
        raise
    wait = _preferred_wait(request)
    if wait and not all(job.state.is_final for job in jobs):
        ids = [job.id for job in jobs]
        jobs = await _jobs_when(context, owner, ids, wait, every=True)
    if not jobs:  # a repeated request, whose jobs have been deleted
        raise unknown_job()
    views = await _views(context, owner, jobs)
    shown = JobList(jobs=views) if listed else views[0]
    headers = {} if listed else {"Location": views[0].links["self"]}
    ended = all(job.state.is_final for job in jobs)
    text = shown.model_dump_json(exclude={"next"} if listed else None)
    return Response(text, 200 if ended else 202, headers, "application/json")


@router.post("/estimate", openapi_extra=_SUBMISSION, responses={404: {}})
async def estimate(request: Request) -> dict[str, Any]:
    """Check a submission without queuing it, and show what would answer it."""
    context = context_of(request)
    owner = await context.principal(request, "jobs:read")
    body = await body_of(request)
    asked = await context.read(body, lambda: _requests(body))
    requests: Sequence[SomeRequest] = asked if isinstance(asked, list) else [asked]

    def look() -> dict[str, Any]:
        models = context.models(owner)
        waiting = context.queue.counts(owner.tenant)[State.QUEUED]
        return {
            "jobs": [
                {
                    "answered_by": context.queue.answered_by(
                        owner.tenant, each.submission(models).digest
                    ),
                    "evaluations_at_most": _most_evaluations(each),
                }
                for each in requests
            ],
            "waiting": waiting,
        }

    return await run_in_threadpool(look)


@router.get("", response_model=JobList)
async def list_jobs(
    request: Request,
    ids: Annotated[str | None, Query(description="Up to 100 ids, separated by commas.")] = None,
    status: Annotated[list[Status] | None, Query()] = None,
    kind: Annotated[str | None, Query(pattern=r"^[a-z.-]{1,32}$")] = None,
    tag: Annotated[str | None, Query(pattern=r"^[!-~]{1,64}$")] = None,
    created_after: Time | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(pattern=_ID)] = None,
    wait: Wait = 0.0,
) -> Response:
    """List jobs, the latest first; with `ids` and `wait`, when one of them has ended."""
    context = context_of(request)
    owner = await context.principal(request, "jobs:read")
    if ids is not None:
        wanted = [each for each in ids.split(",") if re.fullmatch(_ID, each)]
        if len(wanted) > MOST_JOBS:
            raise Refusal(422, "too_long", f"at most {MOST_JOBS} ids are accepted", pointer="ids")
        found = await _jobs_when(context, owner, wanted, wait, every=False)
        return _as_json(JobList(jobs=await _views(context, owner, found)))
    filters = {
        "states": [State[each.upper()] for each in status or ()],
        "kind": kind,
        "tag": tag,
        "created_after": None if created_after is None else created_after.timestamp(),
        "before": cursor,
        "limit": limit,
    }
    found = await run_in_threadpool(lambda: context.queue.jobs(owner.tenant, **filters))
    following = found[-1].id if len(found) == limit else None
    return _as_json(JobList(jobs=await _views(context, owner, found), next=following))


@router.get("/{job}")
async def get_job(request: Request, job: JobId, wait: Wait = 0.0) -> JobView:
    """Return a job, with `wait` when it has ended or after that time."""
    context = context_of(request)
    owner = await context.principal(request, "jobs:read")
    found = await _jobs_when(context, owner, [job], wait, every=True)
    if not found:
        raise unknown_job()
    return (await _views(context, owner, found))[0]


@router.post(
    "/{job}/cancel",
    status_code=202,
    responses={200: {"description": "It has ended.", "model": JobView}},
)
async def cancel(request: Request, job: JobId, response: Response) -> JobView:
    """Cancel a job in any state; one that has ended stays as it is."""
    context = context_of(request)
    owner = await context.principal(request, "jobs:write")
    if not await run_in_threadpool(context.queue.cancel, owner.tenant, job):
        raise unknown_job()
    found = await run_in_threadpool(context.queue.job, owner.tenant, job)
    if found is None:
        raise unknown_job()
    if found.state.is_final:
        response.status_code = 200
    return view(found)


@router.delete("/{job}", status_code=204, responses={409: {}})
async def delete(request: Request, job: JobId) -> Response:
    """Delete an ended job and its result."""
    context = context_of(request)
    owner = await context.principal(request, "jobs:write")
    done = await run_in_threadpool(context.queue.delete, owner.tenant, job)
    if done is None:
        raise unknown_job()
    if not done:
        raise Refusal(409, "not_ended", "the job has not ended", hint="cancel it first")
    return Response(status_code=204)


async def _jobs_when(
    context: Context, owner: Principal, ids: Sequence[str], seconds: float, *, every: bool
) -> list[Job]:
    """Return jobs in the order of `ids` once they have ended or the time is over."""
    end = monotonic() + seconds
    with context.pulse.watching(ids) as watched:
        while True:
            watched.look()
            found = await run_in_threadpool(
                lambda: context.queue.jobs(owner.tenant, ids=ids, limit=MOST_JOBS)
            )
            left = end - monotonic()
            ends = [job.state.is_final for job in found]
            if left <= 0 or not found or (all(ends) if every else any(ends)):
                known = {job.id: job for job in found}
                return [known[each] for each in ids if each in known]
            if not watched.follow(found):
                await watched.wait(min(left, _CHECK_SECONDS))


async def _views(context: Context, owner: Principal, jobs: Sequence[Job]) -> list[JobView]:
    """Return jobs as JSON shows them, with the places of waiting ones."""
    places = {job.id: job.position for job in jobs if job.position is not None}
    waiting = [
        job.id
        for job in jobs
        if job.state is State.QUEUED and job.id not in places and not is_joined(job)
    ]
    if waiting:
        places |= await run_in_threadpool(context.queue.positions, owner.tenant, waiting)
    return [view(job, places) for job in jobs]


def _as_json(jobs: JobList) -> Response:
    """Return jobs as an answer; FastAPI would check each of them once more."""
    return Response(jobs.model_dump_json(), media_type="application/json")


def _most_evaluations(request: SomeRequest) -> int | None:
    """Return the most evaluations of a job, None where its size decides."""
    if isinstance(request, SolveRequest):
        return request.options.max_evaluations
    if isinstance(request, EvaluateRequest):
        return len(request.points)
    return 1 if isinstance(request, SampleRequest) else None


def _names_models(request: SomeRequest) -> bool:
    """Return whether a request names models, which are looked up in the database."""
    initial = request.options.initial if isinstance(request, SolveRequest) else None
    return request.kind in MODEL_KINDS or is_reference(initial)


def _requests(body: bytes) -> SomeRequest | list[SomeRequest]:
    """Return the submission or the submissions in a body."""
    return parsed(JOBS, body) if body.lstrip()[:1] == b"[" else parsed(JOB, body)


def _idempotency(request: Request, body: bytes) -> Repeatable | None:
    """Return the idempotency key of a request, with the digest of its body."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= 64 or not all("!" <= sign <= "~" for sign in key):
        raise Refusal(
            422,
            "invalid_idempotency_key",
            "Idempotency-Key must be 1 to 64 printable ASCII characters without blanks",
            pointer="Idempotency-Key",
        )
    return Repeatable(key, hashlib.sha256(body).digest())


def _preferred_wait(request: Request) -> float:
    """Return the seconds of ``Prefer: wait=10`` (RFC 7240), 0 without it."""
    for part in request.headers.get("prefer", "").split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "wait" and value.isascii() and value.isdigit():
            return min(float(value[:6]), MOST_WAIT)
    return 0.0
