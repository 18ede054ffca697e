"""The lightcone engine against the simulators and published values, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core import memory
from hybridq.core.errors import CapacityError, DimensionError, EngineError
from hybridq.engines import LightCone, choose_engine
from hybridq.engines import protocols as p
from hybridq.engines.lightcone import dense
from hybridq.engines.lightcone.engine import LightConeEngine
from hybridq.operators.paths import TreeMessages
from hybridq.solver import warm_up
from tests.helpers.slow_twin import random_ising

GRAPHS = Path(__file__).parents[2] / "problems" / "maxcut"


def engines(ising, depth, measured=None, names=("lightcone", "diagonal"), **options):
    """The engines of a cost at a depth."""
    observable = (ising if measured is None else measured).to_pauli_sum()
    circuit = hq.QAOA(ising, depth).circuit
    return [choose_engine(circuit, observable, engine=name, **options) for name in names]


def check(one, other, x, pairs, tolerance=1e-10):
    """Raise unless two engines agree about values, gradients and correlations."""
    (value, slopes), (expected, gradient) = (
        each.expectation_and_gradient(x) for each in (one, other)
    )
    assert value == pytest.approx(expected, abs=tolerance)
    assert one.expectation(x) == pytest.approx(expected, abs=tolerance)
    np.testing.assert_allclose(slopes, gradient, atol=10 * tolerance, rtol=0)
    for chosen in (None, pairs):
        for a, b in zip(one.correlations(x, chosen), other.correlations(x, chosen), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-12, rtol=0)


WAYS = st.sampled_from(["as planned", "no states"])


@settings(max_examples=25, deadline=None)
@given(
    st.integers(2, 14), st.integers(1, 3), st.integers(0, 2**32 - 1), st.booleans(),
    st.floats(0.02, 0.3), WAYS,
)  # fmt: skip
def test_cones_give_what_the_state_gives(n, depth, seed, fields, density, way):
    """Values, gradients and correlations of any pairs, on trees, loops and pieces."""
    ising = random_ising(n, seed, fields=fields, density=density)
    pairs = np.array([(i, j) for i in range(n) for j in range(n) if i != j])
    pairs = pairs if depth < 3 else pairs[:: 1 + n // 3]
    with pytest.MonkeyPatch.context() as patch:
        if way == "no states":
            patch.setattr(dense, "cost_of", lambda n_spins, p: np.inf)
        narrow, whole = engines(ising, depth)
        rng = np.random.default_rng(seed)
        check(narrow, whole, rng.normal(size=2 * depth), pairs, 1e-12 * n * n)


@settings(max_examples=10, deadline=None)
@given(st.integers(2, 8), st.integers(0, 2**32 - 1))
def test_any_quadratic_observable_is_measured(n, seed):
    cost, measured = random_ising(n, seed, density=0.3), random_ising(n, seed + 1, density=0.4)
    narrow, whole = engines(cost, 2, measured, ("lightcone", "statevector"))
    check(narrow, whole, np.random.default_rng(seed).normal(size=4), [[0, n - 1]], 1e-11)


# Dense values of the survey at these angles, γ first (γ × 0.05 for les_miserables_20).
ANGLES = {
    2: [0.4, 0.7, 0.5, 0.25],
    3: [0.35, 0.6, 0.7, 0.55, 0.4, 0.2],
    4: [0.3, 0.5, 0.6, 0.7, 0.6, 0.45, 0.3, 0.15],
}
FIXED_POINTS = {
    "petersen.edgelist": (10.970572175, 10.821029150, 10.902222671),
    "heawood.json": (15.572081624, 16.617926848, 17.396181622),
    "florentine.json": (14.295392799, 14.791585142, 15.052918199),
    "regular_16.mtx": (17.821308446, 18.520166077, 18.920518218),
    "regular_20.col": (21.808952596, 22.582834674),
    "mcgee.mtx": (26.694997071, 27.810723918),
    "les_miserables_20.csv": (249.265624499, 253.055947340),
}


@pytest.mark.parametrize("file", FIXED_POINTS)
def test_fixed_points(file):
    problem = hq.MaxCut.from_file(GRAPHS / file)
    for depth, expected in enumerate(FIXED_POINTS[file], start=2):
        angles = np.array(ANGLES[depth])
        angles[:depth] *= 0.05 if file.startswith("les") else 1.0
        energy = hq.Expectation(hq.QAOA(problem, p=depth), problem, engine="lightcone")
        assert -energy(angles) == pytest.approx(expected, abs=1e-9)


def test_the_value_of_trees_is_not_given_for_cones_with_loops():
    """Messages alone would give 11.1229 on the Petersen graph at p = 2; it is 10.9706."""
    ising = hq.MaxCut.from_file(GRAPHS / "petersen.edgelist").ising
    gammas, betas = np.split(np.array(ANGLES[2]), 2)
    messages = TreeMessages(ising, 2, np.arange(15), np.arange(0))
    tree = ising.constant + ising.couplings @ messages.values(gammas, betas)[1]
    assert -tree == pytest.approx(11.122915446, abs=1e-9)
    (narrow,) = engines(ising, 2, names=("lightcone",))
    assert -narrow.expectation(ANGLES[2]) == pytest.approx(10.970572175, abs=1e-9)
    assert "trees" not in narrow.info.reason


def test_large_random_graphs_have_the_values_of_the_literature():
    """Cut fractions of networkx's 3-regular graph of 10,000 nodes with seed 1."""
    edges = np.array(nx.random_regular_graph(3, 10_000, seed=1).edges)
    ising = hq.Ising(10_000, -7500.0, np.zeros(10_000), edges, np.full(15_000, 0.5))
    for depth, expected in ((1, 0.6924389762), (2, 0.7558947332)):
        (narrow,) = engines(ising, depth, names=("lightcone",))
        angles = np.array(fixed_angles(3, depth))
        assert -narrow.expectation(angles) / 15_000 == pytest.approx(expected, abs=1e-9)


def fixed_angles(degree, depth):
    """Angles of the table, in this project's phases."""
    from hybridq.ansatz.angle_tables import read_table

    rows = read_table("fixed_angles").values()
    (row,) = (row for row in rows if (row["d"], row["p"]) == (degree, depth))
    return [*(np.array(row["gamma"]) / 2), *row["beta"]]


def torus(rows, columns, seed):
    """A toroidal grid with random signs."""
    node = np.arange(rows * columns).reshape(rows, columns)
    pairs = [np.stack([node, np.roll(node, -1, axis)], axis=-1).reshape(-1, 2) for axis in (0, 1)]
    edges = np.concatenate(pairs)
    signs = np.random.default_rng(seed).choice([-0.5, 0.5], len(edges))
    return hq.Ising(rows * columns, 0.0, np.zeros(rows * columns), edges, signs)


def test_equal_cones_are_summed_once_and_signs_are_flipped_back():
    """Tori of signs: 64 classes of loops at p = 2, against states of a cone of 18 qubits."""
    ising = torus(9, 11, 3)
    (narrow,) = engines(ising, 2, names=("lightcone",))
    (family,) = (each.family for each in narrow._routes._sums)
    assert len(family.targets) == 198
    assert len(family.couplings) <= 64
    x = np.array(ANGLES[2])
    _, found = narrow.correlations(x)
    graph = nx.Graph(ising.pairs.tolist())
    for k in (0, 77, 190):
        i, j = ising.pairs[k].tolist()
        near = set()
        for root in (i, j):
            near |= set(nx.single_source_shortest_path_length(graph, root, 2))
        spins = np.array(sorted(near))
        inside = np.isin(ising.pairs, spins).all(axis=1)
        sub = hq.Ising(
            len(spins), 0.0, np.zeros(len(spins)),
            np.searchsorted(spins, ising.pairs[inside]), ising.couplings[inside],
        )  # fmt: skip
        assert len(spins) == 18
        (whole,) = engines(sub, 2, names=("diagonal",))
        _, (expected,) = whole.correlations(x, [np.searchsorted(spins, (i, j))])
        assert found[k] == pytest.approx(expected, abs=1e-12)


def test_random_weights_are_never_merged():
    ising = torus(6, 6, 3)
    ising = hq.Ising(36, 0.0, np.zeros(36), ising.pairs, np.linspace(0.1, 1.0, 72))
    (narrow,) = engines(ising, 2, names=("lightcone",))
    assert sum(len(each.family.couplings) for each in narrow._routes._sums) == 72


def test_threads_and_twin():
    ising = torus(5, 5, 1)
    ising = hq.Ising(25, 0.0, np.linspace(-1, 1, 25), ising.pairs, ising.couplings)
    tree = nx.random_labeled_tree(600, seed=1)
    forest = hq.Ising(600, 0.0, np.sin(np.arange(600)), np.array(tree.edges), np.ones(599))
    for each, depth in ((ising, 1), (forest, 3)):
        one, two, plain = (
            engines(each, depth, names=(config,))[0]
            for config in (LightCone(threads=1), LightCone(), LightCone(kernels="numpy"))
        )
        x = np.linspace(0.2, 0.9, 2 * depth)
        value, slopes = one.expectation_and_gradient(x)
        again, same = two.expectation_and_gradient(x)
        assert value == again
        np.testing.assert_array_equal(slopes, same)
        value, same = plain.expectation_and_gradient(x)
        assert value == pytest.approx(again, abs=1e-10)
        np.testing.assert_allclose(slopes, same, atol=1e-9)
        assert plain.info.kernels == "numpy"
    assert p.capabilities(LightConeEngine) == (
        "expectation values", "gradients", "correlations of spins",
    )  # fmt: skip


def test_isolated_nodes_and_pieces():
    ising = hq.Ising(7, 1.5, np.array([0, 0, 0, 0.7, 0, 0, 0]), [[0, 1], [4, 5], [5, 6], [4, 6]],
                     [1.0, -0.5, 0.25, 2.0])  # fmt: skip
    narrow, whole = engines(ising, 2)
    check(narrow, whole, np.array(ANGLES[2]), [[0, 6], [3, 2], [4, 5]], 1e-13)


# -- refusals -----------------------------------------------------------------------------------


def test_a_cone_that_is_too_wide_is_named_with_the_depth_that_works():
    with pytest.raises(CapacityError) as caught:
        engines(torus(12, 13, 1), 5, names=("lightcone",))
    assert str(caught.value).startswith("the light cone of 5 layers around qubits ")
    assert "has 72 qubits, whose sum over paths takes tables of more than 2^26" in str(caught.value)
    assert str(caught.value).endswith("use p=3, the largest whose light cones all fit")
    assert caught.value.value == 5


def test_a_dense_graph_is_refused_at_two_layers():
    problem = hq.MaxCut(nx.gnp_random_graph(60, 0.5, seed=1))
    with pytest.raises(CapacityError, match=r"has 60 qubits.*: use p=1, which has a closed form"):
        hq.Expectation(hq.QAOA(problem, p=2), problem, engine="lightcone")


def test_memory_is_checked_before_messages_are_made(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 2**30)
    tree = nx.path_graph(2000)
    problem = hq.MaxCut(tree)
    with pytest.raises(CapacityError, match="messages of 9 layers along 1,999 couplings"):
        hq.Expectation(hq.QAOA(problem, p=9), problem, engine="lightcone")


@pytest.mark.parametrize(
    ("circuit", "observable", "match"),
    [
        (hq.Circuit(2).ry(0, 0.1), "ZZ", "lightcone engine starts from"),
        (hq.QAOA(hq.PauliSum.from_labels({"ZZ": 1.0}), 2).circuit, "XX", "observable, and this"),
        (
            hq.QAOA(hq.PauliSum.from_labels({"ZZZ": 1.0}), 2).circuit,
            "ZZI",
            "lightcone engine takes terms of at most two qubits, and the cost has one of order 3",
        ),
    ],
    ids=["opening", "observable", "order"],
)
def test_other_circuits_and_observables_are_refused(circuit, observable, match):
    with pytest.raises(EngineError, match=match):
        choose_engine(circuit, hq.PauliSum.from_labels({observable: 1.0}), engine="lightcone")


def test_pairs_are_checked():
    (narrow,) = engines(random_ising(4, 1), 2, names=("lightcone",))
    with pytest.raises(DimensionError, match=r"0 ... 3"):
        narrow.correlations(ANGLES[2], [[0, 4]])


def test_auto_takes_it_where_no_state_fits():
    problem = hq.MaxCut(nx.random_regular_graph(3, 100, seed=1))
    energy = hq.Expectation(hq.QAOA(problem, p=2), problem)
    assert energy.engine.name == "lightcone"
    assert hq.Expectation(hq.QAOA(problem, p=1), problem).engine.name == "p1"
    small = hq.MaxCut(nx.petersen_graph())
    assert hq.Expectation(hq.QAOA(small, p=2), small).engine.name == "diagonal"
    with pytest.raises(EngineError, match="lightcone engine does not give samples"):
        energy.sample(ANGLES[2], 10)


def test_warming_up_compiles_every_kernel():
    from hybridq.engines.lightcone import kernels
    from hybridq.operators.paths import _adjoint, _kernels

    (part,) = (each for each in warm_up.PARTS if each.function == "_light_cones")
    warm_up._light_cones(*part.arguments)
    for kernel in (
        _kernels.send, _kernels.multiply, _kernels.pair_values, _kernels.spin_values,
        _adjoint.send_back, _adjoint.multiply_back, _adjoint.pair_values_back,
        _adjoint.spin_values_back, *(getattr(kernels, name) for name in kernels.__all__),
    ):  # fmt: skip
        assert len(kernel.signatures) == 1
