"""Routes of webhooks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field, TypeAdapter
from starlette.concurrency import run_in_threadpool

from hybridq.service.api.context import body_of, context_of, parsed
from hybridq.service.api.refusals import Refusal
from hybridq.service.api.schema import Closed
from hybridq.service.webhooks.registered import Webhook
from hybridq.service.webhooks.targets import LONGEST

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])


class WebhookRequest(Closed):
    """A webhook of the tenant."""

    url: Annotated[str, Field(max_length=LONGEST, pattern=r"^https://[!-~]+$")]
    """Address of a host that the operator allows; it gets a POST when a job of the tenant ends."""


_WEBHOOK: TypeAdapter[WebhookRequest] = TypeAdapter(WebhookRequest)
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/WebhookRequest"}}
        },
    }
}


@router.get("")
async def list_webhooks(request: Request) -> dict[str, Any]:
    """List the webhooks of the tenant.

    Each has the numbers of notices that wait and that were given up, and the last error.
    """
    context = context_of(request)
    owner = await context.principal(request, "admin")
    found = await run_in_threadpool(context.webhooks.list, owner.tenant)
    return {"webhooks": [_shown(each) for each in found]}


@router.post("", status_code=201, openapi_extra=_BODY)
async def add_webhook(request: Request) -> dict[str, Any]:
    """Add a webhook; return the secret of its signatures, shown this once only."""
    context = context_of(request)
    owner = await context.principal(request, "admin")
    asked = parsed(_WEBHOOK, await body_of(request))
    name, secret = await run_in_threadpool(context.webhooks.add, owner.tenant, asked.url)
    return {"id": name, "secret": secret}


@router.delete("/{id}", status_code=204)
async def delete_webhook(request: Request, id: str) -> Response:
    """Delete a webhook, and its notices that have not been delivered."""
    context = context_of(request)
    owner = await context.principal(request, "admin")
    plain = id.isascii() and id.isprintable()
    if not (plain and await run_in_threadpool(context.webhooks.delete, owner.tenant, id)):
        detail = "the tenant has no webhook of this identifier"
        raise Refusal(404, "unknown_webhook", detail, hint="list the webhooks")
    return Response(status_code=204)


def _shown(webhook: Webhook) -> dict[str, Any]:
    created = datetime.fromtimestamp(webhook.created, UTC).isoformat()
    return {**vars(webhook), "created": created}
