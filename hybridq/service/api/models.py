"""Routes of models: versions of trained angles, their evaluations and aliases."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from hybridq.angles.aliases import ANY, Promotion
from hybridq.angles.content import content_of
from hybridq.angles.references import Reference
from hybridq.ansatz.learned_angles import LearnedAngles
from hybridq.service.api.context import body_of, check_scope, context_of, parsed
from hybridq.service.api.jobs import submitted
from hybridq.service.api.kinds import EVALUATION, EvaluateModelRequest
from hybridq.service.api.model_schema import (
    ALIAS_PATTERN,
    PROMOTE,
    REGISTER,
    ROLL_BACK,
    PromoteRequest,
)
from hybridq.service.api.refusals import Refusal

router = APIRouter(prefix="/v1/models", tags=["models"])

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_WHICH = re.compile(r"[1-9][0-9]{0,8}|[a-z][a-z0-9-]{0,63}")


def _unknown() -> Refusal:
    return Refusal(404, "unknown_model", "the model does not exist", hint="list the models")


def _model_name(name: str) -> str:
    """Return a name of the right form; others name no model."""
    if _NAME.fullmatch(name) is None:
        raise _unknown()
    return name


def _which(version: str) -> str:
    """Return a number or an alias of the right form; others name no version."""
    if _WHICH.fullmatch(version) is None:
        raise _unknown()
    return version


Name = Annotated[str, Depends(_model_name)]
Which = Annotated[str, Depends(_which)]
AliasInPath = Annotated[str, Path(pattern=ALIAS_PATTERN)]


def body_reference(model: str) -> dict[str, Any]:
    """Return the part of an OpenAPI operation that names the model of its body."""
    schema = {"$ref": f"#/components/schemas/{model}"}
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


@router.get("")
async def list_models(request: Request) -> dict[str, Any]:
    """List the tenant's models: name, number of versions, aliases."""
    context = context_of(request)
    owner = await context.principal(request, "models:read")
    return {"models": await run_in_threadpool(context.models(owner).models)}


@router.get("/{name}", response_model=dict[str, Any])
async def get_model(request: Request, name: Name) -> Response:
    """Return a model with versions, aliases, evaluations and history of moves."""
    context = context_of(request)
    owner = await context.principal(request, "models:read")
    return JSONResponse(await run_in_threadpool(context.models(owner).model, name))


@router.get("/{name}/versions/{version}")
async def get_version(request: Request, name: Name, version: Which) -> dict[str, Any]:
    """Return a version, by number or alias, with its content and evaluations."""
    context = context_of(request)
    owner = await context.principal(request, "models:read")
    registry = context.models(owner)
    return await run_in_threadpool(registry.version, Reference.parse(f"{name}@{version}"))


@router.get("/{name}/evaluations")
async def list_evaluations(request: Request, name: Name) -> dict[str, Any]:
    """List the evaluations of a model, the latest first, with all instances."""
    context = context_of(request)
    owner = await context.principal(request, "models:read")
    found = await run_in_threadpool(context.models(owner).evaluations, name)
    return {"evaluations": found}


@router.post(
    "/{name}/evaluations", status_code=202, openapi_extra=body_reference("EvaluationFields")
)
async def evaluate(request: Request, name: Name) -> Response:
    """Submit a paired evaluation on held-out instances: a job, whose end stores it."""
    context = context_of(request)
    owner = await context.principal(request, "models:write")
    check_scope(owner, "jobs:write")
    body = await body_of(request)
    asked = await context.read(body, lambda: parsed(EVALUATION, body))
    fields = {key: getattr(asked, key) for key in asked.model_fields_set}
    job = EvaluateModelRequest(kind="models.evaluate", model=name, **fields)
    return await submitted(request, owner, [job], body)


@router.post(
    "/{name}/versions",
    status_code=201,
    openapi_extra=body_reference("RegisterRequest"),
    responses={200: {"description": "A version has this content already."}},
)
async def register(request: Request, name: Name) -> Response:
    """Register learned angles: 201, or 200 where a version has this content already."""
    context = context_of(request)
    owner = await context.principal(request, "models:write")
    body = await body_of(request)

    def read() -> str:
        asked = parsed(REGISTER, body)
        return content_of(
            LearnedAngles.from_plain(asked.angles, "angles"),
            family=asked.family,
            sign=asked.sign,
            provenance=asked.provenance,
        )

    content = await context.read(body, read)

    def add() -> Response:
        registry = context.models(owner)
        number, is_new = registry.register(name, content)
        found = registry.version(Reference(name, number))
        headers = {"Location": f"/v1/models/{name}/versions/{number}"}
        return JSONResponse(found, 201 if is_new else 200, headers)

    return await run_in_threadpool(add)


@router.put(
    "/{name}/aliases/{alias}",
    response_model=dict[str, Any],
    openapi_extra=body_reference("PromoteRequest"),
    responses={409: {}},
)
async def promote(request: Request, name: Name, alias: AliasInPath) -> Response:
    """Move an alias to a version that the gate lets pass, or by force with a reason.

    409 where no evaluation allows it, or where the alias has moved meanwhile.
    """
    context = context_of(request)
    owner = await context.principal(request, "models:promote")
    asked = parsed(PROMOTE, await body_of(request))
    move = _promotion(alias, asked)
    return JSONResponse(await run_in_threadpool(context.models(owner).promote, name, move))


@router.post(
    "/{name}/rollback",
    response_model=dict[str, Any],
    openapi_extra=body_reference("RollBackRequest"),
    responses={409: {}},
)
async def roll_back(request: Request, name: Name) -> Response:
    """Move an alias back to an earlier version; return the model."""
    context = context_of(request)
    owner = await context.principal(request, "models:promote")
    asked = parsed(ROLL_BACK, await body_of(request))
    registry = context.models(owner)
    found = await run_in_threadpool(
        lambda: registry.roll_back(
            name,
            alias=asked.alias,
            to=asked.to,
            if_version=asked.if_version if "if_version" in asked.model_fields_set else ANY,
            reason=asked.reason,
        )
    )
    return JSONResponse(found)


def _promotion(alias: str, asked: PromoteRequest) -> Promotion:
    """Return the move that a request asks for."""
    return Promotion(
        asked.version,
        alias,
        if_version=asked.if_version if "if_version" in asked.model_fields_set else ANY,
        evaluation=asked.evaluation,
        force=asked.force,
        reason=asked.reason,
        share=asked.canary,
    )
