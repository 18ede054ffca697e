"""Requests to end a run: after the running trials, or at once."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_POLL_SECONDS = 0.1


class Abandoned(BaseException):
    """Interruption of a running trial, which returns to the queue.

    It is not an `Exception`, so that no handler takes it for a failure of the trial, and not a
    `KeyboardInterrupt`, at which a search would return the best point so far.
    """


class StopRequest:
    """Stop request, set by signal handlers and threads and read by the worker.

    Attributes:
        finish: start no further trial.
        abandon: interrupt the running one too.
    """

    def __init__(self) -> None:
        self.finish = False
        self.abandon = False
        self._in_trial = False

    def request_finish(self) -> None:
        """Request that no further trial starts."""
        self.finish = True

    def request_abandon(self) -> None:
        """Request the end of the running trial too; only a signal interrupts it."""
        self.abandon = self.finish = True

    def sleep(self, seconds: float) -> None:
        """Sleep until the time is over or a stop is requested."""
        # A threading.Event can deadlock when a handler of the waiting thread sets it.
        end = time.monotonic() + seconds
        while not self.finish and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _POLL_SECONDS))

    def interrupt(self) -> None:
        """Raise `Abandoned` if the main thread runs a trial that is to be abandoned.

        Signal handlers call this. It raises only within a trial, since an interrupted write to the
        store would leave the trial's state unknown.
        """
        if self.abandon and self._in_trial:
            raise Abandoned

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Mark the block as a trial that may be interrupted."""
        self._in_trial = True
        try:
            self.interrupt()  # requested just before
            yield
        finally:
            self._in_trial = False


@contextmanager
def handle_signals(
    handlers: dict[signal.Signals, Callable[[], None]],
) -> Iterator[None]:
    """Call these functions on signals within the block, in the main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[signal.Signals, Any] = {}
    try:
        for number, handler in handlers.items():

            def call(_: int, __: FrameType | None, handler: Callable[[], None] = handler) -> None:
                handler()

            before[number] = signal.signal(number, call)
        yield
    finally:
        for number, handler_before in before.items():
            signal.signal(number, handler_before)


def termination_signals() -> list[signal.Signals]:
    """Return the signals by which the system ends a process."""
    names = ("SIGTERM", "SIGHUP")
    return [getattr(signal, name) for name in names if hasattr(signal, name)]
