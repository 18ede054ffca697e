"""Jobs that one server has claimed: those that run, and short ones next."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic

from hybridq.core.errors import OutputError
from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.records import Claimed, State
from hybridq.service.queue.workers import new_worker
from hybridq.service.work.endings import RETRY_SECONDS
from hybridq.service.work.merged import MERGED_KIND, MOST_POINTS

_log = logging.getLogger("hybridq.service")

RENEW_SECONDS = 10.0
"""Seconds between two renewals of leases."""

AHEAD_SECONDS = 0.075
"""Seconds of work for each slot in short jobs that are claimed before a slot is free."""

_SHORT_SECONDS = 0.1  # of a job whose end says soon enough when it began
_LONGEST_AHEAD = 0.5  # seconds until they are given back, since another job takes longer


class Held:
    """A job that this server has claimed, and why it may have to end."""

    def __init__(self, claimed: Claimed, most_seconds: float, *, is_written: bool) -> None:
        self.claimed = claimed
        self.cancelled = False
        self.lost = False
        self.is_over = False
        self.is_written = is_written
        """Whether the database knows that it has begun."""

        self._most_seconds = most_seconds
        self._claimed_at = monotonic()
        self._began_at: float | None = None

    def begin(self) -> None:
        """Note that a slot runs it from now on."""
        self._began_at = monotonic()

    @property
    def name(self) -> tuple[str, int]:
        """Identifier and attempt."""
        return self.claimed.id, self.claimed.attempt

    @property
    def age(self) -> float:
        """Seconds since it was claimed."""
        return monotonic() - self._claimed_at

    @property
    def seconds(self) -> float | None:
        """Seconds since it began, None if no slot has begun it."""
        return None if self._began_at is None else monotonic() - self._began_at

    @property
    def overdue(self) -> bool:
        """True if its time is over."""
        return (self.seconds or 0.0) > self._most_seconds

    @property
    def must_end(self) -> bool:
        """True if it is to be interrupted."""
        return self.cancelled or self.lost or self.overdue


class Claims:
    """Claims jobs for the slots of a server, and keeps their leases.

    Where jobs are short, a claim takes several: they wait here, for `AHEAD_SECONDS` of work of each
    slot, and go back to the queue where that takes much longer.

    Args:
        queue: the jobs.
        slots: number of slots.
        most_seconds: time after which a job is overdue.
        stop: set while the server ends: a database that fails is then not waited for.
    """

    def __init__(
        self, queue: Queue, slots: int, most_seconds: float, stop: threading.Event
    ) -> None:
        self._queue, self._slots, self._stop = queue, slots, stop
        self._most_seconds = most_seconds
        self.worker = new_worker()
        self._held: dict[str, Held] = {}
        self._ahead: deque[Held] = deque()
        self._are_short = False  # whether the last claim took jobs ahead
        self._lock = threading.Lock()
        self._claiming = threading.Lock()
        self._renewed = float("-inf")

    @property
    def running(self) -> int:
        """Number of jobs that have begun; the ends of some may still have to be written."""
        return len(self._held) - len(self._ahead)

    def are_ahead(self) -> bool:
        """Return whether short jobs wait here for a slot."""
        return bool(self._ahead)

    def next(self) -> Held | None:
        """Return the job that a free slot runs now, None without one.

        Raises:
            OutputError: the database fails.
        """
        found = self._taken()  # without waiting for a claim that another slot makes
        if found is None:
            with self._claiming:
                if not self._ahead:
                    self._claim(first=True)
                found = self._taken()
        return found

    def look_ahead(self) -> None:
        """Claim further short jobs while slots are busy, so that none waits for a claim."""
        few = self._are_short and len(self._ahead) < self._slots
        if few and not self._stop.is_set() and self._claiming.acquire(blocking=False):
            try:
                with suppress(OutputError):  # a free slot tries it again
                    self._claim(first=False)
            finally:
                self._claiming.release()

    def alike(self, held: Held) -> list[Held]:
        """Claim waiting jobs of the circuit of a claimed one, to be run together with it."""
        found: list[Claimed] = []
        if held.claimed.kind == MERGED_KIND:
            with suppress(OutputError):
                found = self._queue.claim_alike(held.claimed, MOST_POINTS)
        return self._hold(found, begun=len(found))

    def forget(self, held: Held) -> None:
        """Hold a job no longer."""
        with self._lock:
            if self._held.get(held.claimed.id) is held:  # it may have been claimed again
                del self._held[held.claimed.id]

    def release(self, held: Held, *, died: bool) -> State | None:
        """Return a job to the queue, again while the database fails; see `Queue.release`.

        While the server ends, once: the lease ends soon, and another takes the job.
        """
        while True:
            try:
                return self._queue.release(held.claimed, died=died)
            except OutputError as error:
                _log.warning("a job cannot be returned to the queue yet: %s", error)
                if self._stop.wait(RETRY_SECONDS):
                    return None

    def give_back(self) -> None:
        """Return the jobs to the queue that no slot has begun."""
        with self._claiming:
            while (held := self._taken()) is not None:
                self.release(held, died=False)
                self.forget(held)

    def keep(self) -> None:
        """Renew leases, and notice requests to cancel; called a few times a second.

        Raises:
            OutputError: the database fails.
        """
        if monotonic() - self._renewed > RENEW_SECONDS:
            self._renewed = monotonic()
            self._renew()
            self._queue.take_back()
        if not self._held:
            return
        to_cancel = self._queue.to_be_cancelled(self.worker)
        current = self._current()
        for held in current:
            held.cancelled |= held.name in to_cancel
        begun = [
            held
            for held in current
            if (held.seconds or 0.0) > _SHORT_SECONDS and not held.is_written
        ]
        if begun:
            self._queue.begin([held.claimed for held in begun])
        for held in begun:
            held.is_written = True
        with suppress(IndexError):  # a slot may take the last one
            if self._ahead[0].age > _LONGEST_AHEAD:
                self.give_back()

    def _claim(self, *, first: bool) -> None:
        """Claim jobs in one transaction: see `claiming.claim`."""
        ahead = AHEAD_SECONDS * self._slots
        claimed = self._queue.claim_ahead(self.worker, ahead, first=first)
        self._ahead.extend(self._hold(claimed, begun=int(first)))
        self._are_short = len(claimed) > first

    def _taken(self) -> Held | None:
        """Take the first job that waits here, None without one."""
        with suppress(IndexError):
            return self._ahead.popleft()
        return None

    def _hold(self, claimed: Sequence[Claimed], *, begun: int) -> list[Held]:
        """Keep the leases of claimed jobs, of which the first are known to begin."""
        helds = [
            Held(each, self._most_seconds, is_written=number < begun)
            for number, each in enumerate(claimed)
        ]
        with self._lock:
            self._held |= {held.claimed.id: held for held in helds}
        return helds

    def _renew(self) -> None:
        """Renew the leases of the jobs; interrupt those that another worker has now."""
        current = self._current()
        mine = self._queue.renew(self.worker, [held.claimed.id for held in current])
        for held in current:
            held.lost |= held.name not in mine

    def _current(self) -> list[Held]:
        """Return the jobs that are claimed now."""
        with self._lock:
            return list(self._held.values())
