"""Trials that a dead worker has left behind are freed for the others."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from hybridq.experiments.records import Plain, State
from hybridq.experiments.store.heartbeat import is_dead
from hybridq.experiments.store.trial_record import Row
from hybridq.experiments.store.trials import Trials

_WORKER = "worker:"
_NAMELESS_SECONDS = 5.0


def leave_sign(trials: Trials, worker: str, sign: Plain) -> None:
    """Leave a worker's sign of life with the experiment."""
    trials.storage.set_study_user_attr(trials.study, f"{_WORKER}{worker}", sign)


def release_left(trials: Trials, timeout: float) -> int:
    """Let the trials of dead workers wait again; how many there were.

    Args:
        trials: of an experiment.
        timeout: seconds without a sign of life after which a worker counts as dead.
    """
    running = trials.heads([State.RUNNING])
    if not running:
        return 0
    signs = trials.attributes(_WORKER)
    left = [row for row in running if _is_left(row, signs, timeout)]
    return sum(_release_unchanged(trials, row) for row in left)


def _release_unchanged(trials: Trials, row: Row) -> bool:
    """Release it unless somebody else has done so meanwhile and a third one runs it."""
    now = trials.row(row.trial_id)
    if now.state is not State.RUNNING or now.worker != row.worker:
        return False
    return trials.release(row.trial_id)


def _is_left(row: Row, signs: Mapping[str, Any], timeout: float) -> bool:
    """Whether a running trial has no worker any more."""
    sign = signs.get(f"{_WORKER}{row.worker}")
    if sign is not None:
        return is_dead(sign, timeout)
    if row.worker is None:
        # Killed before it could leave its name, which takes milliseconds; and if it lives, the
        # trial is run twice and recorded once.
        timeout = min(timeout, _NAMELESS_SECONDS)
    return row.since is None or time.time() - row.since > timeout
