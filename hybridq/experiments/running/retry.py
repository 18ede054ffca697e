"""Retries of transient storage failures, such as a server that restarts."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

from hybridq.core.errors import OutputError
from hybridq.experiments.running.stop_request import StopRequest

T = TypeVar("T")

RETRY_SECONDS = 120.0
"""Seconds of storage failures after which a worker gives up."""

_FIRST_DELAY, _LONGEST_DELAY = 0.25, 1.0  # seconds between two attempts


def retry(
    call: Callable[[], T],
    stop: StopRequest,
    notify: Callable[[str], None],
    seconds: float = RETRY_SECONDS,
) -> T:
    """Return the result of `call`, repeated while the storage fails.

    Args:
        call: accesses the storage, and may be repeated.
        stop: ends the retries when it requests to abandon.
        notify: called once when the storage fails, and once when it recovers.
        seconds: time after which the failure is raised.

    Raises:
        OutputError: the storage has failed for that long.
    """
    delay, failed_at = _FIRST_DELAY, None
    while True:
        try:
            result = call()
        except OutputError as error:
            if failed_at is None:
                failed_at = monotonic()
                notify(f"{error}; retrying for {seconds:g} s")
            if monotonic() - failed_at > seconds or stop.abandon:
                raise
            sleep(delay)
            delay = min(2 * delay, _LONGEST_DELAY)
        else:
            if failed_at is not None:
                notify(f"the storage has recovered after {monotonic() - failed_at:.0f} s")
            return result
