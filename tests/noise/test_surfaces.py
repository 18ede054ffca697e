"""Noise in `hybridq.solve` and in configs; the command line is in tests/cli."""

import json

import networkx as nx
import pytest

import hybridq as hq
from hybridq.core.errors import ParameterError
from hybridq.experiments import parse_config, plan, run_trial

TEXT = "one_qubit=0.001,two_qubit=0.01,readout=0.01/0.04"
MODEL = hq.NoiseModel.from_text(TEXT)
RING = hq.MaxCut(nx.cycle_graph(4))


def test_solve_takes_noise_runs_it_on_density_and_records_it():
    result = hq.solve(RING, p=1, noise=MODEL, kernels="numpy", rng=3)
    assert (result.engine.name, result.engine.noise) == ("density", MODEL.describe())
    engine = hq.engines.Density(MODEL, kernels="numpy")
    assert hq.solve(RING, p=1, engine=engine, rng=3).expectation == result.expectation
    perfect = hq.solve(RING, p=1, kernels="numpy", rng=3)
    assert result.expectation < perfect.expectation
    assert perfect.engine.noise is None
    restored = hq.Result.from_json(json.dumps(result.to_dict()))
    assert restored.engine == result.engine


def test_noise_on_an_engine_without_it_or_another_noise_is_refused():
    with pytest.raises(ParameterError, match="diagonal engine does not take noise: use engine="):
        hq.solve(RING, p=1, engine="diagonal", noise=TEXT)
    with pytest.raises(ParameterError, match="noise must be NoiseModel"):
        hq.solve(RING, p=1, engine=hq.engines.Density(MODEL), noise="one_qubit=0.5")
    assert hq.engines.resolve_engine(hq.engines.Density(MODEL), noise=TEXT).model == MODEL


def test_a_journal_resumes_with_the_same_noise_alone(tmp_path):
    path = tmp_path / "run.jsonl"
    first = hq.solve(RING, p=1, noise=MODEL, kernels="numpy", rng=3, journal=path)
    again = hq.solve(RING, p=1, noise=MODEL, kernels="numpy", rng=3, journal=path, resume=True)
    assert again.expectation == first.expectation
    with pytest.raises(hq.HybridqError):
        hq.solve(RING, p=1, noise="two_qubit=0.2", kernels="numpy", journal=path, resume=True)


CONFIG = """
name: noisy
problem: {kind: maxcut, graph: {kind: random-regular, nodes: 4, degree: 3}}
ansatz: {kind: qaoa, p: 1}
seed: 3
sweep:
  engine:
    - {kind: density, kernels: numpy, noise: {two_qubit: 0.0}}
    - {kind: density, kernels: numpy, noise: {two_qubit: {kind: depolarizing, strength: 0.1}}}
"""


def test_a_config_sweeps_noise():
    trials = list(plan(parse_config(CONFIG)))
    first, second = (run_trial(each.conditions).metrics["expectation"] for each in trials)
    assert second < first


def test_a_config_names_the_mistake_in_noise():
    with pytest.raises(hq.HybridqError, match="strength must be a number from 0 to 1, got 7"):
        list(plan(parse_config(CONFIG.replace("0.1}", "7}"))))
