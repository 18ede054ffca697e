"""Routes of results: as data, in sentences, and as pictures."""

from __future__ import annotations

import json
import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from hybridq.service.api.context import Context, context_of
from hybridq.service.api.jobs import JobId
from hybridq.service.api.refusals import Refusal, unknown_job
from hybridq.service.keys import Principal

router = APIRouter(prefix="/v1/jobs/{job}", tags=["results"])

_PICTURE = re.compile(r"[a-z0-9-]{1,64}")


@router.get("/result", responses={409: {}})
async def get_result(request: Request, job: JobId) -> Response:
    """Return the result of a completed job, as `hybridq solve --json` writes it."""
    context = context_of(request)
    owner = await context.principal(request, "jobs:read")
    text = await run_in_threadpool(context.queue.result, owner.tenant, job)
    if text is None:
        raise await _without(context, owner, job, "result")
    return Response(text, media_type="application/json")


@router.get("/report", responses={409: {}})
async def get_report(request: Request, job: JobId) -> dict[str, Any]:
    """Return the sentences about a result, and links to its pictures."""
    context = context_of(request)
    owner = await context.principal(request, "jobs:read")
    found = await run_in_threadpool(context.queue.sentences, owner.tenant, job)
    if found is None:
        raise await _without(context, owner, job, "report")
    text, pictures = found
    links = [{"name": name, "link": f"/v1/jobs/{job}/pictures/{name}"} for name in pictures]
    return {**json.loads(text), "pictures": links}


_IMAGES = {"content": {"image/svg+xml": {}, "image/png": {}}, "description": "The picture."}


@router.get("/pictures/{picture}", response_class=Response, responses={200: _IMAGES, 409: {}})
async def get_picture(request: Request, job: JobId, picture: str) -> Response:
    """Return a picture of a result, drawn if the submission asked for `pictures`."""
    context = context_of(request)
    owner = await context.principal(request, "jobs:read")
    found = None
    if _PICTURE.fullmatch(picture):
        found = await run_in_threadpool(context.queue.picture, owner.tenant, job, picture)
    if found is None:
        raise await _without(context, owner, job, "picture")
    return Response(found.body, media_type=found.type)


async def _without(context: Context, owner: Principal, job: str, what: str) -> Refusal:
    """Return the refusal for a job without a result, a report or a picture."""
    found = await run_in_threadpool(context.queue.job, owner.tenant, job)
    if found is None:
        return unknown_job()
    state = f"the job is {found.state.word}"
    if not found.state.is_final:
        return Refusal(409, "not_ended", state, hint="get the job with ?wait=30")
    if what == "picture":
        detail = "the result has no such picture"
        return Refusal(404, "no_picture", detail, hint="submit with pictures, see the report")
    detail = state if what == "result" else f"{state}, and has no {what}"
    return Refusal(409, f"no_{what}", detail, hint="see its kind and its error")
