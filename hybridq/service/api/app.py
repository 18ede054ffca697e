"""The application: routes, refusals, request identifiers and headers."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hybridq._version import __version__
from hybridq.service.api import catalog as catalogs
from hybridq.service.api import events, jobs, models, page, refusals, results, server, webhooks
from hybridq.service.api.context import Context, Rates, Workers
from hybridq.service.api.description import describe
from hybridq.service.api.pulse import Pulse
from hybridq.service.api.readiness import Readiness
from hybridq.service.keys import Keys, valid_keys
from hybridq.service.queue.grouping import GroupedSubmissions
from hybridq.service.queue.jobs import Queue
from hybridq.service.webhooks.registered import Webhooks
from hybridq.service.webhooks.targets import Targets

_log = logging.getLogger("hybridq.service.requests")
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)

RATE, BURST = 50.0, 200
"""Requests a second of one key, and at once after a pause."""

_KEYS = 4  # of a tenant that may reach their limits at once


def create_app(
    queue: Queue,
    *,
    workers: Workers | None = None,
    catalog: Callable[[], dict[str, Any]] | None = None,
    rate: float = RATE,
    burst: int = BURST,
    targets: Targets | None = None,
) -> FastAPI:
    """Return the application over a queue.

    Args:
        queue: the jobs.
        workers: of this process, for metrics.
        catalog: returns what jobs can choose by name.
        rate: requests a second of one key.
        burst: requests of one key at once after a pause.
        targets: addresses that webhooks may have; none by default.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        keys = Keys(queue.database)
        context = Context(
            queue=queue,
            submissions=GroupedSubmissions(queue, valid_keys),
            keys=keys,
            webhooks=Webhooks(queue.database, keys.secret_of, targets or Targets()),
            readiness=Readiness(queue.probe),
            pulse=Pulse(queue.changes),
            rates=Rates(rate, burst),
            tenant_rates=Rates(_KEYS * rate, _KEYS * burst),
            workers=workers,
            catalog=catalog,
        )
        app.state.context = context
        context.pulse.begin()
        yield
        context.pulse.end()
        context.submissions.close()
        context.close()

    app = FastAPI(
        title="hybridq",
        version=__version__,
        description="Jobs of hybrid quantum-classical optimization.",
        lifespan=lifespan,
        docs_url=None,  # a page that loads scripts of other hosts
        redoc_url=None,
    )
    app.include_router(events.router)  # before /v1/jobs/{job}
    app.include_router(jobs.router)
    app.include_router(results.router)
    app.include_router(catalogs.router)
    app.include_router(models.router)
    app.include_router(server.router)
    app.include_router(webhooks.router)
    app.include_router(page.router)
    refusals.install(app)
    app.openapi = describe(app)  # type: ignore[method-assign]

    app.add_middleware(Observed, state=app.state)
    return app


class Observed:
    """Middleware that names, counts and logs requests, and adds headers.

    Args:
        app: the application.
        state: holds the context of the server.
    """

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app, self._state = app, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        is_name = _REQUEST_ID.fullmatch(asked) is not None
        name = asked.decode() if is_name else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = name
        began = perf_counter()

        async def observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"] = list(message.get("headers", ()))
                present = {header for header, _ in headers}
                headers.append((b"x-request-id", name.encode()))
                headers += [each for each in _HEADERS if each[0] not in present]
                self._note(scope, name, message["status"], perf_counter() - began)
            await send(message)

        await self._app(scope, receive, observed)

    def _note(self, scope: Scope, name: str, status: int, seconds: float) -> None:
        """Count and log an answer."""
        self._state.context.answers[status] += 1
        _log.info(
            "answered",
            extra={
                "request_id": name,
                "method": scope["method"],
                "route": getattr(scope.get("route"), "path", None),
                "status": status,
                "seconds": round(seconds, 4),
            },
        )
