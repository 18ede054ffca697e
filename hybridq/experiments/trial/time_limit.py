"""A hard limit on the time of a block: it is interrupted where it stands."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from hybridq.core.errors import HybridqError, ParameterError

_AGAIN = 1.0  # seconds after which the interruption comes again, where something swallowed it
_SOON = 0.02  # seconds after which it is tried again, where it would have done harm
_DELICATE = ("importlib.", "_frozen_importlib", "numba.", "llvmlite.")


class TrialTimeout(HybridqError):
    """A trial took longer than it may."""


class _TimeUp(BaseException):
    """No `Exception`: nothing between may take it for a failure of its own and go on."""


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """A block that is interrupted after so many seconds.

    The system's alarm clock does it, which only rings in the main thread: in others, and on systems
    without one, there is no limit. A compiled kernel is first run to its end, and so are imports
    and compilations, which would break all later trials of the process if they were cut in two.

    Args:
        seconds: the limit, None for none.

    Raises:
        TrialTimeout: the block took longer.
        ParameterError: the limit is not positive.
    """
    if seconds is not None and not seconds > 0:
        raise ParameterError(f"time_limit={seconds!r}: give a positive number of seconds, or None")
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
            f"the trial took longer than its time limit of {seconds:g} s: raise time_limit, or "
            "end its search sooner with budget.seconds or budget.evaluations"
        ) from None
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def _is_delicate(frame: FrameType | None) -> bool:
    """Whether an import or a compilation is under way."""
    while frame is not None:
        module = frame.f_globals.get("__name__") or ""
        if module.startswith(_DELICATE):
            return True
        frame = frame.f_back
    return False
