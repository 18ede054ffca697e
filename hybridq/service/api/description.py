"""The description of the API as OpenAPI, with all refusals."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from hybridq.service.api.kinds import EvaluateModelRequest, EvaluationFields, LearnRequest
from hybridq.service.api.model_schema import PromoteRequest, RegisterRequest, RollBackRequest
from hybridq.service.api.refusals import MEDIA_TYPE
from hybridq.service.api.schema import (
    REFERENCE,
    EvaluateRequest,
    KeyRequest,
    SampleRequest,
    SolveRequest,
)
from hybridq.service.api.webhooks import WebhookRequest

Plain = dict[str, Any]

_BODIES = (
    SolveRequest,
    EvaluateRequest,
    SampleRequest,
    LearnRequest,
    EvaluateModelRequest,
    EvaluationFields,
    KeyRequest,
    RegisterRequest,
    PromoteRequest,
    RollBackRequest,
    WebhookRequest,
)
_WITHOUT_KEY = ("/healthz", "/readyz", "/metrics")
_ALWAYS = (401, 403, 429, 503)
_WITH_BODY = (400, 408, 411, 413, 415, 422)
_FIELDS = {
    "type": ("string", "Always about:blank."),
    "title": ("string", "Words for the status."),
    "status": ("integer", "HTTP status."),
    "code": ("string", "For programs."),
    "detail": ("string", "For people."),
    "pointer": ("string", "JSON pointer or name of the part at fault."),
    "hint": ("string", "Advice."),
    "request_id": ("string", "That of the logs and of X-Request-ID."),
}
_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "A refusal (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        name: {"type": kind, "description": text} for name, (kind, text) in _FIELDS.items()
    },
}


def describe(app: FastAPI) -> Callable[[], Plain]:
    """Return a function that describes the API of `app`, made once."""
    made = app.openapi

    def openapi() -> Plain:
        if app.openapi_schema is not None:
            return app.openapi_schema
        found = made()
        parts = found.setdefault("components", {})
        parts["schemas"] = {
            **parts.get("schemas", {}),
            **_components(*_BODIES),
            "Problem": _PROBLEM,
        }
        for unused in ("HTTPValidationError", "ValidationError"):
            parts["schemas"].pop(unused, None)
        parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        found["security"] = [{"key": []}]
        for path, operations in found["paths"].items():
            for operation in operations.values():
                _add_refusals(path, operation)
        return found

    return openapi


def _add_refusals(path: str, operation: Plain) -> None:
    """Describe the refusals of an operation."""
    answers = operation["responses"]
    places = {each["in"] for each in operation.get("parameters", ())}
    statuses = {int(status) for status in answers if int(status) >= 400} - {422}
    if path in _WITHOUT_KEY:
        operation["security"] = []
        statuses |= {503} if path == "/readyz" else set()
    else:
        statuses |= set(_ALWAYS)
    statuses |= {404} if "path" in places else set()
    statuses |= {422} if "query" in places else set()
    statuses |= set(_WITH_BODY) if "requestBody" in operation else set()
    answers.pop("422", None)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in sorted(statuses):
        answers[str(status)] = {"description": HTTPStatus(status).phrase, "content": content}


def _components(*models: type[BaseModel]) -> dict[str, Any]:
    """Return the schemas of models and of those that they refer to, by name."""
    found: dict[str, Any] = {}
    for model in models:
        schema = model.model_json_schema(ref_template=REFERENCE)
        found |= schema.pop("$defs", {})
        found[model.__name__] = schema
    _close(found)
    return found


def _close(schema: Any) -> None:
    """Add that names of other patterns are refused, which pydantic leaves out."""
    if isinstance(schema, dict):
        if "patternProperties" in schema:
            schema.setdefault("additionalProperties", False)
        for part in schema.values():
            _close(part)
    elif isinstance(schema, list):
        for part in schema:
            _close(part)
