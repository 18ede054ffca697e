"""Storages that fail for a while: a server that restarts, a disk that is full for a moment."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

from hybridq.core.errors import OutputError
from hybridq.experiments.running.stop import Stop

T = TypeVar("T")

PATIENCE = 120.0
"""Seconds that a storage may fail before a worker gives up."""

_NAPS = (0.25, 1.0)  # seconds between two tries: at first, and at most


def patiently(
    call: Callable[[], T], stop: Stop, tell: Callable[[str], None], patience: float = PATIENCE
) -> T:
    """What `call` returns, tried again while the storage fails.

    Args:
        call: talks to the storage; calling it again does no harm.
        stop: ends the waiting when it asks to abandon.
        tell: told once when the storage fails, and once when it is back.
        patience: seconds after which the failure is raised.

    Raises:
        OutputError: the storage has failed for that long.
    """
    nap, failed_at = _NAPS[0], None
    while True:
        try:
            result = call()
        except OutputError as error:
            if failed_at is None:
                failed_at = monotonic()
                tell(f"{error}; trying again for {patience:g} s")
            if monotonic() - failed_at > patience or stop.abandon:
                raise
            sleep(nap)
            nap = min(2 * nap, _NAPS[1])
        else:
            if failed_at is not None:
                tell(f"the storage answers again, after {monotonic() - failed_at:.0f} s")
            return result
