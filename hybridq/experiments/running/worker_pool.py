"""A pool of workers in processes of their own, replaced when they die."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter, deque
from contextlib import suppress
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

from hybridq.core.errors import HybridqError, OutputError, Setting
from hybridq.core.processes import exit_reason
from hybridq.experiments.records import State
from hybridq.experiments.running.events import (
    Began,
    Counted,
    Ended,
    Event,
    Note,
    OnEvent,
    from_line,
)
from hybridq.experiments.running.heartbeats import DEAD_AFTER
from hybridq.experiments.running.retry import retry
from hybridq.experiments.running.stop_request import StopRequest
from hybridq.experiments.running.worker import Terms
from hybridq.experiments.running.worker_process import GAVE_UP, main
from hybridq.experiments.tracebacks import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hybridq.experiments.store.store import Experiment

MAX_DEATHS_PER_TRIAL = 3
"""Number of workers that die over one trial before it counts as failed."""

_DEATHS_IN_A_ROW = 5  # per worker, without a finished trial in between
_POLL_SECONDS = 0.2  # between two checks of the stop request
_COUNT_SECONDS = 5.0
_GRACE_SECONDS = 5.0  # for a worker to end on request, and beyond a trial's time limit
_OUTPUT_SECONDS = 1.0
_KEPT_LINES = 20  # last lines of a worker's output
_COMMAND = [sys.executable, "-P", "-m", main.__module__]
_THREAD_VARIABLES = (
    "NUMBA_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
)


class WorkerPool:
    """Workers of one experiment on this machine.

    Args:
        experiment: the trials.
        terms: settings of each worker.
        jobs: number of workers.
        time_limit: most seconds of a trial; a worker that exceeds it by far is killed.
        on_event: called with every event of the workers.
        stop: set by signal handlers to finish or to abandon.
    """

    def __init__(
        self,
        experiment: Experiment,
        terms: Terms,
        jobs: int,
        *,
        time_limit: float | None,
        on_event: OnEvent,
        stop: StopRequest,
    ) -> None:
        self._experiment = experiment
        self._terms = terms
        self._jobs = jobs
        self._time_limit = time_limit
        self._emit = on_event
        self._stop = stop
        self._inbox: Queue[tuple[_WorkerProcess, Event | None]] = Queue()
        self._children: list[_WorkerProcess] = []
        self._deaths: Counter[int] = Counter()
        self._in_a_row = 0
        self._reason = ""

    def work(self) -> None:
        """Start the workers, and return when all of them have ended.

        Raises:
            OutputError: the workers gave up on the storage.
            HybridqError: too many workers died in a row.
        """
        try:
            for _ in range(self._jobs):
                self._start()
            self._listen()
        finally:
            for one in self._children:
                one.kill()
        if self._reason and not self._stop.finish:
            raise OutputError(self._reason)

    def _start(self) -> None:
        self._children.append(_WorkerProcess(self._terms, self._inbox))

    def _listen(self) -> None:
        requested = None
        counted = monotonic()
        while self._children:
            request = "abandon" if self._stop.abandon else "finish" if self._stop.finish else None
            if request != requested:
                requested = request
                for one in self._children:
                    one.abandon() if request == "abandon" else one.finish()
            try:
                one, event = self._inbox.get(timeout=_POLL_SECONDS)
            except Empty:
                self._enforce_limits()
            else:
                self._handle(one, event)
            if monotonic() - counted > _COUNT_SECONDS:
                self._count()
                counted = monotonic()

    def _handle(self, one: _WorkerProcess, event: Event | None) -> None:
        if event is None:
            self._children.remove(one)
            self._handle_exit(one)
            return
        if isinstance(event, Began):
            one.running, one.since = event, monotonic()
        elif isinstance(event, Ended):
            one.running = None
            self._in_a_row = 0
        elif isinstance(event, Note):
            one.note = event.text
        self._emit(event)

    def _handle_exit(self, one: _WorkerProcess) -> None:
        """Handle the end of a worker, which finished, gave up or died."""
        status = one.status()
        if status == 0:
            return
        if status == GAVE_UP:
            self._reason = one.note
            return
        if self._stop.finish:
            self._release_dead()
            return
        self._in_a_row += 1
        if one.running is not None:
            self._handle_lost_trial(one, one.running, status)
        else:
            self._emit(Note(f"a worker died ({exit_reason(status)}) and is replaced"))
        self._release_dead()
        if self._in_a_row > _DEATHS_IN_A_ROW * self._jobs:
            printed = f"it printed: {one.last_lines[-1]}" if one.last_lines else "no output"
            # A signal is most often the system's, which has run out of memory.
            memory = ("check the memory for ", Setting("jobs", self._jobs))
            raise HybridqError(
                f"{self._in_a_row} workers died in a row ({exit_reason(status)}; {printed})",
                argument="jobs",
                value=self._jobs,
                remedy=memory if status < 0 else None,
            )
        self._start()

    def _handle_lost_trial(self, one: _WorkerProcess, trial: Began, status: int) -> None:
        """Retry the trial of a worker that died, a limited number of times."""
        from hybridq.experiments.store.store import ClaimedTrial

        self._deaths[trial.trial_id] += 1
        if not one.overran and self._deaths[trial.trial_id] < MAX_DEATHS_PER_TRIAL:
            death = f"a worker died over trial {trial.number} ({exit_reason(status)})"
            self._emit(Note(f"{death}, which is run again"))
            return
        if one.overran:
            error = (
                f"TrialTimeout: the trial took more than its time limit of {self._time_limit:g} s "
                "and was ended together with its process"
            )
        else:
            output = "".join(f"\n{line}" for line in one.last_lines)
            error = (
                f"WorkerDied: {MAX_DEATHS_PER_TRIAL} workers died over this trial "
                f"({exit_reason(status)}); too little memory is the most frequent cause{output}"
            )
        claimed = ClaimedTrial(
            trial.trial_id, trial.number, trial.identity, {}, trial.attempt, trial.worker
        )
        self._retry(lambda: self._experiment.fail(claimed, error, 0))
        first = reason_of(error)
        self._emit(Ended(trial.worker, trial.number, trial.identity, State.FAILED, error=first))

    def _enforce_limits(self) -> None:
        now = monotonic()
        for one in self._children:
            if one.killed_at is not None and now > one.killed_at:
                one.kill()
            limit = self._time_limit
            if limit is not None and one.running and now - one.since > limit + _GRACE_SECONDS:
                one.overran = True
                one.kill()

    def _release_dead(self) -> None:
        self._retry(lambda: self._experiment.release_dead(DEAD_AFTER))

    def _retry(self, call: Callable[[], object]) -> None:
        """Retry a call during transient storage failures, which end no worker."""
        retry(call, self._stop, lambda text: self._emit(Note(text)))

    def _count(self) -> None:
        try:
            counts = self._experiment.counts()
        except OutputError:  # the workers report it, and give up in time
            return
        self._emit(Counted(**{str(state): counts[state] for state in State}))


class _WorkerProcess:
    """The process of one worker."""

    def __init__(self, terms: Terms, inbox: Queue[tuple[_WorkerProcess, Event | None]]) -> None:
        threads = (
            {} if terms.threads is None else dict.fromkeys(_THREAD_VARIABLES, str(terms.threads))
        )
        self._process = subprocess.Popen(
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, **threads, "PYTHONPATH": os.pathsep.join(_import_path())},
            start_new_session=True,  # Ctrl-C at the terminal reaches this process alone
        )
        self.running: Began | None = None
        self.since = 0.0
        self.note = ""
        self.last_lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self.overran = False
        self.killed_at: float | None = None
        self._errors = Thread(target=self._read_errors, daemon=True)
        self._errors.start()
        Thread(target=self._read_events, args=(inbox,), daemon=True).start()
        self._send(terms.to_line())

    def _read_events(self, inbox: Queue[tuple[_WorkerProcess, Event | None]]) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.endswith("\n"):  # the last line of a killed process may be cut off
                inbox.put((self, from_line(line)))
        self._process.stdout.close()
        self._process.wait()
        inbox.put((self, None))

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            self.last_lines.extend(line.rstrip() for line in lines)

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except OSError:  # it has died, and its output ends
            pass

    def status(self) -> int:
        """Return the exit status of an ended process, negative for a signal."""
        assert self._process.stdin is not None
        with suppress(OSError):  # unsent commands
            self._process.stdin.close()
        self._errors.join(_OUTPUT_SECONDS)  # a grandchild may hold the pipe for ever
        return self._process.wait()

    def finish(self) -> None:
        """Request the end after the running trial."""
        self._send("finish")

    def abandon(self) -> None:
        """Request the end at once; kill the process if that takes too long."""
        self._process.terminate()
        self.killed_at = monotonic() + _GRACE_SECONDS

    def kill(self) -> None:
        """Kill the process."""
        self._process.kill()


def _import_path() -> list[str]:
    """Return the module search path of this process."""
    return [path or os.getcwd() for path in sys.path]
