"""Compare an experiment that was disturbed with one that was not."""

from __future__ import annotations

import hashlib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.chaos.processes import CONFIG
from hybridq.experiments.config.config import load_config
from hybridq.experiments.config.sweep import plan
from hybridq.experiments.records import Plain, State
from hybridq.experiments.store.store import Experiment
from hybridq.experiments.trial.run import run_trial

_TIMES = ("seconds", "seconds_total")


def undisturbed() -> dict[str, Plain]:
    """The figures of each trial by identity, run here without any store."""
    planned = plan(load_config(CONFIG))
    with ProcessPoolExecutor(max_workers=2) as pool:
        found = pool.map(_figures_of, [one.conditions for one in planned], chunksize=4)
        return {one.identity: figures for one, figures in zip(planned, found, strict=True)}


def check(experiment: Experiment, expected: dict[str, Plain]) -> str:
    """One line that says all is as it should be.

    Raises:
        AssertionError: a trial is missing, failed, recorded twice, or has other figures or arrays.
    """
    counts = experiment.counts()
    assert counts[State.DONE] == len(expected), f"not all is done: {counts}"
    done = Counter(
        trial.identity for trial in experiment.trials(attempts=True) if trial.outcome is not None
    )
    twice = [identity for identity, count in done.items() if count > 1]
    assert not twice, f"recorded twice: {twice}"
    for trial in experiment.trials():
        assert trial.outcome is not None
        found = _figures(trial.outcome.metrics, experiment.arrays(trial)["values"])
        wanted = expected[trial.identity]
        assert found == wanted, f"trial {trial.number} gave {found} in place of {wanted}"
    return f"{len(done)} trials, each recorded once, all figures and arrays identical"


def _figures_of(conditions: Plain) -> Plain:
    found = run_trial(conditions, base=Path(CONFIG).parent, threads=1, arrays=["values"])
    return _figures(found.metrics, found.arrays["values"])


def _figures(metrics: Plain, values: NDArray[np.float64]) -> Plain:
    figures = {name: value for name, value in metrics.items() if name not in _TIMES}
    return {**figures, "values": hashlib.sha256(values.tobytes()).hexdigest()}
