"""Many independent tasks on any executor of ``concurrent.futures``.

A task is a function of a module and plain data, so that it can be sent to another process or
machine. Results and sums do not depend on the executor, the number of workers or the order in
which tasks end.
"""

from __future__ import annotations

import itertools
import math
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from dataclasses import dataclass
from threading import Event
from typing import Any, Generic, TypeVar

from hybridq.core.errors import HybridqError, ParameterError

Key = TypeVar("Key")
Payload = TypeVar("Payload")
Result = TypeVar("Result")

CHUNK_SECONDS = 0.05
"""Tasks are sent in chunks that last this long at least."""

LONGEST_CHUNK_SECONDS = 1.0
"""Chunks are larger, up to this, as long as several of them are left for each worker."""

MOST_LOSSES = 3
"""Workers that may be lost over one chunk before it is given up."""

LONELY_SECONDS = 120
"""Seconds without any worker after which an executor is given up."""

_POLL_SECONDS = 5.0  # between two counts of the workers
_MOST_TASKS = 4096  # of a chunk
_CHUNKS_LEFT = 4  # of the tasks that are left, for each worker
_WINDOW = 32  # chunks in flight, where the number of workers is not known


class WorkerLostError(HybridqError):
    """Workers ended over the same tasks again and again."""


@dataclass(frozen=True)
class _Raised:
    """The exception of a task, which is raised where its result is read."""

    error: Exception


def run_chunk(
    function: Callable[[Payload], Result], payloads: Sequence[Payload]
) -> tuple[list[Result | _Raised], float]:
    """Return the results of tasks and their seconds; workers call this."""
    began = time.perf_counter()
    results: list[Result | _Raised] = []
    for payload in payloads:
        try:
            results.append(function(payload))
        except Exception as error:
            results.append(_Raised(error))
    return results, time.perf_counter() - began


@dataclass
class _Chunk(Generic[Key, Payload]):
    tasks: list[tuple[Key, Payload]]
    losses: int = 0


class Mapper:
    """Independent tasks on an executor.

    Args:
        executor: any executor of ``concurrent.futures``; None for this process and thread.
        workers: number of tasks that it runs at once; by default what the executor says, else it
            is not known.
        renew: makes another executor in place of one that is broken, such as a pool of processes
            of which one was killed; without it the mapper gives up.
        workers_left: returns the number of workers that are connected, where that can be zero; the
            mapper gives up after `LONELY_SECONDS` without any.

    Attributes:
        workers: the number of tasks that run at once; None where it is not known.
        shares_memory: whether tasks run in this process, so that they see the same objects.
    """

    def __init__(
        self,
        executor: Executor | None = None,
        *,
        workers: int | None = None,
        renew: Callable[[], Executor] | None = None,
        workers_left: Callable[[], int] | None = None,
    ) -> None:
        if executor is not None and not isinstance(executor, Executor):
            raise ParameterError(
                argument="executor",
                value=executor,
                expected="an executor of concurrent.futures, or its name",
            )
        self._executor, self._renew, self._workers_left = executor, renew, workers_left
        known = 1 if executor is None else workers or getattr(executor, "_max_workers", None)
        self.workers: int | None = known if isinstance(known, int) and known > 0 else None
        self.shares_memory = executor is None or isinstance(executor, ThreadPoolExecutor)
        self._window = 2 * self.workers + 1 if self.workers else _WINDOW

    def waves_left(self, count: int) -> list[int]:
        """Return for each task the waves that are left when it begins, its own included.

        A wave is as many tasks as run at once, all of them where that number is not known; the
        waves that are left share the time that is.

        Args:
            count: the number of tasks.
        """
        workers = self.workers or max(count, 1)
        return [-(-count // workers) - number // workers for number in range(count)]

    def map(
        self,
        function: Callable[[Payload], Result],
        payloads: Iterable[Payload],
        stop: Event | None = None,
    ) -> list[Result]:
        """Return the results in the order of the tasks.

        Args:
            function, stop: see `stream`; after Ctrl-C there are results of some tasks only, of
                one at least.
            payloads: one of each task.

        Raises:
            WorkerLostError: workers were lost over the same tasks again and again.
            Exception: that of the first task, in their order, that raised one.
        """
        tasks = list(enumerate(payloads))
        found = dict(self.stream(function, tasks, len(tasks), stop))
        return [result_of(found[number]) for number in sorted(found)]

    def sum(self, function: Callable[[Payload], Any], payloads: Iterable[Payload]) -> Any:
        """Return the sum of the results, added in the order of the tasks."""
        return sum(self.map(function, payloads))

    def stream(
        self,
        function: Callable[[Payload], Result],
        tasks: Iterable[tuple[Key, Payload]],
        total: int = 0,
        stop: Event | None = None,
    ) -> Generator[tuple[Key, Result | _Raised], None, None]:
        """Yield keys and results (see `result_of`) as tasks end.

        Args:
            function: of a module, which workers can import.
            tasks: keys, which stay here, and payloads; read as workers become free.
            total: their number, where it is known.
            stop: set at the first Ctrl-C, for tasks that share memory and look at it. Tasks that
                have begun, and the first of those that were sent, are then awaited and yielded;
                no other begins.

        Raises:
            WorkerLostError: workers were lost over the same tasks again and again.
            KeyboardInterrupt: Ctrl-C, without a `stop` to set.
        """
        if self._executor is None:
            for key, payload in tasks:
                yield key, run_chunk(function, [payload])[0][0]
            return
        waiting: Iterator[tuple[Key, Payload]] = iter(tasks)
        again: deque[_Chunk[Key, Payload]] = deque()
        flying: dict[Future[Any], _Chunk[Key, Payload]] = {}
        size, exhausted, left = 1, False, total
        try:
            while True:
                while len(flying) < self._window and (again or not exhausted):
                    chunk = again.popleft() if again else _Chunk(_taken(waiting, size))
                    exhausted = exhausted or not chunk.tasks
                    left -= 0 if chunk.losses else len(chunk.tasks)
                    if chunk.tasks:
                        flying[self._submit(function, chunk)] = chunk
                if not flying:
                    return
                try:
                    ended = self._ended(flying)
                except KeyboardInterrupt:
                    if stop is None or stop.is_set():
                        raise
                    stop.set()
                    waiting, exhausted = iter(()), True
                    again.clear()
                    for future in list(flying)[1:]:
                        future.cancel()
                    continue
                for future in ended:
                    chunk = flying.pop(future)
                    try:
                        results, seconds = future.result()
                    except (Exception, CancelledError) as loss:
                        if stop is not None and stop.is_set():
                            continue
                        self._lost(chunk, loss)
                        again.append(chunk)
                        continue
                    each = max(seconds / len(chunk.tasks), 1e-9)
                    size = self._size(each, left)
                    for (key, _), result in zip(chunk.tasks, results, strict=True):
                        yield key, result
        finally:
            for future in flying:
                future.cancel()

    def _ended(self, flying: Iterable[Future[Any]]) -> set[Future[Any]]:
        """Wait for chunks to end; return them.

        Raises:
            WorkerLostError: no worker is left, and none came for a while.
        """
        if self._workers_left is None:
            return wait(flying, return_when=FIRST_COMPLETED).done
        alone = time.monotonic()
        while True:
            done = wait(flying, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED).done
            if done:
                return done
            if self._workers_left():
                alone = time.monotonic()
            elif time.monotonic() - alone > LONELY_SECONDS:
                raise WorkerLostError(
                    f"the executor has had no worker for {LONELY_SECONDS} s and more"
                )

    def _size(self, seconds: float, left: int) -> int:
        """Return the number of tasks of a chunk, by the seconds of a task and those left."""
        least, most = (math.ceil(each / seconds) for each in (CHUNK_SECONDS, LONGEST_CHUNK_SECONDS))
        share = left // (_CHUNKS_LEFT * max(self._window // 2, 1))
        return min(max(least, min(most, share)), _MOST_TASKS)

    def _submit(
        self, function: Callable[[Payload], Result], chunk: _Chunk[Key, Payload]
    ) -> Future[Any]:
        """Send a chunk to the executor, or to another one where that is broken."""
        assert self._executor is not None
        payloads = [payload for _, payload in chunk.tasks]
        try:
            return self._executor.submit(run_chunk, function, payloads)
        except BrokenExecutor:
            if self._renew is None:
                raise
            self._executor = self._renew()
            return self._executor.submit(run_chunk, function, payloads)
        except RuntimeError as error:
            raise ParameterError(
                f"the executor takes no tasks: {error}",
                argument="executor",
                remedy="give one that is not shut down",
            ) from error

    def _lost(self, chunk: _Chunk[Key, Payload], loss: BaseException) -> None:
        """Count the loss of a chunk's worker; raise where it was one too many."""
        chunk.losses += 1
        if chunk.losses >= MOST_LOSSES or (isinstance(loss, BrokenExecutor) and not self._renew):
            raise WorkerLostError(
                f"a worker was lost {chunk.losses} times over the same tasks: "
                f"{type(loss).__name__}: {loss}"
            ) from loss


def result_of(result: Result | _Raised) -> Result:
    """Return the result of a task, or raise its exception."""
    if isinstance(result, _Raised):
        raise result.error
    return result


def _taken(tasks: Iterator[tuple[Key, Payload]], most: int) -> list[tuple[Key, Payload]]:
    """Return up to `most` further tasks."""
    return list(itertools.islice(tasks, most))
