"""Refusals as problem details (RFC 9457), with a code, a pointer and a hint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from hybridq.angles.aliases import MovedError
from hybridq.angles.evaluations import GateError
from hybridq.angles.versions import UnknownModelError
from hybridq.core.errors import HybridqError, OutputError
from hybridq.service.api.kinds import KINDS
from hybridq.service.queue.records import InvalidKeyError, QuotaError, RepeatedKeyError

_MEMBERS = ("str", "bool", "int", "float")

MEDIA_TYPE = "application/problem+json"


class Refusal(Exception):
    """A request that is refused.

    Args:
        status: HTTP status.
        code: for programs, in lower case with underscores.
        detail: for people, one sentence.
        pointer: JSON pointer or name of the part at fault.
        hint: advice, an imperative.
        headers: further headers of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        pointer: str | None = None,
        hint: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.pointer, self.hint = pointer, hint
        self.headers = dict(headers or {})

    def response(self, request: Request) -> Response:
        """Return the answer."""
        fields = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "pointer": self.pointer,
            "hint": self.hint,
            "request_id": getattr(request.state, "request_id", None),
        }
        body = {name: value for name, value in fields.items() if value is not None}
        return Response(json.dumps(body), self.status, self.headers, MEDIA_TYPE)


def invalid_key() -> Refusal:
    """Return the refusal of a request without a key that holds."""
    return Refusal(
        401,
        "invalid_key",
        "a valid API key is required",
        hint="send it as 'Authorization: Bearer KEY'",
        headers={"WWW-Authenticate": "Bearer"},
    )


def unknown_job() -> Refusal:
    """Return the refusal of a job that does not exist, or that another tenant owns."""
    return Refusal(404, "unknown_job", "the job does not exist", hint="check its id")


SEE_SCHEMA = "see /openapi.json for the fields and their limits"


def of_validation(first: Mapping[str, Any]) -> Refusal:
    """Return the refusal of a request that does not fit the schema.

    Args:
        first: an error of pydantic.
    """
    # Members of a union are named in the place too, which pointers do not have.
    place = [part for part in first["loc"] if not _is_member(part)]
    start = 1 if place and isinstance(place[0], int) else 0
    if place[start : start + 1] in [[kind] for kind in KINDS]:
        del place[start]
    if first["type"].startswith("union_tag"):
        place.append("kind")
    parts = [str(part) for part in place]
    pointer = "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in parts)
    detail = str(first["msg"])
    return Refusal(
        422,
        str(first["type"]),
        f"{pointer or 'the body'}: {detail[:1].lower()}{detail[1:]}"[:1000],
        pointer=pointer,
        hint=SEE_SCHEMA,
    )


def _is_member(part: int | str) -> bool:
    """Return whether a part of a place names a type, such as ``list[any]``."""
    text = str(part)
    return isinstance(part, str) and ("[" in text or text in _MEMBERS)


def of_hybridq(error: HybridqError) -> Refusal:
    """Return the refusal for an error of the library or of the queue."""
    if isinstance(error, QuotaError):
        return Refusal(
            429,
            "quota_exceeded",
            str(error.message),
            hint=str(error.remedy),
            headers={"Retry-After": str(int(error.seconds) + 1)},
        )
    if isinstance(error, InvalidKeyError):
        return invalid_key()
    if isinstance(error, RepeatedKeyError):
        return Refusal(422, "idempotency_key_reused", str(error.message), hint=str(error.remedy))
    if isinstance(error, UnknownModelError):
        return Refusal(404, "unknown_model", str(error.message), hint=str(error.remedy))
    if isinstance(error, GateError):
        return Refusal(409, "gate_refused", str(error.message), hint=str(error.remedy))
    if isinstance(error, MovedError):
        return Refusal(409, "alias_moved", str(error.message), hint=str(error.remedy))
    if isinstance(error, OutputError):
        return Refusal(
            503,
            "database_unavailable",
            "the database cannot be used at present",
            hint="try again; a submission was not accepted",
            headers={"Retry-After": "2"},
        )
    return Refusal(422, "invalid_request", str(error), pointer=error.argument)


def _methods(request: Request) -> list[str]:
    """Return all methods of a path, of which the framework names those of one route."""
    path = getattr(request.scope.get("route"), "path", None)
    described = request.app.openapi()["paths"].get(path, {"get": {}})
    return sorted(method.upper() for method in described)


def install(app: FastAPI) -> None:
    """Answer every failure of `app` with problem details."""

    @app.exception_handler(Refusal)
    async def refuse(request: Request, error: Refusal) -> Response:
        return error.response(request)

    @app.exception_handler(RequestValidationError)
    async def refuse_parameters(request: Request, error: RequestValidationError) -> Response:
        return of_validation(error.errors()[0]).response(request)

    @app.exception_handler(ClientDisconnect)
    async def leave(request: Request, error: ClientDisconnect) -> Response:
        return Refusal(400, "no_body", "the client left before its body ended").response(request)

    @app.exception_handler(HybridqError)
    async def refuse_work(request: Request, error: HybridqError) -> Response:
        return of_hybridq(error).response(request)

    @app.exception_handler(HTTPException)
    async def refuse_route(request: Request, error: HTTPException) -> Response:
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
        headers: Any = error.headers
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers = {"Allow": ", ".join(_methods(request))}
        refusal = Refusal(error.status_code, code, str(error.detail), headers=headers)
        return refusal.response(request)

    @app.exception_handler(Exception)
    async def fail(request: Request, error: Exception) -> Response:
        detail = "an unexpected failure of the server"
        return Refusal(500, "internal", detail).response(request)
