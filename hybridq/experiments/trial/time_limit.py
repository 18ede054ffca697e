"""Time limit of a block, enforced by an interruption."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from hybridq.core.errors import HybridqError, ParameterError

_AGAIN = 1.0  # seconds after which the interruption is repeated, in case a handler caught it
_SOON = 0.02  # seconds after which a postponed interruption is tried again
_DELICATE = ("importlib.", "_frozen_importlib", "numba.", "llvmlite.")


class TrialTimeout(HybridqError):
    """A trial exceeded its time limit."""


class _TimeUp(BaseException):
    """Interruption that no handler of `Exception` takes for a failure."""


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """Interrupt the block after `seconds`.

    The system's interval timer interrupts the main thread; in other threads, and on systems without
    the timer, the limit has no effect. Compiled kernels run to their end first, and so do imports
    and compilations, whose interruption would break all later trials of the process.

    Args:
        seconds: the limit, None for none.

    Raises:
        TrialTimeout: the block took longer.
        ParameterError: the limit is not positive.
    """
    if seconds is not None and not seconds > 0:
        raise ParameterError(
            argument="time_limit", value=seconds, expected="a positive number of seconds, or None"
        )
    in_main = threading.current_thread() is threading.main_thread()
    if seconds is None or not in_main or not hasattr(signal, "setitimer"):
        yield
        return

    armed = True

    def ring(number: int, frame: FrameType | None) -> None:
        if armed and _is_delicate(frame):
            signal.setitimer(signal.ITIMER_REAL, _SOON, _AGAIN)
        elif armed:
            raise _TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
        yield
        armed = False
    except _TimeUp:
        armed = False
        raise TrialTimeout(
            f"the trial exceeded its time limit of {seconds:g} s",
            remedy="raise time_limit, or end its search sooner with budget.seconds or "
            "budget.evaluations",
        ) from None
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def _is_delicate(frame: FrameType | None) -> bool:
    """True during an import or a compilation."""
    while frame is not None:
        module = frame.f_globals.get("__name__") or ""
        if module.startswith(_DELICATE):
            return True
        frame = frame.f_back
    return False
