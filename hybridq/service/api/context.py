"""Parts that the routes share: keys, rates, bodies, and waits for changes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Protocol, TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json
from starlette.concurrency import run_in_threadpool

from hybridq.angles.registry import ModelRegistry
from hybridq.service.api.pulse import Pulse
from hybridq.service.api.readiness import Readiness
from hybridq.service.api.refusals import SEE_SCHEMA, Refusal, invalid_key, of_validation
from hybridq.service.keys import Keys, Principal
from hybridq.service.queue.grouping import GroupedSubmissions
from hybridq.service.queue.jobs import Queue
from hybridq.service.webhooks.registered import Webhooks

T = TypeVar("T")

MOST_BYTES = 2**20
"""Bytes of a request."""

_BODY_SECONDS = 20.0
_MOST_ERRORS = 100
_QUICK = 2**14  # bytes of a body that are checked at once; a thread would take longer


class Workers(Protocol):
    """The workers of this server."""

    @property
    def slots(self) -> int:
        """Number of jobs that can run at a time."""

    @property
    def running(self) -> int:
        """Number of jobs that run now."""


class Rates:
    """A bucket of tokens for each key: a request takes one, time brings them back.

    Args:
        rate: requests a second.
        burst: requests at once after a pause.
    """

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key: str) -> float:
        """Take a token; return 0, or the seconds until there is one."""
        now = monotonic()
        left, then = self._buckets.get(key, (float(self._burst), now))
        left = min(self._burst, left + (now - then) * self._rate)
        if left < 1.0:
            return (1.0 - left) / self._rate
        self._buckets[key] = (left - 1.0, now)
        return 0.0


@dataclass
class Context:
    """The parts of one server.

    Attributes:
        queue: the jobs.
        submissions: commits them in groups.
        keys: who may do what.
        webhooks: addresses that hear of the ends of jobs.
        readiness: whether the database takes writes.
        pulse: waits.
        rates: limits of each key.
        tenant_rates: limits of all keys of a tenant together.
        workers: of this process; None where it only answers requests.
        catalog: returns what jobs can choose by name.
        streams: open streams of events by key.
        answers: number of answers by status.
    """

    queue: Queue
    submissions: GroupedSubmissions
    keys: Keys
    webhooks: Webhooks
    readiness: Readiness
    pulse: Pulse
    rates: Rates
    tenant_rates: Rates
    workers: Workers | None = None
    catalog: Callable[[], dict[str, Any]] | None = None
    streams: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    _turn: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    def close(self) -> None:
        """End the thread that reads long bodies."""
        self._turn.shutdown()

    async def read(self, body: bytes, make: Callable[[], T]) -> T:
        """Return `make()`, which reads a body: at once, or one long body after the other.

        So memory is bounded by that of one, and a check of 10⁵ edges delays no other request.
        """
        if len(body) <= _QUICK:
            return make()
        return await asyncio.get_running_loop().run_in_executor(self._turn, make)

    async def principal(
        self, request: Request, scope: str, *, checked_later: bool = False
    ) -> Principal:
        """Return the owner of a request's key.

        Args:
            request: with the key.
            scope: the right that is needed.
            checked_later: whether the transaction that follows sees that the key still holds, so
                that one which was accepted before needs no look into the database now.

        Raises:
            Refusal: no valid key (401), a missing scope (403), too many requests (429).
        """
        kind, _, key = request.headers.get("authorization", "").partition(" ")
        found = None
        if kind.lower() == "bearer":
            found = self.keys.known(key.strip()) if checked_later else None
            found = found or await self._owner(key.strip())
        if found is None:
            raise invalid_key()
        wait = self.rates.take(found.key) or self.tenant_rates.take(found.tenant)
        if wait:
            raise Refusal(
                429,
                "too_many_requests",
                "the key or its tenant sends too many requests",
                hint="submit jobs in lists, and wait for them with ?wait=30",
                headers={"Retry-After": str(int(wait) + 1)},
            )
        check_scope(found, scope)
        return found

    def models(self, owner: Principal) -> ModelRegistry:
        """Return the models of a tenant; its key is the name in their history."""
        return ModelRegistry(self.queue.database, owner.tenant, actor=f"key {owner.key}")

    async def _owner(self, key: str) -> Principal | None:
        """Return the owner of a key, None where it is not valid."""
        return await run_in_threadpool(self.keys.accept, key)


def check_scope(owner: Principal, scope: str) -> None:
    """Refuse an owner whose key does not have a scope.

    Raises:
        Refusal: it does not (403).
    """
    if scope not in owner.scopes:
        raise Refusal(
            403,
            "missing_scope",
            f"the key does not have the scope {scope}",
            hint="use a key that has it",
        )


def context_of(request: Request) -> Context:
    """Return the parts of the server that answers a request."""
    found: Context = request.app.state.context
    return found


async def body_of(request: Request) -> bytes:
    """Return the body of a request.

    Raises:
        Refusal: it is too large (413), in chunks (411), compressed or not JSON (415), or too slow
            (408).
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" or "content-encoding" in request.headers:
        raise Refusal(
            415,
            "unsupported_media_type",
            "the body must be JSON, not compressed",
            hint="send 'Content-Type: application/json'",
        )
    if "content-length" not in request.headers:
        raise Refusal(
            411,
            "length_required",
            "the body must have a length, and not come in chunks",
            hint="send 'Content-Length'",
            headers={"Connection": "close"},
        )
    too_large = Refusal(
        413, "body_too_large", f"the body must be at most {MOST_BYTES:,} bytes", hint="send less"
    )
    if int(request.headers["content-length"]) > MOST_BYTES:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > MOST_BYTES:
                    raise too_large
    except TimeoutError:
        detail = f"the body took more than {_BODY_SECONDS:g} s"
        raise Refusal(408, "slow_body", detail) from None
    return bytes(body)


def parsed(adapter: TypeAdapter[T], body: bytes) -> T:
    """Return a body as the schema describes it.

    Raises:
        Refusal: it does not fit (422), or is not JSON (400).
    """
    try:
        value = from_json(body)  # apart from its check, which takes more memory from a text
    except ValueError as error:
        raise Refusal(400, "invalid_json", f"the body is not JSON: {error}"[:300]) from None
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        count = error.error_count()
        if count > _MOST_ERRORS:  # each would take memory
            detail = f"{count:,} parts of the body do not fit the schema"
            raise Refusal(422, "too_many_errors", detail, pointer="", hint=SEE_SCHEMA) from None
        first = error.errors(include_url=False, include_input=False)[0]
        raise of_validation(first) from None
