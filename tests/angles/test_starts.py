"""Starts from models: the guard, refusals, warnings, names in Python and on the command line."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.angles.aliases import Promotion
from hybridq.angles.content import content_of
from hybridq.angles.registry import local_registry
from hybridq.angles.versions import UnknownModelError
from hybridq.ansatz.learned_angles import ModelVersion
from hybridq.core.errors import OutputError, ParameterError
from tests.angles.angle_samples import cubic, learned

VERSION = ModelVersion("cubic", 1, "0" * 64)
PROBLEM = cubic(11, nodes=10)


def model(schedule, **options):
    """Angles of a version whose training set is that of `learned`."""
    angles = learned(p=len(schedule) // 2)
    return replace(angles, schedule=np.array(schedule), model=VERSION, **options)


BAD = model([2.9, -1.7, -1.3, 0.9])
HARMLESS = model([0.0, 0.0, 0.0, 0.0])


@pytest.fixture(scope="module")
def good():
    """Angles that were learned on the training set."""
    return model(hq.learn_angles([cubic(s) for s in range(3)], 2, name="cubic").schedule)


@pytest.mark.parametrize("version", [BAD, HARMLESS], ids=["bad", "zero"])
@pytest.mark.parametrize("strategy", ["direct", "interp"])
def test_a_bad_version_changes_nothing_but_one_evaluation(version, strategy):
    usual = hq.solve(PROBLEM, p=2, strategy=strategy, rng=1)
    guarded = hq.solve(PROBLEM, initial=version, strategy=strategy, rng=1)
    assert guarded.ansatz["model"]["kept"] == "auto"
    assert guarded.ansatz["initial"] == usual.ansatz["initial"]
    assert guarded.expectation == usual.expectation
    assert (guarded.parameters == usual.parameters).all()
    assert guarded.best.value == usual.best.value
    assert guarded.optimizer.evaluations == usual.optimizer.evaluations + 1


def test_a_good_version_is_the_start_and_its_energies_are_kept(good):
    graph = nx.random_regular_graph(3, 8, seed=1)
    found = hq.solve(hq.MaxCut(graph), initial=good, rng=1)
    facts = found.ansatz["model"]
    assert (facts["name"], facts["version"], facts["kept"]) == ("cubic", 1, "model")
    assert (found.ansatz["initial"], facts["warnings"]) == ("cubic@1", [])
    assert facts["energy"] < facts["auto"] <= 0.0
    angles = good.angles(hq.MaxCut(graph).ising)
    ansatz = hq.QAOA(hq.MaxCut(graph).hamiltonian, 2)
    mean = hq.Expectation(ansatz, hq.MaxCut(graph).hamiltonian)
    assert facts["energy"] == pytest.approx(mean(angles))


def test_a_canary_compares_with_its_control_on_every_search(good):
    control = replace(good, model=replace(VERSION, version=2))
    found = hq.solve(cubic(1), initial=replace(BAD, control=control), rng=1)
    facts = found.ansatz["model"]
    assert facts["kept"] == "control"
    assert found.ansatz["initial"] == "cubic@2"
    assert facts["control"]["energy"] < facts["energy"]
    assert facts["control"]["version"] == 2


def test_without_evaluations_to_compare_the_usual_start_is_taken(good):
    found = hq.solve(PROBLEM, initial=good, max_evaluations=1, rng=1)
    assert found.ansatz["model"]["kept"] == "auto"
    assert "too few evaluations" in found.ansatz["initial_reason"]


def test_other_families_signs_and_circuits_are_refused_and_other_sizes_warned(good):
    found = hq.solve(PROBLEM, initial=good, max_evaluations=20, rng=1)
    assert found.ansatz["model"]["warnings"] == ["10 spins, learned on 8 to 8"]
    signed = nx.petersen_graph()
    nx.set_edge_attributes(signed, -1.0, "weight")
    with pytest.raises(ParameterError, match="positive weights"):
        hq.solve(hq.MaxCut(signed), initial=good, rng=1)
    with pytest.raises(ParameterError, match="learned on maxcut"):
        hq.solve(hq.SpinGlass(nx.petersen_graph()), initial=good, rng=1)
    with pytest.raises(ParameterError, match="mixer"):
        hq.solve(PROBLEM, mixer="grover", initial=good, rng=1)
    with pytest.raises(ParameterError, match="product state"):
        hq.solve(PROBLEM, strategy="warm-start", initial=good, rng=1)


def test_a_name_is_resolved_when_the_solve_begins(good, tmp_path, monkeypatch):
    store = tmp_path / "models.db"
    monkeypatch.setenv("HYBRIDQ_MODELS", str(store))
    with pytest.raises(OutputError, match="do not exist"):
        hq.solve(PROBLEM, initial="model:cubic", rng=1)
    with local_registry(must_exist=False) as registry:
        registry.register("cubic", content_of(good))
        registry.register("cubic", content_of(BAD))
        registry.promote("cubic", Promotion(1, force=True, reason="first"))
    found = hq.solve(PROBLEM, initial="model:cubic@champion", max_evaluations=20, rng=1)
    assert found.ansatz["model"]["version"] == 1
    found = hq.solve(PROBLEM, initial="model:cubic@2", max_evaluations=20, rng=1)
    assert found.ansatz["model"]["version"] == 2
    with pytest.raises(UnknownModelError, match="did you mean 'champion'"):
        hq.solve(PROBLEM, initial="model:cubic@champio", rng=1)


def test_a_link_in_place_of_the_registry_is_not_followed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HYBRIDQ_MODELS", raising=False)
    (tmp_path / "hybridq-models.db").symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(OutputError, match="not followed"), local_registry():
        pass
