"""A solve that is killed and resumed ends in the same result."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import FormatError, OutputError, ParameterError
from hybridq.objectives import Expectation

MOLECULES = Path(__file__).parents[2] / "problems" / "molecules"
GRAPH = nx.random_regular_graph(3, 8, seed=1)


def maxcut(**options):
    return hq.solve(hq.MaxCut(GRAPH), **{"p": 2, "rng": 7, "max_evaluations": 60} | options)


def facts(result):
    plain = json.loads(result.to_json())
    del plain["seconds"]
    return plain, result.trace.values.tolist()


def cut(path, lines):
    kept = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(kept[:lines]) + b'["gradient",0.1,"torn')
    return len(kept)


WAYS = {
    "cobyla from three starts": {"optimizer": "cobyla", "restarts": 2},
    "interp": {"strategy": "interp", "p": 4},
    "multistart": {"strategy": "multistart", "restarts": 3},
    "cvar from shots": {
        "objective": "cvar",
        "objective_shots": 50,
        "optimizer": "nelder-mead",
        "max_evaluations": 30,
    },
    "hardware-efficient": {"ansatz": "hardware-efficient", "layers": 1, "p": None},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_killed_solve_ends_in_the_same_result(way, tmp_path):
    path = tmp_path / "run.jsonl"
    whole = maxcut(**WAYS[way])
    assert facts(maxcut(**WAYS[way], journal=path)) == facts(whole)
    length = len(path.read_bytes().splitlines())
    for lines in (1, 2, length // 3, 2 * length // 3, length):
        cut(path, lines)
        assert facts(maxcut(**WAYS[way], journal=path, resume=True)) == facts(whole), lines
        assert len(path.read_bytes().splitlines()) == length


def test_a_finished_solve_is_not_simulated_again(tmp_path, monkeypatch):
    path = tmp_path / "run.jsonl"
    whole = maxcut(optimizer="nelder-mead", journal=path)

    def fail(*args):
        raise AssertionError("simulated again")

    monkeypatch.setattr(Expectation, "__call__", fail)
    assert facts(maxcut(optimizer="nelder-mead", journal=path, resume=True)) == facts(whole)


def test_without_a_seed_the_journal_gives_it(tmp_path):
    path = tmp_path / "run.jsonl"
    options = {"initial": "random", "optimizer": "differential-evolution", "rng": None}
    whole = maxcut(**options, journal=path)
    assert whole.seed is not None
    cut(path, 4)
    assert facts(maxcut(**options, journal=path, resume=True)) == facts(whole)


def lithium_hydride(**options):
    molecule = hq.Molecule.from_fcidump(MOLECULES / "lih_sto3g.fcidump")
    return hq.solve(molecule, **{"rng": 7} | options)


@pytest.mark.parametrize("options", [{}, {"ansatz": "adapt", "max_operators": 3}])
def test_a_killed_energy_is_the_same(options, tmp_path):
    path = tmp_path / "run.jsonl"
    whole = lithium_hydride(**options)
    lithium_hydride(**options, journal=path)
    length = len(path.read_bytes().splitlines())
    for lines in (length // 2, length - 2):
        cut(path, lines)
        assert facts(lithium_hydride(**options, journal=path, resume=True)) == facts(whole)


def test_a_grown_circuit_may_go_on_under_other_rules(tmp_path):
    path = tmp_path / "run.jsonl"
    whole = lithium_hydride(ansatz="adapt", max_operators=3)
    lithium_hydride(ansatz="adapt", max_operators=1, journal=path)
    more = {"ansatz": "adapt", "journal": path, "resume": True}
    assert facts(lithium_hydride(**more, max_operators=3)) == facts(whole)
    with pytest.raises(FormatError, match='ansatz pool is "sd" in this run and "gsd"'):
        lithium_hydride(**more, pool="sd")


@pytest.mark.parametrize("changes", [{"alpha": 2.0}, {"initial": [0.1]}, {"threads": 0}])
def test_nothing_is_left_of_a_solve_that_is_refused(changes, tmp_path):
    with pytest.raises(ParameterError):
        maxcut(objective="cvar", **changes, journal=tmp_path / "run.jsonl")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rng": 8}, "seed is 8 in this run and 7 in the journal"),
        ({"p": 3}, "ansatz n params is 6 in this run and 4 in the journal"),
        ({"optimizer": "powell"}, 'method is "powell" in this run and "nelder-mead"'),
        ({"precision": "single"}, 'precision is "single" in this run and "double"'),
        ({"initial": "random"}, "in this run and .* in the journal"),
        ({"strategy": "interp"}, 'strategy is "interp" in this run'),
        ({"objective": "cvar"}, r"objective .*cvar.* in this run"),
    ],
)
def test_another_solve_is_refused_and_the_difference_named(changes, message, tmp_path):
    path = tmp_path / "run.jsonl"
    maxcut(optimizer="nelder-mead", journal=path)
    written = path.read_bytes()
    with pytest.raises(FormatError, match=message):
        maxcut(**{"optimizer": "nelder-mead", "journal": path, "resume": True} | changes)
    assert path.read_bytes() == written


def test_another_problem_is_refused_and_a_renamed_one_is_not(tmp_path):
    path = tmp_path / "run.jsonl"
    maxcut(journal=path)
    other = hq.MaxCut(nx.random_regular_graph(3, 8, seed=2), name="mine")
    with pytest.raises(FormatError, match=r"problem is maxcut 'mine' \(\w+\) in this run and"):
        hq.solve(other, p=2, rng=7, journal=path, resume=True)
    renamed = hq.MaxCut(GRAPH, name="mine")
    hq.solve(renamed, p=2, rng=7, max_evaluations=60, journal=path, resume=True)


def test_a_circuit_of_ones_own_is_told_apart(tmp_path):
    path = tmp_path / "run.jsonl"
    hamiltonian = hq.spin_models.tfim(2, h=1.0)
    circuit = hq.Circuit(2).ry(0, "a").ry(1, "b")
    hq.solve(hamiltonian, ansatz=circuit, rng=1, journal=path)
    with pytest.raises(FormatError, match="ansatz circuit is"):
        hq.solve(hamiltonian, ansatz=circuit.cx(0, 1), rng=1, journal=path, resume=True)


def test_the_journal_of_minimize_knows_the_objective(tmp_path):
    path = tmp_path / "run.jsonl"
    problem = hq.MaxCut(GRAPH)
    for p, hamiltonian in [(1, problem.hamiltonian), (1, problem.hamiltonian * 2.0)]:
        objective = hq.Expectation(hq.QAOA(hamiltonian, p), hamiltonian)
        if not path.exists():
            hq.minimize(objective, np.full(2, 0.1), rng=1, journal=path)
    with pytest.raises(FormatError, match=r"objective (circuit|hamiltonian) is"):
        hq.minimize(objective, np.full(2, 0.1), rng=1, journal=path, resume=True)


def test_bad_journals_are_told_before_work(tmp_path):
    with pytest.raises(ParameterError, match="resume=True"):
        maxcut(resume=True)
    with pytest.raises(ParameterError, match="not found, nothing to resume"):
        maxcut(journal=tmp_path / "none.jsonl", resume=True)
    with pytest.raises(OutputError, match="does not exist"):
        maxcut(journal=tmp_path / "none" / "run.jsonl")
    with pytest.raises(ParameterError, match="restarts"):
        maxcut(restarts=-1, journal=tmp_path / "run.jsonl")
    assert list(tmp_path.iterdir()) == []
