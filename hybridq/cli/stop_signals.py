"""Ctrl-C during a run: finish the running trials, then abandon them."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hybridq.experiments.running.stop_request import StopRequest

_FINISH = "finishing the running trials; press Ctrl-C again to abandon them"
_ABANDON = "abandoning the running trials; the next run will resume them"


@contextmanager
def handle_stop_signals(stop: StopRequest, notify: Callable[[str], None]) -> Iterator[None]:
    """Convert Ctrl-C and termination signals within the block to stop requests.

    Args:
        stop: the request that the workers read.
        notify: called with a message within a signal handler.
    """
    from hybridq.experiments.running.stop_request import handle_signals, termination_signals

    def interrupt() -> None:
        if stop.finish:
            abandon()
        else:
            stop.request_finish()
            notify(_FINISH)

    def abandon() -> None:
        if not stop.abandon:
            stop.request_abandon()
            notify(_ABANDON)
        stop.interrupt()

    with handle_signals(
        {signal.SIGINT: interrupt, **dict.fromkeys(termination_signals(), abandon)}
    ):
        yield
