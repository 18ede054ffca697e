"""The study of the outer loop: its books, its design, and a miniature of the whole."""

import json
from dataclasses import replace

import numpy as np
import pytest

import hybridq as hq
from hybridq.objectives import FromShots, ParameterShift

pytest.importorskip(
    "experiments.outer_loop.study", reason="needs the repository: run from its root"
)

from experiments.finished_rows import finished_rows
from experiments.outer_loop import bands, counted, design, instances, runs, study


@pytest.fixture
def problem():
    return instances.INSTANCES[0].problem()


def test_the_blocks_of_five_depths_meet_each_instance_once():
    met = [each for p in range(1, 6) for each in instances.block(p)]
    assert len(met) == 100
    assert set(met) == set(instances.INSTANCES)
    assert [each.index for each in instances.INSTANCES] == list(range(100))


def test_every_optimizer_that_can_meets_every_start():
    searched = {(run.mode, run.method, run.start) for run in design.FULL.runs()}
    for method in set(design.METHODS) - set(design.SAMPLERS):
        for start in design.FULL.starts:
            assert ("exact", method, start) in searched
            assert (("shots", method, start) in searched) == (method in design.FROM_SHOTS)


def test_no_search_is_made_twice():
    keys = [run.key for run in design.FULL.runs()]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("kind", "gradient"),
    [("exact", 4), ("shift", 1 + 2 * 2 * (15 + 10))],
)
def test_a_gradient_costs_what_the_book_says(problem, kind, gradient):
    ansatz = hq.QAOA(problem.hamiltonian, 2)
    objective = hq.Expectation(ansatz, problem.hamiltonian)
    if kind == "shift":
        objective = ParameterShift(objective, shots=50, rng=1)
    meter = counted.Meter(budget=10_000)
    counted.Counted(objective, meter).value_and_gradient(ansatz.initial_point("ramp"))
    assert meter.spent == gradient


def test_values_fidelities_and_circuits_from_shots_agree_with_their_own_count(problem):
    ansatz = hq.QAOA(problem.hamiltonian, 1)
    sampled = FromShots(hq.Expectation(ansatz, problem.hamiltonian), shots=20, rng=3)
    meter = counted.Meter(budget=100)
    objective = counted.Counted(sampled, meter)
    x = ansatz.initial_point("ramp")
    objective(x)
    objective.values(np.array([x, 1.1 * x]))
    objective.fidelity(x, 0.9 * x)
    assert meter.spent == sampled.circuits == 4


def test_the_best_point_is_that_of_the_executions_paid_for():
    meter = counted.Meter(budget=10)
    for x, value, cost in ((1.0, 5.0, 4), (2.0, 3.0, 4), (3.0, 1.0, 4)):
        meter.saw(np.array([x]), value, cost)
    assert meter.best_at(3) == [1.0]  # nothing is paid for yet: the start
    assert meter.best_at(4) == [1.0]
    assert meter.best_at(10) == [2.0]
    assert meter.over


def test_the_band_of_independent_values_is_that_of_the_normal_distribution():
    values = np.random.default_rng(1).normal(size=400)
    found = bands.band(values, range(400))
    assert found.mean == pytest.approx(values.mean())
    assert found.high - found.low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)


def test_instances_are_drawn_whole():
    once = bands.band(np.arange(20.0), range(20))
    twice = bands.band(np.repeat(np.arange(20.0), 2), np.repeat(np.arange(20), 2))
    assert (once.mean, once.low, once.high) == (twice.mean, twice.low, twice.high)


def test_a_checkpoint_shows_what_the_largest_budget_that_fits_has_come_to():
    rows = {
        50: {"at": [[0.1, 0], [0.5, 0]], "n": 1},
        400: {"at": [[0.0, 0], [0.2, 0], [0.3, 0], [0.9, 0]], "n": 2},
    }
    found = bands.joined(rows, (10, 50, 100, 400))
    assert found == {"at": [[0.1, 0], [0.5, 0], [0.5, 0], [0.9, 0]], "n": 2}


def test_a_torn_line_is_made_again(tmp_path):
    store = tmp_path / "store.jsonl"
    store.write_bytes(b'{"key": "a"}\n{"key": "b')
    assert [row["key"] for row in finished_rows(store)] == ["a"]
    assert store.read_bytes() == b'{"key": "a"}\n'


def test_the_miniature_runs_goes_on_and_writes_everything(tmp_path, monkeypatch):
    few = {"methods": ("l-bfgs", "spsa 0.02"), "strategies": ("direct",), "depths": (1,)}
    monkeypatch.setattr(study, "QUICK", replace(design.QUICK, **few))
    store, out = tmp_path / "store.jsonl", tmp_path / "out"
    words = ["--quick", "--jobs", "1", "--store", str(store), "--out", str(out)]
    runs.run_all(study.QUICK, store, jobs=1)
    first = store.read_text().splitlines()
    store.write_text("\n".join(first[:-3]) + "\n")
    study.main(words)
    second = store.read_text().splitlines()
    assert [without_time(row) for row in second] == [without_time(row) for row in first]
    assert {each.name for each in out.iterdir()} == {
        "study.md", "study.json", "convergence.png", "convergence_random.png", "grid.png",
        "starts.png",
    }  # fmt: skip
    assert "| l-bfgs |" in (out / "study.md").read_text()


def without_time(line):
    row = json.loads(line)
    del row["cpu"]
    return row
