"""A small experiment and what it gives when nothing disturbs it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from hybridq.experiments.config.config import ExperimentConfig, parse_config
from hybridq.experiments.config.sweep import plan
from hybridq.experiments.records import Plain, StoredTrial
from hybridq.experiments.store.store import Experiment
from hybridq.experiments.trial.run import run_trial

_TIMES = ("seconds", "seconds_total")

SMALL = """
name: small
problem: {kind: random-regular, nodes: 6, degree: 3, instances: 2}
ansatz: {kind: qaoa, p: 1}
optimizer: {kind: cobyla}
budget: {evaluations: 15}
shots: 32
repeats: 2
seed: 3
sweep:
  ansatz.p: [1, 2]
"""


def small(*overrides: str) -> ExperimentConfig:
    """The small experiment, 8 trials unless the overrides say otherwise."""
    return parse_config(SMALL, overrides=overrides)


def undisturbed(config: ExperimentConfig) -> dict[str, Plain]:
    """The figures of each trial, by identity, from one run after the other in this process."""
    return {one.identity: _alone(json.dumps(one.conditions)) for one in plan(config)}


@cache
def _alone(conditions: str) -> Plain:
    """The figures of a trial, by its conditions in JSON; they are always the same."""
    return figures(run_trial(json.loads(conditions), base=Path.cwd(), threads=1).metrics)


def figures(metrics: Plain) -> Plain:
    """Return the facts that do not depend on the clock."""
    return {name: value for name, value in metrics.items() if name not in _TIMES}


def stored_figures(trials: Sequence[StoredTrial]) -> dict[str, Plain]:
    """The figures of each trial that is done, by identity."""
    return {
        trial.identity: figures(trial.outcome.metrics)
        for trial in trials
        if trial.outcome is not None
    }


def each_done_once(experiment: Experiment) -> bool:
    """Return whether no identity was recorded twice."""
    done = [one.identity for one in experiment.trials(attempts=True) if one.outcome is not None]
    return len(done) == len(set(done))
