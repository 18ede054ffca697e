"""Heartbeats of a worker that is running, and the release of trials of dead ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import HybridqError

if TYPE_CHECKING:
    from hybridq.experiments.store.store import Experiment

BEAT_SECONDS = 10.0
DEAD_AFTER = 60.0
"""Seconds without a heartbeat after which a worker's trials go to others."""


@contextmanager
def heartbeats(
    experiment: Experiment, worker: str, retry: Callable[[Callable[[], None]], Any]
) -> Iterator[None]:
    """Send heartbeats and release trials of dead workers from a thread.

    Args:
        experiment: the trials.
        worker: name of the worker.
        retry: calls the first heartbeat until the storage takes it.
    """
    ended = threading.Event()

    def beat() -> None:
        while True:
            with suppress(HybridqError):  # the worker itself reports a failing storage
                experiment.beat(worker)
                experiment.release_dead(DEAD_AFTER)
            if ended.wait(BEAT_SECONDS):
                return

    retry(lambda: experiment.beat(worker))
    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(BEAT_SECONDS)
        with suppress(HybridqError):
            experiment.leave(worker)
