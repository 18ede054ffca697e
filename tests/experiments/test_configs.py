"""The configs that come with the project: each is checked, and runs in miniature."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pydantic
import pytest

from hybridq.experiments.config.config import load_config
from hybridq.experiments.config.schema import json_schema
from hybridq.experiments.config.sweep import plan
from hybridq.experiments.records import State
from hybridq.experiments.running.runner import run
from hybridq.experiments.store.store import Store

CONFIGS = Path(__file__).parents[2] / "configs"
SCHEMA = CONFIGS / "hybridq.schema.json"

_GRAPHS = ["problem.nodes=6", "problem.instances=1"]
_SHORT = ["budget.evaluations=15", "repeats=1"]

#: What makes each config small enough for a test.
MINIATURES = {
    "adapt": ["sweep.ansatz.max_operators=[1, 2]"],
    "bayesian_angles": [*_GRAPHS, *_SHORT],
    "coloring_mixers": ["problem.graph.nodes=4", "problem.graph.instances=1", "sweep.ansatz.p=[1]"],
    "cvar": [*_GRAPHS, "repeats=1"],
    "example": _GRAPHS,
    "fake_device": [*_GRAPHS, "sweep.ansatz.p=[1]"],
    "few_executions": [*_GRAPHS, *_SHORT],
    "h2_bond_scan": ["sweep.problem.bond=[0.735]", "budget.evaluations=20"],
    "knapsack_encodings": ["sweep.ansatz.p=[1]", "strategy.restarts=0", "repeats=1"],
    "lih_bond_scan": ["sweep.problem.bond=[1.6]", "budget.evaluations=5"],
    "maxcut_depth_sweep": [*_GRAPHS, "sweep.ansatz.p=[1, 2]"],
    "mitigation": [
        "engine.kernels=numpy",
        "measurement.shots=400",
        "sweep.mitigation=[{kind: readout}, {kind: post-selection}]",
    ],
    "noise_sweep": [*_GRAPHS, "sweep.ansatz.p=[1]"],
    "optimizer_comparison": [*_GRAPHS, *_SHORT],
    "shots": [*_GRAPHS, *_SHORT],
    "shots_to_target": [
        "problem.path=../problems/molecules/h2_sto3g.fcidump",
        "sweep.measurement.target_error=[0.1]",
    ],
    "tfim_field": ["problem.sites=4", "sweep.problem.h=[0.5, 1.0]", "sweep.ansatz.layers=[1]"],
}
STUDIES = sorted(
    path for path in (CONFIGS.parent / "experiments").glob("*/*.yaml") if path.stem != "common"
)
_CHEMISTRY = {"h2_bond_scan", "lih_bond_scan"}


def test_every_config_has_a_miniature():
    assert sorted(path.stem for path in CONFIGS.glob("*.yaml")) == sorted(MINIATURES)


@pytest.mark.parametrize("name", MINIATURES)
def test_config_runs_in_miniature(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where a ledger is made
    if name in _CHEMISTRY:
        pytest.importorskip("pyscf")
    if name == "fake_device":
        pytest.importorskip("qiskit")
    config = load_config(CONFIGS / f"{name}.yaml", MINIATURES[name])
    with Store.open(f"journal:///{tmp_path}/runs.log") as store:
        experiment = run(config, store, jobs=1)
        trials = experiment.trials()
        assert len(trials) == len(plan(config)) >= 2
        assert {trial.state for trial in trials} == {State.DONE}
        assert all(trial.outcome.metrics[experiment.metric] is not None for trial in trials)


@pytest.mark.parametrize("name", MINIATURES)
def test_config_opens_with_its_schema_its_question_and_its_number_of_trials(name):
    path = CONFIGS / f"{name}.yaml"
    schema, question, effort = path.read_text(encoding="utf-8").splitlines()[:3]
    assert schema == f"# yaml-language-server: $schema={SCHEMA.name}"
    assert question.endswith("?")
    said = re.match(r"# (\d+) trials, (half a minute|\d+ (seconds|minutes))", effort)
    assert said, effort
    assert int(said[1]) == len(plan(load_config(path)))


def test_experiment_has_the_name_of_its_file():
    for name in MINIATURES:
        assert load_config(CONFIGS / f"{name}.yaml").name == name.replace("_", "-")


@pytest.mark.skipif(
    tuple(map(int, pydantic.VERSION.split(".")[:2])) < (2, 11),
    reason="schemas read otherwise there",
)
def test_schema_beside_the_configs_is_that_of_the_code():
    stored = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert stored == json_schema(), (
        "write it anew: hybridq config schema --out configs/hybridq.schema.json"
    )


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_config_of_a_study_has_no_mistakes(path):
    assert len(plan(load_config(path))) >= 2
