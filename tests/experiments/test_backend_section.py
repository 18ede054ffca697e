"""The section `backend`: trials on machines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hybridq.backends import Ledger
from hybridq.core.errors import ConfigError
from hybridq.experiments import load_config, plan
from hybridq.experiments.trial.run import run_trial

CONFIG = """
name: machines
problem: {kind: random-regular, nodes: 6, instances: 1}
ansatz: {kind: qaoa, p: 1}
engine: {kind: auto, kernels: numpy}
shots: 500
repeats: 2
sweep:
  backend:
    - {kind: none}
    - {kind: embedded, noise: {two_qubit: 0.02}}
"""


def planned(tmp_path: Path, text: str) -> list[dict[str, Any]]:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    return [trial.conditions for trial in plan(load_config(path))]


def test_trials_without_a_machine_are_those_of_earlier_versions(tmp_path: Path) -> None:
    plain, *others = planned(tmp_path, CONFIG)
    assert "backend" not in plain
    assert [each["backend"]["kind"] for each in others if "backend" in each] == ["embedded"] * 2


def test_a_trial_on_a_machine_has_its_mean_and_the_prediction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    machines = [each for each in planned(tmp_path, CONFIG) if "backend" in each]
    found = [run_trial(each, base=tmp_path).metrics for each in machines]
    for each in found:
        assert abs(each["expectation"] - each["predicted"]) < 5 * each["standard_error"]
        assert each["predicted"] < each["ideal"]
        assert each["two_qubit_gates"] == 9
    assert found[0]["expectation"] != found[1]["expectation"]  # repeats draw other samples
    with Ledger(tmp_path / "hybridq-jobs.db") as ledger:
        assert sum(each.shots for each in ledger.batches()) == 2 * (500 + 100)
    again = run_trial(machines[0], base=tmp_path).metrics
    assert again["expectation"] == found[0]["expectation"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("backend: {kind: embeded}", "embedded"),
        ("backend: {kind: embedded, sed: 3}", "unknown key 'sed'"),
        ("backend: {kind: embedded, noise: {two_qubit: 3}}", "from 0 to 1"),
        ("backend: {kind: qiskit, device: fake-1}", "device must be an integer >= 2"),
        ("backend: embedded\nansatz: {kind: hardware-efficient}", "runs the ansatz 'qaoa'"),
    ],
)
def test_mistakes_are_found_before_a_run(line: str, words: str, tmp_path: Path) -> None:
    graphs = "problem: {kind: random-regular, nodes: 6, instances: 1}"
    text = f"name: x\n{graphs}\n{line}\n"
    with pytest.raises(ConfigError, match=words):
        planned(tmp_path, text)
