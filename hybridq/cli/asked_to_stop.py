"""Ctrl-C during a run: the first lets running trials finish, the second abandons them."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hybridq.experiments.running.stop import Stop

_FINISH = "finishing the running trials; press Ctrl-C again to abandon them"
_ABANDON = "abandoning the running trials; the next run takes them up again"


@contextmanager
def stopping_on_signals(stop: Stop, tell: Callable[[str], None]) -> Iterator[None]:
    """Within the block Ctrl-C and the system's signals to end are wishes put into `stop`.

    Args:
        stop: what the workers look at.
        tell: told what was understood; it is called within a handler of a signal.
    """
    from hybridq.experiments.running.stop import hang_ups, signals

    def interrupt() -> None:
        if stop.finish:
            abandon()
        else:
            stop.ask_finish()
            tell(_FINISH)

    def abandon() -> None:
        if not stop.abandon:
            stop.ask_abandon()
            tell(_ABANDON)
        stop.interrupt()

    with signals({signal.SIGINT: interrupt, **dict.fromkeys(hang_ups(), abandon)}):
        yield
