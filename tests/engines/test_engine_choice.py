"""Engines as configured objects: names, shortcuts, capabilities, and an engine of one's own."""

import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import EngineError, ParameterError, UnknownNameError
from hybridq.engines import (
    ENGINES,
    P1,
    Diagonal,
    LightCone,
    Sector,
    Statevector,
    Subspace,
    choose_engine,
    resolve_engine,
)
from hybridq.engines import protocols as p
from tests.engines.sampling_only import Sampler

COST = hq.PauliSum.from_labels({"ZZI": 1.0, "IZZ": -0.5})
QAOA = hq.QAOA(COST, 1)


@pytest.mark.parametrize("name", ENGINES)
def test_every_entry_is_a_frozen_configuration_with_a_name_and_a_summary(name):
    config = ENGINES[name]()
    assert config.name == name
    assert config.summary.endswith(".")
    assert "\n" not in config.summary
    if "threads" in config.option_names():
        assert replace(config, threads=1) == ENGINES[name](threads=1) != config
    assert pickle.loads(pickle.dumps(config)) == config
    assert eval(repr(config), {type(config).__name__: type(config)}) == config
    with pytest.raises(FrozenInstanceError):
        config.threads = 1


def test_a_name_a_class_and_auto_give_the_same_engine():
    values = {
        hq.Expectation(QAOA, COST, engine=engine)([0.3, 0.4])
        for engine in ("auto", "diagonal", "Diagonal", Diagonal(), Diagonal(threads=1))
    }
    assert len(values) == 1


def test_auto_asks_the_engines_in_the_order_of_the_registry():
    assert list(ENGINES) == [
        "diagonal", "subspace", "sector", "statevector", "p1", "lightcone", "density",
        "trajectories", "distributed",
    ]  # fmt: skip
    *dense, closed, cones = resolve_engine("auto", precision="single", threads=1).candidates()
    options = {"precision": "single", "threads": 1}
    assert dense == [kind(**options) for kind in (Diagonal, Subspace, Sector, Statevector)]
    assert [closed, cones] == [P1(threads=1), LightCone(threads=1)]  # they have one precision


def test_shortcuts_complete_a_name_and_may_not_contradict_an_object():
    assert resolve_engine("statevector", precision="single") == Statevector(precision="single")
    single = Statevector(precision="single", threads=1)
    assert resolve_engine(single) is single
    assert resolve_engine(single, precision="single", threads=1) is single
    with pytest.raises(ParameterError, match=r"precision must be 'single', as .* got 'double'"):
        resolve_engine(single, precision="double")
    with pytest.raises(ParameterError, match="sampler engine does not take threads"):
        resolve_engine(Sampler(), threads=2)


@pytest.mark.parametrize(
    ("engine", "error", "match"),
    [
        ("statvector", UnknownNameError, "did you mean 'statevector'"),
        (
            "otto",
            UnknownNameError,
            "auto, density, diagonal, distributed, lightcone, p1, sector, statevector, subspace",
        ),
        (hq.CVaR(alpha=0.2), ParameterError, "engine must be 'auto', a name"),
        (Statevector, ParameterError, r"hybridq.engines.Statevector\("),
        (None, ParameterError, "engine must be 'auto'"),
    ],
)
def test_what_is_no_engine_is_refused(engine, error, match):
    with pytest.raises(error, match=match) as caught:
        hq.Expectation(QAOA, COST, engine=engine)
    assert caught.value.argument == "engine"


@pytest.mark.parametrize("kind", [Diagonal, Sector, Statevector, Subspace, P1, LightCone])
@pytest.mark.parametrize(
    ("options", "argument"), [({"precision": "half"}, "precision"), ({"threads": 0}, "threads")]
)
def test_options_are_checked_at_birth(kind, options, argument):
    with pytest.raises(ParameterError) as caught:
        kind(**options)
    assert caught.value.argument == argument


def test_the_surface_spells_the_remedy_of_a_refusal():
    circuit, observable = hq.Circuit(1).ry(0, 0.3), hq.PauliSum.from_labels({"X": 1.0})
    with pytest.raises(EngineError) as caught:
        choose_engine(circuit, observable, engine=Diagonal())
    text = caught.value.render(lambda setting: f"--{setting.argument} {setting.value}")
    assert text.endswith("; use --engine statevector or --engine auto")


def test_configurations_are_imported_without_the_simulators():
    code = (
        "import sys, hybridq.engines as e; e.Statevector(precision='single'); list(e.ENGINES);"
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Capabilities.

EXACT = [each for each in p.CAPABILITIES.values() if each is not p.SupportsLevels]


@pytest.mark.parametrize(
    ("engine", "lacks"),
    [
        ("statevector", {"exact distributions of integer costs"}),
        (
            "diagonal",
            {"snapshots of states", "deflation", "gradients of operators to append"},
        ),
        (
            "sector",
            {
                "exact probabilities",
                "correlations of spins",
                "gradients of functions of the distribution",
                "exact distributions of integer costs",
            },
        ),
    ],
)
def test_engines_declare_what_they_can(engine, lacks):
    circuit = {"sector": hq.Circuit(3).x(0)}.get(engine, QAOA.circuit)
    running = choose_engine(circuit, COST, engine=engine)
    assert set(p.CAPABILITIES) - set(p.capabilities(running)) == lacks
    assert p.capabilities(type(running)) == p.capabilities(running)


def test_a_missing_capability_is_an_error_that_names_it():
    objective = hq.Expectation(QAOA, COST, engine="diagonal")
    with pytest.raises(EngineError, match="diagonal engine does not give snapshots of states"):
        objective.snapshot([0.1, 0.2])
    with pytest.raises(EngineError, match="sector engine does not give exact probabilities"):
        hq.CVaR(hq.Circuit(3).x(0), COST, engine="sector")


def test_auto_goes_on_to_an_engine_with_the_capability():
    assert hq.Expectation(hq.Circuit(3).x(0), COST).engine.name == "sector"
    assert hq.CVaR(hq.Circuit(3).x(0), COST).engine.name == "statevector"


# An engine of one's own.


def test_an_engine_with_samples_alone_has_no_exact_objective():
    circuit = hq.Circuit(2).ry(0, "a").ry(1, "b")
    hamiltonian = hq.PauliSum.from_labels({"ZZ": 1.0})
    running = choose_engine(circuit, hamiltonian, engine=Sampler())
    assert p.capabilities(running) == ("samples",)
    for kind in (hq.Expectation, hq.CVaR, hq.Gibbs, hq.SuccessProbability):
        with pytest.raises(EngineError, match="sampler engine does not give"):
            kind(circuit, hamiltonian, engine=Sampler())
    assert repr(running) == "<SamplerEngine: 2 qubits, 2 parameters, double precision>"


def test_a_registered_engine_is_found_by_name_and_not_chosen_unasked(monkeypatch):
    monkeypatch.setitem(ENGINES._entries, "sampler", Sampler)
    circuit = hq.Circuit(2).ry(0, "a").ry(1, "b")
    hamiltonian = hq.PauliSum.from_labels({"ZZ": 1.0})
    assert resolve_engine("sampler") == Sampler()
    assert choose_engine(circuit, hamiltonian, engine="sampler").name == "sampler"
    assert Sampler() not in list(resolve_engine("auto").candidates())


def test_its_options_are_part_of_what_a_journal_compares():
    circuit, hamiltonian = hq.Circuit(1).ry(0, "a"), hq.PauliSum.from_labels({"Z": 1.0})
    clean, noisy = (
        hq.FromShots(hq.Expectation(), shots=10, rng=1).bind(
            circuit, hamiltonian, engine=Sampler(flip=flip)
        )
        for flip in (0.0, 0.1)
    )
    assert clean.identity != noisy.identity
    assert "engine_options" not in hq.Expectation(circuit, hamiltonian).identity


# Hamiltonians in any form.


def test_a_problem_and_an_ising_energy_are_measured_as_their_pauli_sum():
    import networkx as nx

    problem = hq.MaxCut(nx.path_graph(4))
    x = np.array([0.3, 0.5])
    ansatz = hq.QAOA(problem.hamiltonian, 1)
    ising = hq.Ising.from_pauli_sum(problem.hamiltonian)
    expected = hq.Expectation(ansatz, problem.hamiltonian)(x)
    assert hq.Expectation(ansatz, problem)(x) == expected
    assert hq.Expectation(ansatz, ising)(x) == expected
    assert hq.CVaR(ansatz, problem, alpha=1.0)(x) == pytest.approx(expected, abs=1e-12)
    assert ansatz.circuit.expectation(problem, x) == pytest.approx(expected, abs=1e-12)
