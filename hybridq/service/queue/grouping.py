"""Waiting submissions share one commit: forcing it to the disk takes longest."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue

from hybridq.core.errors import OutputError
from hybridq.service.queue import reading, submitting
from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.records import Job, Submission
from hybridq.service.queue.submitting import Repeatable

_MOST_AT_ONCE = 200


@dataclass(frozen=True)
class _Waiting:
    tenant: str
    submissions: Sequence[Submission]
    repeatable: Repeatable | None
    jobs: Future[list[Job]] = field(default_factory=Future)


class GroupedSubmissions:
    """A thread that commits submissions of many requests together.

    An answer is given only once its jobs are committed. A refused submission leaves the others of
    its group unchanged.

    Args:
        queue: where they go.
    """

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._inbox: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Commit what waits, and end the thread."""
        self._inbox.put(None)
        self._thread.join()

    def submit(
        self, tenant: str, submissions: Sequence[Submission], repeatable: Repeatable | None = None
    ) -> Future[list[Job]]:
        """Return the future jobs in the same order; see `Queue.submit` for refusals."""
        waiting = _Waiting(tenant, submissions, repeatable)
        self._inbox.put(waiting)
        return waiting.jobs

    def _work(self) -> None:
        """Commit groups until the thread is to end."""
        while True:
            group, ending = self._next()
            if group:
                self._commit(group)
            if ending:
                return

    def _next(self) -> tuple[list[_Waiting], bool]:
        """Return all that waits, and whether the thread is to end afterwards."""
        group: list[_Waiting] = []
        while not group or (not self._inbox.empty() and len(group) < _MOST_AT_ONCE):
            one = self._inbox.get()
            if one is None:
                return group, True
            group.append(one)
        # Tenants are locked in the same order by every server.
        return sorted(group, key=lambda one: one.tenant), False

    def _commit(self, group: list[_Waiting]) -> None:
        """Submit a group in one transaction, each request in a savepoint of its own."""
        answers: list[list[Job] | Exception] = []
        try:
            with self._queue.writing() as (connection, now):
                for one in group:
                    try:
                        with connection.begin_nested():
                            ids = submitting.submit(
                                connection, one.tenant, one.submissions, now, one.repeatable
                            )
                            found = reading.jobs(connection, one.tenant, ids=ids)
                            known = {job.id: job for job in found}
                            answers.append([known[each] for each in ids if each in known])
                    except Exception as error:
                        answers.append(error)
        except Exception as error:
            reason = error if isinstance(error, OutputError) else OutputError(str(error))
            answers = [reason] * len(group)
        for one, answer in zip(group, answers, strict=True):
            if isinstance(answer, Exception):
                one.jobs.set_exception(answer)
            else:
                one.jobs.set_result(answer)
