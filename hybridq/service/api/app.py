"""The application: routes, refusals, request identifiers and headers."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

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
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}

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

    @app.middleware("http")
    async def observe(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        asked = request.headers.get("x-request-id", "")
        name = asked if _REQUEST_ID.fullmatch(asked) else secrets.token_hex(8)
        request.state.request_id = name
        began = perf_counter()
        response = await call_next(request)
        response.headers["X-Request-ID"] = name
        for header, value in _HEADERS.items():
            response.headers.setdefault(header, value)
        app.state.context.answers[response.status_code] += 1
        route = request.scope.get("route")
        _log.info(
            "answered",
            extra={
                "request_id": name,
                "method": request.method,
                "route": getattr(route, "path", None),
                "status": response.status_code,
                "seconds": round(perf_counter() - began, 4),
            },
        )
        return response

    return app
