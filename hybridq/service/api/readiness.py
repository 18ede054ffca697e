"""Readiness of a server: whether its database takes writes, soon."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

from starlette.concurrency import run_in_threadpool

from hybridq.service.api.refusals import Refusal

MOST_SECONDS = 2.0
"""Seconds after which a database that has not answered counts as locked."""

_KEPT_SECONDS = 1.0  # an answer is good for so long, however many ask


class Readiness:
    """One probe of the database at a time, whose outcome is kept for a second.

    Args:
        probe: writes to the database.
    """

    def __init__(self, probe: Callable[[], None]) -> None:
        self._probe = probe
        self._running: asyncio.Task[None] | None = None
        self._begun = self._good_at = float("-inf")

    async def check(self) -> None:
        """Return if the database takes writes.

        Raises:
            OutputError: it does not.
            Refusal: it does not answer, as where another process locks it.
        """
        if monotonic() - self._good_at < _KEPT_SECONDS:
            return
        if self._running is None or self._running.done():
            self._begun = monotonic()
            self._running = asyncio.create_task(run_in_threadpool(self._probe))
        left = max(0.0, self._begun + MOST_SECONDS - monotonic())
        done, _ = await asyncio.wait([self._running], timeout=left)
        if not done:
            raise Refusal(
                503,
                "database_unavailable",
                f"the database has not taken a write for {MOST_SECONDS:g} s",
                hint="see whether another process locks it",
                headers={"Retry-After": "2"},
            )
        self._running.result()
        self._good_at = monotonic()
