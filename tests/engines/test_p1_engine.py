"""The p1 engine against the simulators, what it refuses, and when auto takes it."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core import memory
from hybridq.core.errors import CapacityError, EngineError, ParameterError
from hybridq.engines import P1, choose_engine
from hybridq.engines import protocols as p
from hybridq.engines.p1 import P1Engine
from hybridq.solver import warm_up
from tests.helpers.slow_twin import random_ising

GRAPHS = Path(__file__).parents[2] / "problems" / "maxcut"


def engines(ising, measured=None, names=("p1", "diagonal"), **options):
    """The engines of one layer of a cost."""
    observable = (ising if measured is None else measured).to_pauli_sum()
    circuit = hq.QAOA(ising, 1).circuit
    return [choose_engine(circuit, observable, engine=name, **options) for name in names]


@settings(max_examples=12)
@given(st.integers(2, 14), st.integers(0, 2**32 - 1), st.booleans(), st.floats(0.1, 1.0))
def test_the_closed_form_is_what_the_state_gives(n, seed, fields, density):
    """Values, gradients and correlations, coupled pairs and others; half the state and all."""
    ising = random_ising(n, seed, fields=fields, density=density)
    closed, dense = engines(ising)
    rng = np.random.default_rng(seed)
    x, scale = rng.normal(size=2), 1e-12 * n * n
    here, there = (engine.expectation_and_gradient(x) for engine in (closed, dense))
    assert here[0] == pytest.approx(there[0], abs=scale)
    np.testing.assert_allclose(here[1], there[1], atol=10 * scale)
    pairs = np.array([(i, j) for i in range(n) for j in range(n) if i != j])
    for chosen in (None, pairs):
        for a, b in zip(closed.correlations(x, chosen), dense.correlations(x, chosen), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-12, rtol=0)


@settings(max_examples=8)
@given(st.integers(2, 8), st.integers(0, 2**32 - 1))
def test_any_quadratic_observable_is_measured(n, seed):
    cost, measured = random_ising(n, seed, density=0.5), random_ising(n, seed + 1, density=0.4)
    closed, dense = engines(cost, measured, ("p1", "statevector"))
    x = np.random.default_rng(seed).normal(size=2)
    (value, slopes), (expected, gradient) = (
        engine.expectation_and_gradient(x) for engine in (closed, dense)
    )
    assert value == pytest.approx(expected, abs=1e-11)
    np.testing.assert_allclose(slopes, gradient, atol=1e-10)
    for a, b in zip(closed.correlations(x), dense.correlations(x), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)  # the pairs that the observable couples


def test_correlations_of_a_state_that_is_no_qaoa():
    """|01⟩ + |10⟩, and one more qubit that is 1."""
    bell = hq.Circuit(3).h(0).x(1).cx(0, 1).x(2)
    running = choose_engine(bell, hq.PauliSum.from_labels({"XXI": 1.0}), engine="statevector")
    z, zz = running.correlations([], [[1, 0], [0, 2]])
    np.testing.assert_allclose(z, [0, 0, -1], atol=1e-15)
    np.testing.assert_allclose(zz, [-1, 0], atol=1e-15)
    with pytest.raises(ParameterError, match=r"no coupled pairs of Z: name the pairs"):
        running.correlations([])


# Dense values of the survey at γ = 0.5 (× 0.05 for les_miserables_20), β = 0.4.
FIXED_POINTS = {
    "petersen.edgelist": 10.268045195,
    "heawood.json": 14.375263273,
    "florentine.json": 13.224463994,
    "regular_16.mtx": 16.428872312,
    "regular_20.col": 20.262809582,
    "mcgee.mtx": 24.643308469,
    "les_miserables_20.csv": 245.739281265,
}


@pytest.mark.parametrize("file", FIXED_POINTS)
def test_fixed_points(file):
    problem = hq.MaxCut.from_file(GRAPHS / file)
    gamma = 0.025 if file.startswith("les") else 0.5
    energy = hq.Expectation(hq.QAOA(problem, p=1), problem, engine="p1")
    assert -energy([gamma, 0.4]) == pytest.approx(FIXED_POINTS[file], abs=1e-9)


def test_many_points_and_shared_parameters():
    """Rows of points, each γ computed once, and angles that are functions of one parameter."""
    ising = random_ising(6, 3)
    closed, dense = engines(ising)
    points = np.array([[0.1, 0.2], [0.1, -0.3], [0.4, 0.2], [0.1, 0.2]])
    np.testing.assert_allclose(closed.expectations(points), dense.expectations(points), atol=1e-12)
    assert closed.expectations(np.zeros((0, 2))).shape == (0,)
    circuit = hq.Circuit(6)
    for qubit in range(6):
        circuit = circuit.h(qubit)
    cost = ising.to_pauli_sum()
    t = hq.Parameter("t")
    circuit = circuit.phase(cost, 2.0 * t).x_mixer(0.5 * t)
    for a, b in zip(
        *(
            choose_engine(circuit, cost, engine=name).expectation_and_gradient([0.3])
            for name in ("p1", "diagonal")
        ),
        strict=True,
    ):
        np.testing.assert_allclose(a, b, atol=1e-10)


def test_threads_and_twin():
    one, two, plain = (
        engines(random_ising(9, 2), names=(config,))[0]
        for config in (P1(threads=1), P1(), P1(kernels="numpy"))
    )
    x = [0.3, -0.2]
    assert one.expectation(x) == two.expectation(x)
    assert plain.expectation(x) == pytest.approx(one.expectation(x), abs=1e-12)
    assert plain.info.kernels == "numpy"
    assert p.capabilities(P1Engine) == (
        "expectation values", "gradients", "correlations of spins",
    )  # fmt: skip


# -- choice -----------------------------------------------------------------------------------


def large(n=200, **options):
    return hq.MaxCut(nx.random_regular_graph(3, n, seed=1), **options)


def test_auto_takes_it_where_no_state_fits():
    problem = large()
    energy = hq.Expectation(hq.QAOA(problem, p=1), problem)
    assert energy.engine.name == "p1"
    assert "300 couplings" in energy.engine.reason
    assert energy.engine.precision == "double"
    value, gradient = energy.value_and_gradient([np.arctan(np.sqrt(0.5)), np.pi / 8])
    # Triangles and squares aside, each edge of a 3-regular graph gives 1/2 + 1/(3√3) (Farhi 2014).
    assert -value / 300 == pytest.approx(0.6925, abs=5e-3)
    assert np.abs(gradient).max() < 2.0
    assert hq.Expectation(hq.QAOA(problem, p=1), problem, precision="single").engine.name == "p1"


def test_auto_keeps_the_simulators_where_they_fit(monkeypatch):
    small = hq.MaxCut(nx.petersen_graph())
    assert hq.Expectation(hq.QAOA(small, p=1), small).engine.name == "diagonal"
    monkeypatch.setattr(memory, "available_bytes", lambda: 2**30)
    problem = hq.MaxCut(nx.random_regular_graph(3, 32, seed=1))  # 32 GiB
    assert hq.Expectation(hq.QAOA(problem, p=1), problem).engine.name == "p1"


def test_auto_names_the_widest_light_cone_and_the_depth_that_fits_where_nothing_is_left():
    problem = hq.MaxCut(nx.gnp_random_graph(200, 0.5, seed=1))
    with pytest.raises(CapacityError) as caught:
        hq.Expectation(hq.QAOA(problem, p=2), problem)
    assert str(caught.value) == (
        "no engine can hold the state of this circuit, and the light cone of 2 layers around "
        "qubits 78 and 117 has 200 qubits, whose sum over paths takes tables of more than 2^26 "
        "numbers: use p=1, which has a closed form"
    )


@pytest.mark.parametrize(
    ("engine", "p", "remedy"),
    [
        ("diagonal", 1, "use engine='p1', which keeps no state"),
        ("statevector", 1, "use engine='p1', which keeps no state"),
        (
            "diagonal",
            2,
            "with p=1, use engine='p1', which keeps no state, or engine='lightcone', which does "
            "where light cones are small",
        ),
    ],
)
def test_an_engine_of_states_beyond_its_size_names_the_engines_that_work(engine, p, remedy):
    with pytest.raises(CapacityError) as caught:
        hq.solve(large(), p=p, engine=engine, rng=1)
    assert str(caught.value).endswith(f": {remedy}")


def test_a_refusal_by_capacity_alone_stays_as_it_was():
    problem = large()
    with pytest.raises(CapacityError, match=r"^200 qubits are too many to simulate exactly"):
        hq.Expectation(hq.QAOA(problem, p=1), problem, engine="diagonal")


def test_samples_and_states_are_refused_in_one_line():
    problem = large()
    energy = hq.Expectation(hq.QAOA(problem, p=1), problem)
    for ask, what in (
        (lambda: energy.sample([0.1, 0.1], 10), "samples"),
        (lambda: energy.state([0.1, 0.1]), "statevectors"),
    ):
        with pytest.raises(EngineError) as caught:
            ask()
        assert str(caught.value) == (
            f"the p1 engine does not give {what}: it computes exact expectation values and "
            "correlations without a state"
        )
    circuit = hq.QAOA(problem, p=1).circuit
    with pytest.raises(CapacityError, match="p1 engine does not give samples"):
        circuit.sample(10, x=[0.1, 0.1])


def test_a_strategy_that_needs_samples_is_refused_before_the_search():
    seen = []
    problem = hq.MaxCut(nx.petersen_graph())
    with pytest.raises(EngineError, match="p1 engine does not give samples"):
        hq.solve(problem, p=1, engine="p1", strategy="direct", callback=seen.append)
    assert not seen


def test_without_a_strategy_the_engine_is_answered_without_samples():
    result = hq.solve(hq.MaxCut(nx.petersen_graph()), p=1, engine="p1", rng=1)
    assert result.samples is None
    assert result.best is not None
    assert result.best.value == 12  # the largest cut of the Petersen graph
    assert result.best.method


@pytest.mark.parametrize(
    ("circuit", "observable", "match"),
    [
        (hq.Circuit(2).ry(0, 0.1), "ZZ", "starts from"),
        (
            hq.QAOA(hq.PauliSum.from_labels({"ZZ": 1.0}), 2).circuit,
            "ZZ",
            r"one layer, and the circuit has 2: use engine='lightcone', engine='diagonal', ",
        ),
        (
            hq.Circuit(2).h(0).h(1).phase(hq.PauliSum.from_labels({"ZZ": 1.0}), "a").rx(0, "b"),
            "ZZ",
            "instruction 3 is PauliRotation: the p1 engine runs only the mixer x",
        ),
        (hq.QAOA(hq.PauliSum.from_labels({"ZZ": 1.0}), 1).circuit, "XX", "observable, and this"),
        (
            hq.QAOA(hq.PauliSum.from_labels({"ZZZ": 1.0}), 1).circuit,
            "ZZI",
            "the cost has one of order 3",
        ),
        (
            hq.QAOA(hq.PauliSum.from_labels({"ZZII": 1.0}), 1).circuit,
            "ZZZZ",
            "the observable has one of order 4",
        ),
    ],
    ids=["opening", "layers", "mixer", "observable", "cost", "order"],
)
def test_other_circuits_and_observables_are_refused(circuit, observable, match):
    with pytest.raises(EngineError, match=match):
        choose_engine(circuit, hq.PauliSum.from_labels({observable: 1.0}), engine="p1")


def test_mixers_other_than_x_are_refused():
    cycle = hq.IndependentSet(nx.cycle_graph(5))
    with pytest.raises(EngineError, match="p1 engine"):
        hq.Expectation(hq.QAOA(cycle, p=1, mixer="bit-flip"), cycle, engine="p1")


def test_warming_up_compiles_every_kernel():
    from hybridq.operators.p1 import _kernels

    (part,) = (each for each in warm_up.PARTS if each.function == "_one_layer")
    warm_up._one_layer(*part.arguments)
    for kernel in (_kernels.find_shared, _kernels.multiply_rows, _kernels.combine_pairs):
        assert len(kernel.signatures) == 1
