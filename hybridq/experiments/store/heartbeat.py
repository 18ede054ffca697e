"""Heartbeats of workers, and the release of trials whose worker is dead."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Mapping
from typing import Any

from hybridq.core.processes import born, machine
from hybridq.experiments.records import Plain, State
from hybridq.experiments.store.trial_record import TrialRecord
from hybridq.experiments.store.trials import Trials

_WORKER = "worker:"
_NAMELESS_SECONDS = 5.0


def new_worker() -> str:
    """Return a new worker's name: the host, the process and random digits."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"


def heartbeat(now: float) -> Plain:
    """Return the heartbeat of this process's worker.

    Args:
        now: time in seconds since 1970.
    """
    pid = os.getpid()
    return {
        "host": socket.gethostname(),
        "machine": machine(),
        "pid": pid,
        "born": born(pid),
        "seen": now,
    }


def is_dead(beat: Mapping[str, object], timeout: float, now: float) -> bool:
    """True if the worker's process has ended or its heartbeat has expired.

    The process is checked only on the same machine, by its number and its start time, since the
    system reuses numbers. Elsewhere the clocks decide, which must agree well within `timeout`. A
    living worker that is taken for dead does no harm: its trial is run twice and recorded once.

    Args:
        beat: the worker's latest heartbeat.
        timeout: most seconds since the heartbeat.
        now: time in seconds since 1970.
    """
    if beat.get("left"):
        return True
    seen = beat["seen"]
    assert isinstance(seen, int | float)
    if now - seen > timeout:
        return True
    pid, birth = beat.get("pid"), beat.get("born")
    if birth is None or beat.get("machine") != machine() or not isinstance(pid, int):
        return False
    return born(pid) != birth


def write_heartbeat(trials: Trials, worker: str, beat: Plain) -> None:
    """Store a worker's heartbeat with the experiment."""
    trials.storage.set_study_user_attr(trials.study, f"{_WORKER}{worker}", beat)


def release_expired(trials: Trials, timeout: float) -> int:
    """Return the trials of dead workers to the queue; return their number.

    Args:
        trials: the trials of an experiment.
        timeout: seconds without a heartbeat after which a worker counts as dead.
    """
    running = trials.headers([State.RUNNING])
    if not running:
        return 0
    beats = trials.attributes(_WORKER)
    now = trials.clock()
    expired = [one for one in running if _is_expired(one, beats, timeout, now)]
    return sum(_release_unchanged(trials, one) for one in expired)


def _release_unchanged(trials: Trials, record: TrialRecord) -> bool:
    """Release the trial unless another worker holds it."""
    now = trials.record(record.trial_id)
    if now.state is not State.RUNNING or now.worker != record.worker:
        return False
    return trials.release(record.trial_id)


def _is_expired(record: TrialRecord, beats: Mapping[str, Any], timeout: float, now: float) -> bool:
    """True if a running trial has lost its worker."""
    beat = beats.get(f"{_WORKER}{record.worker}")
    if beat is not None:
        return is_dead(beat, timeout, now)
    if record.worker is None:
        # The worker was killed before it stored its name, which takes milliseconds. If it lives,
        # the trial is run twice and recorded once.
        timeout = min(timeout, _NAMELESS_SECONDS)
    return record.since is None or now - record.since > timeout
