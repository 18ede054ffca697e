"""Ends of jobs, written by one thread: those that wait share a commit."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from time import monotonic

from hybridq.core.errors import OutputError
from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.records import Claimed, Outcome, State

_log = logging.getLogger("hybridq.service")

RETRY_SECONDS = 1.0
"""Seconds between two attempts to write while the database fails."""

_MOST_AT_ONCE = 200
_SECONDS_BETWEEN = 0.075  # of two commits, so that ends of short jobs share one


@dataclass(frozen=True)
class _Waiting:
    claimed: Claimed
    outcome: Outcome
    then: Callable[[State | None], None]


class Endings:
    """A thread that writes ends, so that slots do not wait for the disk.

    Args:
        queue: where the jobs are.
        stop: set while the server ends: a database that fails is then not waited for.
        are_more: whether further ends are to come soon, which share the commit of one that waits.
    """

    def __init__(
        self, queue: Queue, stop: threading.Event, are_more: Callable[[], bool] = lambda: False
    ) -> None:
        self._queue, self._stop, self._are_more = queue, stop, are_more
        self._inbox: SimpleQueue[_Waiting | threading.Event | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Write the ends that wait, and end the thread."""
        self._inbox.put(None)
        self._thread.join()

    def put(self, claimed: Claimed, outcome: Outcome, then: Callable[[State | None], None]) -> None:
        """Write an end soon.

        Args:
            claimed: the job, as it was claimed.
            outcome: its end.
            then: called with the state once it is written, with None where another worker has the
                job, or where the server ends before.
        """
        self._inbox.put(_Waiting(claimed, outcome, then))

    def flush(self) -> None:
        """Wait until all ends so far are written, or given up as the server ends."""
        written = threading.Event()
        self._inbox.put(written)
        written.wait()

    def _work(self) -> None:
        ended, latest = False, float("-inf")
        while not ended:
            group: list[_Waiting] = []
            asked: list[threading.Event] = []  # by those who wait for what came before
            one = self._inbox.get()
            if self._are_more():
                self._stop.wait(max(0.0, latest + _SECONDS_BETWEEN - monotonic()))
            while True:
                if one is None:
                    ended = True
                elif isinstance(one, threading.Event):
                    asked.append(one)
                else:
                    group.append(one)
                if ended or self._inbox.empty() or len(group) == _MOST_AT_ONCE:
                    break
                one = self._inbox.get()
            latest = monotonic()
            if group:
                self._write(group)
            for event in asked:
                event.set()

    def _write(self, group: list[_Waiting]) -> None:
        """Write ends in one transaction, repeated while the database fails."""
        while True:
            try:
                done = self._queue.finish_all([(one.claimed, one.outcome) for one in group])
                break
            except OutputError as error:
                _log.warning("the end of a job cannot be written yet: %s", error)
                if self._stop.wait(RETRY_SECONDS):
                    done = [False] * len(group)
                    break
            except Exception:
                if len(group) > 1:  # one of them is at fault
                    for one in group:
                        self._write([one])
                    return
                _log.exception("the end of job %s could not be written", group[0].claimed.id)
                done = [False]
                break
        for one, is_written in zip(group, done, strict=True):
            try:
                one.then(one.outcome.state if is_written else None)
            except Exception:  # the thread has other ends to write
                _log.exception("job %s could not be cleaned up", one.claimed.id)
