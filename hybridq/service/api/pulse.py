"""Waits of the event loop for changes of jobs, which come from threads."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from time import monotonic

from hybridq.service.queue.changes import Changes
from hybridq.service.queue.records import JOINED, Job

_PAUSE_SECONDS = 0.02
"""Seconds at least between two looks of one wait."""


class Watched:
    """A wait for changes of some jobs, or of any.

    Args:
        jobs: their identifiers; None for all jobs.
    """

    def __init__(self, jobs: Collection[str] | None) -> None:
        self._jobs = None if jobs is None else set(jobs)
        self._changed = asyncio.Event()
        self._looked = float("-inf")

    def look(self) -> None:
        """Forget changes so far, before a look at the jobs."""
        self._looked = monotonic()
        self._changed.clear()

    def follow(self, jobs: Collection[Job]) -> bool:
        """Watch the jobs that these have joined too; return whether some are new.

        Their changes are announced under the name of the one that runs.
        """
        if self._jobs is None:
            return False
        leaders = {job.source.removeprefix(JOINED) for job in jobs if job.source.startswith(JOINED)}
        is_new = not leaders <= self._jobs
        self._jobs |= leaders
        return is_new

    def concerns(self, jobs: Collection[str] | None) -> bool:
        """Return whether a notice about `jobs`, None for any, may concern these."""
        return jobs is None or self._jobs is None or not self._jobs.isdisjoint(jobs)

    def wake(self) -> None:
        """End the wait."""
        self._changed.set()

    async def wait(self, seconds: float, *, pause: float = _PAUSE_SECONDS) -> None:
        """Wait for a change since the last look, or until the time is over.

        Args:
            seconds: the most to wait.
            pause: seconds at least since the last look, as far as the time reaches.
        """
        end = monotonic() + seconds
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        await asyncio.sleep(max(0.0, min(self._looked + pause, end) - monotonic()))


class Pulse:
    """Passes notices of changes to the waits that they concern.

    Args:
        changes: where the notices come from.
    """

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._watched: set[Watched] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self) -> None:
        """Receive changes in the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._changes.add_listener(self._notice)

    def end(self) -> None:
        """Wake all, and receive no more changes."""
        self._changes.remove_listener(self._notice)
        self._wake(None)

    @contextmanager
    def watching(self, jobs: Collection[str] | None = None) -> Iterator[Watched]:
        """Receive notices about jobs, of all by default, within the block."""
        one = Watched(jobs)
        self._watched.add(one)
        try:
            yield one
        finally:
            self._watched.discard(one)

    def _notice(self, jobs: Collection[str] | None) -> None:
        """Wake the waits that a notice concerns, from any thread.

        One that begins meanwhile looks at the jobs itself.
        """
        if self._loop is None or self._loop.is_closed():
            return
        if any(each.concerns(jobs) for each in tuple(self._watched)):
            self._loop.call_soon_threadsafe(self._wake, jobs)

    def _wake(self, jobs: Collection[str] | None) -> None:
        for each in self._watched:
            if each.concerns(jobs):
                each.wake()
