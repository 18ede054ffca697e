"""How a run is asked to end: after the trials that are running, or at once."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_GLANCE = 0.1  # seconds


class Abandoned(BaseException):
    """The running trial is to be left as it is.

    No `Exception`, so that nothing between takes it for a failure of the trial, and no
    `KeyboardInterrupt`, at which a search would end with the best point it has.
    """


class Stop:
    """What was asked for so far. It is set from signals and threads, and read by the worker.

    Attributes:
        finish: begin no further trial.
        abandon: leave the running one too.
    """

    def __init__(self) -> None:
        self.finish = False
        self.abandon = False
        self._in_trial = False

    def ask_finish(self) -> None:
        """Begin no further trial."""
        self.finish = True

    def ask_abandon(self) -> None:
        """Leave the running trial as well; its thread is interrupted only by a signal."""
        self.abandon = self.finish = True

    def sleep(self, seconds: float) -> None:
        """Wait so long, or until something is asked for."""
        # No threading.Event: setting one in a handler of the thread that waits can lock up.
        end = time.monotonic() + seconds
        while not self.finish and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _GLANCE))

    def interrupt(self) -> None:
        """`Abandoned`, where the main thread runs a trial that is to be left.

        Called by handlers of signals: only within a trial, since a write to the store that was
        cut in two would leave the trial's state unknown.
        """
        if self.abandon and self._in_trial:
            raise Abandoned

    @contextmanager
    def trial(self) -> Iterator[None]:
        """The block that may be interrupted."""
        self._in_trial = True
        try:
            self.interrupt()  # asked for in the moment before
            yield
        finally:
            self._in_trial = False


@contextmanager
def signals(
    handlers: dict[signal.Signals, Callable[[], None]],
) -> Iterator[None]:
    """Within the block these signals call these functions; outside the main thread none does."""
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


def hang_ups() -> list[signal.Signals]:
    """The signals by which a system ends a process, as far as there are any here."""
    names = ("SIGTERM", "SIGHUP")
    return [getattr(signal, name) for name in names if hasattr(signal, name)]
