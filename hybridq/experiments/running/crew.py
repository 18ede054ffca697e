"""Several workers, each a process: begun, listened to, replaced when they die, and ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter, deque
from contextlib import suppress
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

from hybridq.core.errors import HybridqError, OutputError
from hybridq.experiments.records import State
from hybridq.experiments.running import child
from hybridq.experiments.running.events import (
    Began,
    Counted,
    Ended,
    Event,
    Note,
    OnEvent,
    from_line,
)
from hybridq.experiments.running.patience import patiently
from hybridq.experiments.running.stop import Stop
from hybridq.experiments.running.worker import DEAD_AFTER, Terms
from hybridq.experiments.tracebacks import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hybridq.experiments.store.store import Experiment

DEATHS_OF_A_TRIAL = 3
"""So many workers may die over one trial before it counts as failed."""

_DEATHS_IN_A_ROW = 5  # of each worker, with no trial finished in between
_LOOK = 0.2  # seconds between two looks at what was asked for
_COUNT_SECONDS = 5.0
_GRACE = 5.0  # seconds for a worker to end when asked, and beyond the time limit of a trial
_WORDS_SECONDS = 1.0
_WORDS = 20  # last lines of what a worker printed that are kept
_COMMAND = [sys.executable, "-P", "-m", child.__name__]
_THREAD_VARIABLES = (
    "NUMBA_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
)


class Crew:
    """Workers of one experiment on this machine.

    Args:
        experiment: to count and to free trials in.
        terms: of each worker.
        jobs: how many.
        time_limit: seconds a trial may take; a worker that overruns it by far is killed.
        on_event: told all that the workers tell.
        stop: may be asked to finish or to abandon, from handlers of signals.
    """

    def __init__(
        self,
        experiment: Experiment,
        terms: Terms,
        jobs: int,
        *,
        time_limit: float | None,
        on_event: OnEvent,
        stop: Stop,
    ) -> None:
        self._experiment = experiment
        self._terms = terms
        self._jobs = jobs
        self._time_limit = time_limit
        self._tell = on_event
        self._stop = stop
        self._inbox: Queue[tuple[_Child, Event | None]] = Queue()
        self._children: list[_Child] = []
        self._deaths: Counter[int] = Counter()
        self._in_a_row = 0
        self._reason = ""

    def work(self) -> None:
        """Begin the workers, and return when all of them have ended.

        Raises:
            OutputError: the workers gave up on the storage.
            HybridqError: they die one after the other.
        """
        try:
            for _ in range(self._jobs):
                self._begin()
            self._listen()
        finally:
            for one in self._children:
                one.kill()
        if self._reason and not self._stop.finish:
            raise OutputError(self._reason)

    def _begin(self) -> None:
        self._children.append(_Child(self._terms, self._inbox))

    def _listen(self) -> None:
        asked = None
        counted = monotonic()
        while self._children:
            wish = "abandon" if self._stop.abandon else "finish" if self._stop.finish else None
            if wish != asked:
                asked = wish
                for one in self._children:
                    one.abandon() if wish == "abandon" else one.finish()
            try:
                one, event = self._inbox.get(timeout=_LOOK)
            except Empty:
                self._watch_the_clock()
            else:
                self._hear(one, event)
            if monotonic() - counted > _COUNT_SECONDS:
                self._count()
                counted = monotonic()

    def _hear(self, one: _Child, event: Event | None) -> None:
        if event is None:
            self._children.remove(one)
            self._gone(one)
            return
        if isinstance(event, Began):
            one.running, one.since = event, monotonic()
        elif isinstance(event, Ended):
            one.running = None
            self._in_a_row = 0
        elif isinstance(event, Note):
            one.note = event.text
        self._tell(event)

    def _gone(self, one: _Child) -> None:
        """A worker has ended: as it should, because it gave up, or it died."""
        status = one.status()
        if status == 0:
            return
        if status == child.GAVE_UP:
            self._reason = one.note
            return
        if self._stop.finish:
            self._release_dead()
            return
        self._in_a_row += 1
        if one.running is not None:
            self._lost(one, one.running, status)
        else:
            self._tell(Note(f"a worker died ({_how(status)}); another takes its place"))
        self._release_dead()
        if self._in_a_row > _DEATHS_IN_A_ROW * self._jobs:
            hint = f"is there memory for --jobs {self._jobs}? " if status < 0 else ""
            words = (
                f"the last one printed: {one.words[-1]}" if one.words else "they printed nothing"
            )
            raise HybridqError(
                f"{self._in_a_row} workers died one after the other ({_how(status)}); {hint}{words}"
            )
        self._begin()

    def _lost(self, one: _Child, trial: Began, status: int) -> None:
        """The trial of a worker that died is taken up again, but not for ever."""
        from hybridq.experiments.store.store import Claimed

        self._deaths[trial.trial_id] += 1
        if not one.overran and self._deaths[trial.trial_id] < DEATHS_OF_A_TRIAL:
            which = f"a worker died over trial {trial.number} ({_how(status)})"
            self._tell(Note(f"{which}; it is taken up again"))
            return
        if one.overran:
            error = (
                f"TrialTimeout: the trial took more than its time limit of {self._time_limit:g} s "
                "and could only be ended with its process"
            )
        else:
            words = "".join(f"\n{line}" for line in one.words)
            error = (
                f"WorkerDied: {DEATHS_OF_A_TRIAL} workers died over this trial ({_how(status)}); "
                f"too little memory is the commonest cause{words}"
            )
        claimed = Claimed(
            trial.trial_id, trial.number, trial.identity, {}, trial.attempt, trial.worker
        )
        self._patiently(lambda: self._experiment.fail(claimed, error, 0))
        first = reason_of(error)
        self._tell(Ended(trial.worker, trial.number, trial.identity, State.FAILED, error=first))

    def _watch_the_clock(self) -> None:
        now = monotonic()
        for one in self._children:
            if one.killed_at is not None and now > one.killed_at:
                one.kill()
            limit = self._time_limit
            if limit is not None and one.running and now - one.since > limit + _GRACE:
                one.overran = True
                one.kill()

    def _release_dead(self) -> None:
        self._patiently(lambda: self._experiment.release_dead(DEAD_AFTER))

    def _patiently(self, call: Callable[[], object]) -> None:
        """The storage may fail for a while, which is no reason to end the workers."""
        patiently(call, self._stop, lambda text: self._tell(Note(text)))

    def _count(self) -> None:
        try:
            counts = self._experiment.counts()
        except OutputError:  # the workers tell of it, and give up when it is time
            return
        self._tell(Counted(**{str(state): counts[state] for state in State}))


class _Child:
    """One worker's process and what is known of it."""

    def __init__(self, terms: Terms, inbox: Queue[tuple[_Child, Event | None]]) -> None:
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
            start_new_session=True,  # Ctrl-C at the terminal is for this process alone
        )
        self.running: Began | None = None
        self.since = 0.0
        self.note = ""
        self.words: deque[str] = deque(maxlen=_WORDS)
        self.overran = False
        self.killed_at: float | None = None
        self._errors = Thread(target=self._read_errors, daemon=True)
        self._errors.start()
        Thread(target=self._read_events, args=(inbox,), daemon=True).start()
        self._say(terms.to_line())

    def _read_events(self, inbox: Queue[tuple[_Child, Event | None]]) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.endswith("\n"):  # the last line of one that was killed may be cut off
                inbox.put((self, from_line(line)))
        self._process.stdout.close()
        self._process.wait()
        inbox.put((self, None))

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            self.words.extend(line.rstrip() for line in lines)

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except OSError:  # it has died; the end of its output will tell
            pass

    def status(self) -> int:
        """The exit status, negative for a signal, of one that has ended."""
        assert self._process.stdin is not None
        with suppress(OSError):  # what could not be said any more
            self._process.stdin.close()
        self._errors.join(_WORDS_SECONDS)  # a grandchild may hold the pipe for ever
        return self._process.wait()

    def finish(self) -> None:
        """Ask it to end after the running trial."""
        self._say("finish")

    def abandon(self) -> None:
        """Ask it to end at once; it is killed if that takes too long."""
        self._process.terminate()
        self.killed_at = monotonic() + _GRACE

    def kill(self) -> None:
        """End it without asking."""
        self._process.kill()


def _import_path() -> list[str]:
    """Where this process finds its modules."""
    return [path or os.getcwd() for path in sys.path]


def _how(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"
