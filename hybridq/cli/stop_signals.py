"""Ctrl-C during a run: the first lets running trials finish, the second abandons them."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hybridq.experiments.running.stop_request import StopRequest

_FINISH = "finishing the running trials; press Ctrl-C again to abandon them"
_ABANDON = "abandoning the running trials; the next run takes them up again"


@contextmanager
def stopping_on_signals(stop: StopRequest, tell: Callable[[str], None]) -> Iterator[None]:
    """Within the block Ctrl-C and the system's handle_signals to end are wishes put into `stop`.

    Args:
        stop: what the workers look at.
        tell: told what was understood; it is called within a handler of a signal.
    """
    from hybridq.experiments.running.stop_request import termination_signals, handle_signals

    def interrupt() -> None:
        if stop.finish:
            abandon()
        else:
            stop.request_finish()
            tell(_FINISH)

    def abandon() -> None:
        if not stop.abandon:
            stop.request_abandon()
            tell(_ABANDON)
        stop.interrupt()

    with handle_signals({signal.SIGINT: interrupt, **dict.fromkeys(termination_signals(), abandon)}):
        yield
