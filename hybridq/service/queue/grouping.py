"""Waiting submissions share one commit: forcing it to the disk takes longest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TypeAlias

from sqlalchemy import Connection

from hybridq.core.errors import HybridqError, OutputError
from hybridq.service.queue import submitting
from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.records import InvalidKeyError, Job, Submission
from hybridq.service.queue.repeating import Repeatable

_MOST_AT_ONCE = 200


ValidKeys: TypeAlias = Callable[[Connection, Collection[str], float], set[str]]


@dataclass(frozen=True)
class _Waiting:
    tenant: str
    submissions: Sequence[Submission]
    repeatable: Repeatable | None
    key: str | None
    jobs: Future[list[Job]] = field(default_factory=Future)


class GroupedSubmissions:
    """A thread that commits submissions of many requests together.

    An answer is given only once its jobs are committed. A refused submission leaves the others of
    its group unchanged.

    Args:
        queue: where they go.
        valid_keys: returns those of some identifiers of API keys that hold, at a time.
    """

    def __init__(self, queue: Queue, valid_keys: ValidKeys | None = None) -> None:
        self._queue, self._valid_keys = queue, valid_keys
        self._inbox: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Commit what waits, and end the thread."""
        self._inbox.put(None)
        self._thread.join()

    def submit(
        self,
        tenant: str,
        submissions: Sequence[Submission],
        repeatable: Repeatable | None = None,
        *,
        key: str | None = None,
    ) -> Future[list[Job]]:
        """Return the future jobs in the same order; see `Queue.submit` for refusals.

        Args:
            tenant: owner of the jobs.
            submissions: the jobs.
            repeatable: a key under which the same request returns the same jobs.
            key: identifier of the API key, refused with `InvalidKeyError` if it does not hold any
                more; not checked by default.
        """
        waiting = _Waiting(tenant, submissions, repeatable, key)
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
        """Submit a group in one transaction; a refused request has written nothing in it."""
        answers: list[list[Job] | HybridqError] = []
        try:
            about: list[str] = []
            with self._queue.writing(about=about) as (connection, now):
                asked = {one.key for one in group if one.key is not None}
                check = self._valid_keys
                invalid = asked - check(connection, asked, now) if check and asked else set()
                admission = submitting.Admission(connection, now)
                for one in group:
                    try:
                        if one.key in invalid:
                            raise InvalidKeyError("the key has been revoked, or has expired")
                        jobs = admission.submit(one.tenant, one.submissions, one.repeatable)
                        about += [job.id for job in jobs]
                        answers.append(jobs)
                    except OutputError:
                        raise
                    except HybridqError as error:
                        answers.append(error)
                admission.write()
        except Exception as error:
            reason = error if isinstance(error, OutputError) else OutputError(str(error))
            answers = [reason] * len(group)
        for one, answer in zip(group, answers, strict=True):
            if isinstance(answer, HybridqError):
                one.jobs.set_exception(answer)
            else:
                one.jobs.set_result(answer)
