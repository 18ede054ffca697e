"""A stored trial run again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hybridq.core.errors import ParameterError
from hybridq.experiments.records import State
from hybridq.experiments.running.reproduce import reproduce
from hybridq.experiments.running.runner import prepare, run
from hybridq.experiments.store.store import Experiment, Store
from tests.experiments.run_samples import small


@pytest.fixture
def experiment(tmp_path: Path) -> Experiment:
    return run(small("repeats=1"), Store.open(f"sqlite:///{tmp_path}/runs.db"), 1)


def test_a_trial_run_again_is_identical(experiment: Experiment) -> None:
    again = reproduce(experiment, 2)
    assert again.identical
    assert again.trial.number == 2
    assert again.changed == {}
    assert experiment.counts()[State.DONE] == 4


def test_what_differs_and_what_changed_is_named(
    experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = experiment.trials()[1]
    assert trial.outcome is not None
    ratio = trial.outcome.metrics["ratio"]
    other = replace(
        trial.outcome,
        metrics={**trial.outcome.metrics, "ratio": ratio + 1e-15},
        provenance={
            **trial.outcome.provenance,
            "versions": {**trial.outcome.provenance["versions"], "numpy": "0.1"},
            "peak_memory": 1,
        },
    )
    stored = [replace(one, outcome=other) for one in experiment.trials() if one.number == 1]
    monkeypatch.setattr(Experiment, "trials", lambda self, **_: stored)
    again = reproduce(experiment, 1)
    assert not again.identical
    assert len(again.differences) == 1
    assert "ratio" in again.differences[0]
    assert list(again.changed) == ["versions.numpy"]
    assert again.changed["versions.numpy"][0] == "0.1"


def test_a_trial_that_is_not_there_or_not_done_is_refused(
    experiment: Experiment, tmp_path: Path
) -> None:
    with pytest.raises(ParameterError, match="number must be one of 0 to 3, got 9"):
        reproduce(experiment, 9)
    waiting = prepare(small(), Store.open(f"sqlite:///{tmp_path}/other.db")).experiment
    with pytest.raises(ParameterError, match="trial 0 of 'small' is waiting"):
        reproduce(waiting, 0)
    waiting.fail(waiting.claim("a"), "ValueError: no", retries=1)
    with pytest.raises(ParameterError, match="trial 0 of 'small' is failed"):
        reproduce(waiting, 0)
