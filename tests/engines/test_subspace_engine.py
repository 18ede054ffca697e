"""The subspace engine against dense exponentials of projected operators, and its other promises."""

import itertools
import pickle

import networkx as nx
import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.ansatz.mixers import MIXERS, BitFlip, Grover, Transposition, XYComplete, XYRing
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, Gate, PauliRotation, PhaseGate
from hybridq.circuits.subspace import FeasibleMixer, FeasibleState
from hybridq.core.errors import CapacityError, DimensionError, EngineError, ParameterError
from hybridq.engines import Subspace
from hybridq.engines.subspace.kernels import twins
from hybridq.operators.feasible import FeasibleSpace, Group, LinearBound, packed
from tests.engines import subspace_samples as samples
from tests.helpers.slow_twin import random_ising, run

SPACES = {
    "weight": samples.weight_space(6, 3),
    "larger weight": samples.weight_space(7, 4),
    "blocks": FeasibleSpace(7, groups=(Group((4, 0, 2)), Group((1, 5, 6, 3)))),
    "blocks and free": FeasibleSpace(6, groups=(Group((0, 3, 1)),)),
    "two weights": FeasibleSpace(8, groups=(Group((0, 2, 4, 6), 2), Group((1, 3, 5, 7), 3))),
    "sets": samples.independent_sets(nx.cycle_graph(7)),
    "knapsack": FeasibleSpace(6, (LinearBound(tuple(range(6)), (3, 5, 2, 7, 4, 1), 4, 11),)),
    "bounded blocks": FeasibleSpace(
        7, (LinearBound((0, 3, 6), (1, 1, 1), upper=1),), (Group((0, 1, 2)), Group((3, 4, 5)))
    ),
    "filter": FeasibleSpace(6, groups=(Group((0, 1, 2, 3), 2),), accepts=lambda r: r.sum(1) != 3),
    "permutation": FeasibleSpace(8, grid=((0, 1), (5, 4))),
    "walls": FeasibleSpace(7, chains=((0, 1, 2, 3), (6, 5))),
    "all": FeasibleSpace(5),
}


def dense_hops(space, kind):
    """P A P of each partial mixer on the feasible states, from the definition of the mixer."""
    n = space.n_qubits
    index = np.arange(2**n)
    states = packed(samples.feasible_by_force(space))[:, 0]

    def flip(mask, sources):
        whole = np.zeros((2**n, 2**n))
        whole[index[sources] ^ mask, index[sources]] = 1.0
        return (whole + whole.T)[np.ix_(states, states)]

    def bit(q):
        return index >> q & 1 == 1

    def pair(a, b):
        return flip(1 << a | 1 << b, bit(a) & ~bit(b))

    def ring(q):
        pairs = [*zip(q[::2], q[1::2], strict=False), *zip(q[1::2], q[2::2], strict=False)]
        return pairs + ([(q[0], q[-1])] if len(q) > 2 else [])

    def swap(a, b):
        total = np.zeros((len(states), len(states)))
        for i, j in itertools.combinations(space.grid, 2):
            four = i[a], i[b], j[a], j[b]
            here = bit(i[a]) & bit(j[b]) & ~bit(i[b]) & ~bit(j[a])
            total += flip(sum(1 << q for q in four), here)
        return total

    groups = [group.qubits for group in space.groups]
    found = []
    if kind == "xy-complete":
        found = [pair(*p) for q in groups for p in itertools.combinations(q, 2)]
    elif kind == "xy-ring":
        found = [pair(*p) for q in groups for p in ring(q)]
    elif kind == "xy-chain":
        found = [pair(*p) for q in groups for p in ring(q)[: len(q) - 1]]
        found += [flip(1 << q, ~bit(q)) for chain in space.chains for q in chain]
    elif kind == "bit-flip":
        used = {q for group in groups for q in group} | {q for row in space.grid for q in row}
        return [flip(1 << q, ~bit(q)) for q in range(n) if q not in used]
    else:
        places = list(itertools.combinations(range(len(space.grid)), 2))
        if kind == "adjacent-transposition":
            places = [(a, b) for a, b in places if b == a + 1]
        found = [swap(*p) for p in places]
    return found + [flip(1 << q, ~bit(q)) for q in space.free]


def dense_mixer(space, kind, beta):
    """The evolution under a mixer as a dense matrix on the feasible states."""
    dim = len(samples.feasible_by_force(space))
    if kind == "grover":
        return scipy.linalg.expm(1j * beta * np.full((dim, dim), 1.0 / dim))
    partials = dense_hops(space, kind.removesuffix("-trotter"))
    if not kind.endswith("-trotter"):
        return scipy.linalg.expm(1j * beta * sum(partials, np.zeros((dim, dim))))
    total = np.eye(dim, dtype=complex)
    for partial in partials:
        total = scipy.linalg.expm(1j * beta * partial) @ total
    return total


def dense_state(ansatz, start, x):
    """The state on all 2^n basis states."""
    p, space = ansatz.p, ansatz.mixer.space
    states = packed(samples.feasible_by_force(space))[:, 0]
    energies = ansatz.hamiltonian.diagonal().real[states]
    state = start[states].astype(complex)
    for gamma, beta in zip(x[:p], x[p:], strict=True):
        state = dense_mixer(space, ansatz.mixer.kind, beta) @ (
            np.exp(-1j * gamma * energies) * state
        )
    whole = np.zeros(2**ansatz.n_qubits, dtype=complex)
    whole[states] = state
    return whole


def start_of(ansatz):
    """The initial state from its definition."""
    space, n = ansatz.mixer.space, ansatz.n_qubits
    states = packed(samples.feasible_by_force(space))[:, 0]
    start = np.zeros(2**n)
    if ansatz.mixer.kind.startswith("bit-flip"):
        start[states[0]] = 1.0
    else:
        start[states] = 1.0 / np.sqrt(len(states))
    return start


CASES = [
    (name, kind)
    for name, space in SPACES.items()
    for kind in MIXERS
    if kind != "x" and MIXERS[kind]().lacks(space) is None
]


@pytest.mark.parametrize(("name", "kind"), CASES)
@pytest.mark.parametrize("kernels", ["compiled", "numpy"])
def test_every_mixer_is_its_dense_exponential(name, kind, kernels):
    space = SPACES[name]
    n = space.n_qubits
    cost = random_ising(n, n, order=3).to_pauli_sum()
    ansatz = hq.QAOA(cost, 2, mixer=MIXERS[kind](space=space))
    engine = Subspace(kernels=kernels).bind(ansatz.circuit, cost)
    rng = np.random.default_rng(7)
    x = rng.normal(size=4)
    expected = dense_state(ansatz, start_of(ansatz), x)
    np.testing.assert_allclose(engine.state(x), expected, atol=1e-12)
    energies = cost.diagonal().real
    value, gradient = engine.expectation_and_gradient(x)
    assert value == pytest.approx(np.abs(expected) ** 2 @ energies, abs=1e-11)
    assert engine.expectation(x) == pytest.approx(value, abs=1e-12)
    # One random direction sees every derivative.
    direction, h = rng.normal(size=4), 1e-5
    ends = [
        np.abs(dense_state(ansatz, start_of(ansatz), x + s * h * direction)) ** 2 @ energies
        for s in (1, -1)
    ]
    assert gradient @ direction == pytest.approx((ends[0] - ends[1]) / (2 * h), abs=2e-6)


# Slow: all kernels are compiled once more. The fast suite has one of the compiled mixers.
@pytest.mark.parametrize(
    ("name", "kind", "kernels"),
    [
        ("knapsack", "bit-flip", "compiled"),
        *((*case, "numpy") for case in CASES),
        *(pytest.param(*case, "compiled", marks=pytest.mark.slow) for case in CASES),
    ],
)
def test_single_precision_is_right_to_its_digits(name, kind, kernels):
    space = SPACES[name]
    cost = random_ising(space.n_qubits, space.n_qubits, order=3).to_pauli_sum()
    circuit = hq.QAOA(cost, 2, mixer=MIXERS[kind](space=space)).circuit
    double = Subspace(kernels="numpy").bind(circuit, cost)
    single = Subspace(kernels=kernels, precision="single").bind(circuit, cost)
    x = np.random.default_rng(7).normal(size=4)
    value, gradient = double.expectation_and_gradient(x)
    assert single.expectation(x) == pytest.approx(value, abs=2e-4)
    np.testing.assert_allclose(single.expectation_and_gradient(x)[1], gradient, atol=3e-3)


def has_circuit(circuit):
    """Return whether each instruction is a product of gates and rotations."""
    try:
        _ = [step.decompose() for step in circuit.instructions]
    except ParameterError:
        return False
    return True


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_every_circuit_of_gates_gives_the_same(name, kind):
    space = SPACES[name]
    cost = random_ising(space.n_qubits, 3).to_pauli_sum()
    ansatz = hq.QAOA(cost, 1, mixer=MIXERS[kind](space=space))
    if not has_circuit(ansatz.circuit):
        with pytest.raises(EngineError, match="no exact circuit of gates: run it with engine='sub"):
            hq.Expectation(ansatz, cost, engine="statevector")
        return
    x = [0.4, -0.9]
    here, there = (
        hq.Expectation(ansatz, cost, engine=engine) for engine in ("subspace", "statevector")
    )
    assert here(x) == pytest.approx(there(x), abs=1e-12)
    overlap = np.vdot(here.state(x), there.state(x))
    assert abs(overlap) == pytest.approx(1.0, abs=1e-12)


def test_exact_circuits_exist_for_sequential_mixers_and_one_hot_blocks():
    found = set()
    for name, kind in CASES:
        mixer = FeasibleMixer(
            SPACES[name], kind.removesuffix("-trotter"), Angle(0.3), kind.endswith("-trotter")
        )
        if has_circuit(Circuit(SPACES[name].n_qubits, (mixer,))):
            found.add((name, kind))
    for kind in ("xy-complete", "xy-ring", "xy-chain", "grover"):
        assert ("blocks", kind) in found
        assert ("blocks and free", kind) in found
    for name, kind in CASES:
        if kind.endswith("-trotter") and name in ("weight", "sets", "permutation", "walls"):
            assert (name, kind) in found
    assert ("weight", "xy-complete") not in found
    assert ("knapsack", "bit-flip-trotter") not in found


@pytest.mark.parametrize("kind", ["xy-ring", "xy-chain", "bit-flip", "adjacent-transposition"])
def test_the_aligned_state_is_the_highest_eigenstate(kind):
    for space in SPACES.values():
        if MIXERS[kind]().lacks(space) is not None:
            continue
        n = space.n_qubits
        mixer = MIXERS[kind](space=space, initial="aligned")
        cost = random_ising(n, 1).to_pauli_sum()
        for kernels in ("compiled", "numpy"):
            engine = Subspace(kernels=kernels).bind(hq.QAOA(cost, 1, mixer).circuit, cost)
            state = engine.state([0.0, 0.0])[packed(samples.feasible_by_force(space))[:, 0]]
            a = sum(dense_hops(space, kind))
            top = np.linalg.eigvalsh(a)[-1]
            np.testing.assert_allclose(a @ state, top * state, atol=1e-11)
            assert np.linalg.norm(state) == pytest.approx(1.0, abs=1e-12)


def test_a_warm_start_begins_in_its_bits():
    problem = hq.IndependentSet(nx.cycle_graph(5))
    mixer = BitFlip(initial="10100")
    assert mixer.initial == (1, 0, 1, 0, 0) == BitFlip(initial=[1, 0, 1, 0, 0]).initial
    objective = hq.Expectation(hq.QAOA(problem, 1, mixer), problem)
    assert objective([0.3, 0.0]) == pytest.approx(-2.0, abs=1e-14)
    assert objective.sample([0.3, 0.0], 20, 1) == {"10100": 20}
    with pytest.raises(ParameterError, match="initial must be bits that satisfy all constraints"):
        hq.QAOA(problem, 1, BitFlip(initial="11000"))
    with pytest.raises(DimensionError, match="5 bits"):
        hq.QAOA(problem, 1, BitFlip(initial="1000"))
    for wrong in ("middle", 3, (2, 0), 0.5, ""):
        with pytest.raises(ParameterError, match="'standard', 'uniform', 'aligned' or the bits"):
            BitFlip(initial=wrong)


def test_without_the_empty_set_flips_begin_with_all_or_else_in_the_first_feasible_state():
    two_or_three = LinearBound((0, 1, 2), (1, 1, 1), lower=2)
    space = FeasibleSpace(3, (two_or_three,))
    assert BitFlip(space=space).initial_state(3)[0].bits == (1, 1, 1)
    space = FeasibleSpace(3, (two_or_three, LinearBound((1, 2), (1, 1), upper=1)))
    assert BitFlip(space=space).initial_state(3)[0].bits == (1, 1, 0)


@pytest.mark.parametrize(("name", "kind"), CASES[::3])
def test_results_do_not_depend_on_the_number_of_threads(name, kind, monkeypatch):
    monkeypatch.setattr("hybridq.engines.subspace.runner.TEAM_STATES", 1)
    most = hq.engines.base.checked_threads(None)
    space = SPACES[name]
    cost = random_ising(space.n_qubits, 5).to_pauli_sum()
    circuit = hq.QAOA(cost, 2, mixer=MIXERS[kind](space=space)).circuit
    x = [0.3, -0.8, 0.5, 1.1]
    found = []
    for threads in (1, most):
        engine = Subspace(threads=threads).bind(circuit, cost)
        found.append((*engine.expectation_and_gradient(x), engine.expectation(x), engine.state(x)))
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_large_weight_gives_the_same_in_halves_and_by_hops(monkeypatch):
    n = 11
    cost = random_ising(n, 2).to_pauli_sum()
    x = np.array([0.4, -0.3, 0.9, 1.7])
    for k in (4, 5, 8):
        circuit = hq.QAOA(cost, 2, XYComplete(space=samples.weight_space(n, k))).circuit
        halves = Subspace().bind(circuit, cost)
        assert "spins of two halves" in halves.info.reason
        with monkeypatch.context() as patch:
            patch.setattr("hybridq.engines.subspace.weight.fits", lambda space: False)
            patch.setattr("hybridq.engines.subspace.axes.axes_of", lambda space: None)
            hops = Subspace().bind(circuit, cost)
        assert "hops" in hops.info.reason
        np.testing.assert_allclose(halves.state(x), hops.state(x), atol=1e-12)
        for here, there in zip(
            halves.expectation_and_gradient(x), hops.expectation_and_gradient(x), strict=True
        ):
            np.testing.assert_allclose(here, there, atol=1e-10)


@pytest.mark.parametrize("kind", ["xy-ring", "xy-chain", "xy-ring-trotter", "xy-complete-trotter"])
@pytest.mark.parametrize(("n", "k"), [(10, 5), (10, 7), (11, 4), (11, 6)])
def test_hops_and_free_fermions_on_halves_are_lists_of_neighbours(n, k, kind, monkeypatch):
    rng = np.random.default_rng(n + k)
    space = FeasibleSpace(n, groups=(Group(tuple(rng.permutation(n).tolist()), k),))
    cost = random_ising(n, 2).to_pauli_sum()
    x = np.array([0.4, -0.3, 0.9, 1.7])
    initial = "standard" if "trotter" in kind else "aligned"
    circuit = hq.QAOA(cost, 2, MIXERS[kind](space=space, initial=initial)).circuit
    halves = Subspace().bind(circuit, cost)
    assert "of two halves" in halves.info.reason
    monkeypatch.setattr("hybridq.engines.subspace.weight.fits", lambda space: False)
    monkeypatch.setattr("hybridq.engines.subspace.axes.axes_of", lambda space: None)
    lists = Subspace(kernels="numpy").bind(circuit, cost)
    np.testing.assert_allclose(halves.state(x), lists.state(x), atol=1e-12)
    for here, there in zip(
        halves.expectation_and_gradient(x), lists.expectation_and_gradient(x), strict=True
    ):
        np.testing.assert_allclose(here, there, atol=1e-10)
    monkeypatch.undo()
    monkeypatch.setattr("hybridq.engines.subspace.runner.TEAM_STATES", 1)
    more = Subspace(threads=hq.engines.base.checked_threads(None)).bind(circuit, cost)
    for one, other in zip(
        halves.expectation_and_gradient(x), more.expectation_and_gradient(x), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_ket_and_bra_evolve_alike_together_and_apart(monkeypatch):
    problem = hq.IndependentSet(nx.petersen_graph())
    circuit = hq.QAOA(problem, 2, "bit-flip").circuit
    x = [0.3, 0.5, 0.8, -0.4]
    together = Subspace().bind(circuit, problem.observable).expectation_and_gradient(x)
    monkeypatch.setattr("hybridq.engines.subspace.evolution.MOST_PAIRED", 0)
    apart = Subspace().bind(circuit, problem.observable).expectation_and_gradient(x)
    for here, there in zip(together, apart, strict=True):
        np.testing.assert_allclose(here, there, atol=1e-12)


@pytest.mark.parametrize("kernels", ["compiled", "numpy"])
def test_samples_follow_the_probabilities(kernels):
    problem = hq.IndependentSet(nx.cycle_graph(6))
    circuit = hq.QAOA(problem, 1, "bit-flip").circuit
    engine = Subspace(kernels=kernels).bind(circuit, problem.observable)
    x, shots = [0.5, 0.8], 40_000
    drawn = engine.sample(x, shots, 3)
    assert drawn.dtype == np.int64
    counts = np.bincount(drawn, minlength=64)
    expected = np.abs(engine.state(x)) ** 2
    error = np.sqrt(expected * (1 - expected) / shots)
    assert (np.abs(counts / shots - expected) <= 5 * error + 1e-9).all()
    np.testing.assert_array_equal(drawn, engine.sample(x, shots, 3))


def test_a_hundred_qubits_run_and_are_sampled_as_rows_of_bits():
    # A path of 10 nodes, and 90 nodes that exclude all others: 144 + 90 independent sets.
    graph = nx.path_graph(10)
    for node in range(10, 100):
        graph.add_edges_from((node, other) for other in range(node))
    problem = hq.IndependentSet(graph)
    assert problem.space.dim == 144 + 90
    objective = hq.Expectation(hq.QAOA(problem, 2, "bit-flip"), problem)
    assert objective.engine.name == "subspace"
    rows = objective.simulator.sample([0.3, 0.5, 0.4, 0.7], 50, 1)
    assert rows.shape == (50, 100)
    assert not problem.violation_counts(rows).any()
    bits, counts = objective.sample_bits([0.3, 0.5, 0.4, 0.7], 50, 1)
    assert counts.sum() == 50
    assert bits.shape[1] == 100
    with pytest.raises(CapacityError, match="the full state vector"):
        objective.state([0.3, 0.5, 0.4, 0.7])


@pytest.mark.parametrize("kernels", ["compiled", "numpy"])
def test_weights_of_states_and_their_gradient(kernels):
    cost = samples.portfolio()
    circuit = hq.QAOA(cost, 2, XYRing(space=samples.PORTFOLIO_SPACE)).circuit
    engine = Subspace(kernels=kernels).bind(circuit, cost)
    x = np.array([0.3, -0.2, 0.5, 0.9])
    weights = np.random.default_rng(1).normal(size=20)
    value, gradient = engine.weighted_expectation(x, weights)
    assert value == pytest.approx(weights @ engine.probabilities(x), abs=1e-12)
    h = 1e-6
    slopes = [
        weights @ (engine.probabilities(x + h * d) - engine.probabilities(x - h * d)) / (2 * h)
        for d in np.eye(4)
    ]
    np.testing.assert_allclose(gradient, slopes, atol=1e-8)
    with pytest.raises(DimensionError, match=r"weights must have shape \(20,\)"):
        engine.weighted_expectation(x, weights[:5])


def test_conditional_value_at_risk_on_feasible_states():
    cost = samples.portfolio()
    ansatz = hq.QAOA(cost, 1, XYRing(space=samples.PORTFOLIO_SPACE))
    objective = hq.CVaR(ansatz, cost, alpha=0.25, engine="subspace")
    x = np.array([0.5, 0.3])
    engine = objective.simulator
    order = np.argsort(engine.energies())
    chances, energies = engine.probabilities(x)[order], engine.energies()[order]
    kept = np.minimum(np.cumsum(chances), 0.25)
    expected = np.diff(kept, prepend=0.0) @ energies / 0.25
    assert objective(x) == pytest.approx(expected, abs=1e-12)
    value, gradient = objective.value_and_gradient(x)
    assert value == pytest.approx(expected, abs=1e-12)
    h = 1e-6
    slopes = [(objective(x + h * d) - objective(x - h * d)) / (2 * h) for d in np.eye(2)]
    np.testing.assert_allclose(gradient, slopes, atol=1e-6)


@pytest.mark.parametrize("kind", ["xy-ring", "xy-complete-trotter", "grover"])
def test_the_metric_is_the_second_order_of_the_fidelity(kind):
    cost = samples.portfolio()
    mixer = MIXERS[kind](space=samples.PORTFOLIO_SPACE)
    engine = Subspace().bind(hq.QAOA(cost, 2, mixer).circuit, cost)
    x, h = np.array([0.3, -0.2, 0.5, 0.9]), 1e-5
    slopes = [
        (engine.amplitudes(x + h * d) - engine.amplitudes(x - h * d)) / (2 * h) for d in np.eye(4)
    ]
    state = engine.amplitudes(x)
    along = np.array([np.vdot(s, state) for s in slopes])
    gram = np.array([[np.vdot(a, b) for b in slopes] for a in slopes])
    expected = (gram - np.outer(along, along.conj())).real
    np.testing.assert_allclose(engine.metric(x), expected, atol=1e-8)


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_phases_of_every_kind_on_the_way(seed):
    rng = np.random.default_rng(seed)
    space = SPACES["blocks and free"]
    cost = random_ising(6, seed % 1000).to_pauli_sum()
    steps = [FeasibleState(space)]
    for _ in range(4):
        qubits = tuple(rng.choice(6, 2, replace=False).tolist())
        angle = Angle(float(rng.normal()), 0, float(rng.normal()))
        steps += [
            PauliRotation("ZZ", qubits, angle),
            PhaseGate(qubits, angle),
            FeasibleMixer(space, "xy-complete", angle),
        ]
    circuit = Circuit(6, tuple(steps))
    engine = Subspace().bind(circuit, cost)
    x = np.array([0.7])
    expected = run(circuit, x)
    found = engine.state(x)
    assert abs(np.vdot(expected, found)) == pytest.approx(1.0, abs=1e-12)
    h = 1e-5
    slope = (engine.expectation(x + h) - engine.expectation(x - h)) / (2 * h)
    scale = max(1.0, cost.one_norm)
    assert engine.expectation_and_gradient(x)[1][0] == pytest.approx(slope, abs=1e-6 * scale)


def test_other_circuits_are_refused_with_the_reason():
    cost = random_ising(3, 1).to_pauli_sum()
    space = samples.weight_space(3, 1)
    plain = Circuit(3).h(0)
    cases = [
        (plain, cost, "does not begin with a state on a feasible space"),
        (Circuit(3, (FeasibleState(space), Gate("h", (0,)))), cost, "neither a diagonal phase"),
        (
            Circuit(
                3, (FeasibleState(space), FeasibleMixer(FeasibleSpace(3), "grover", Angle(0.1)))
            ),
            cost,
            "acts on another feasible space",
        ),
        (
            Circuit(3, (FeasibleState(samples.weight_space(2, 1), qubits=(0, 1)),)),
            cost,
            "other qubits than the circuit",
        ),
        (
            Circuit(3, (FeasibleState(space),)),
            hq.PauliSum.from_labels({"XII": 1.0}),
            "diagonal Hamiltonians alone",
        ),
        (
            Circuit(3, (FeasibleState(FeasibleSpace(3, (LinearBound((0,), (1,), 2.0),))),)),
            cost,
            "no state satisfies all constraints",
        ),
    ]
    for circuit, observable, reason in cases:
        with pytest.raises(EngineError, match=reason):
            Subspace().bind(circuit, observable)


def test_too_little_memory_is_refused_before_anything_is_stored(monkeypatch):
    space = samples.weight_space(24, 12)
    cost = random_ising(24, 1, density=0.1).to_pauli_sum()
    circuit = hq.QAOA(cost, 1, XYComplete(space=space)).circuit
    monkeypatch.setattr("hybridq.core.memory.available_bytes", lambda: 180_000_000)
    with pytest.raises(CapacityError) as refusal:
        Subspace().bind(circuit, cost)
    assert "the 2,704,156 feasible states of 24 qubits" in str(refusal.value)
    assert "precision='single'" in str(refusal.value)
    assert "words" not in vars(space)


def test_instructions_move_draw_pickle_and_count():
    space = FeasibleSpace(3, groups=(Group((0, 1, 2)),))
    inner = Circuit(3, (FeasibleState(space), FeasibleMixer(space, "xy-ring", Angle(parameter=0))))
    moved = Circuit(5).compose(inner, (4, 1, 2)).bind([0.3])
    state, mixer = moved.instructions
    assert mixer == FeasibleMixer(space, "xy-ring", Angle(0.3), qubits=(4, 1, 2))
    psi = run(moved, [])
    ones = np.flatnonzero(np.abs(psi) > 1e-12)
    assert set(ones.tolist()) == {1 << 4, 1 << 1, 1 << 2}
    text = inner.to_text()
    assert "uniform" in text
    assert "xy-ring(" in text
    assert pickle.loads(pickle.dumps(inner)) == inner
    inverse = mixer.inverse()
    np.testing.assert_allclose(
        run(Circuit(5, (state, mixer, inverse)), []), run(Circuit(5, (state,)), []), atol=1e-14
    )
    with pytest.raises(DimensionError, match="3 qubits, as the space has"):
        FeasibleState(space, qubits=(0, 1))
    with pytest.raises(ParameterError, match="kind must be"):
        FeasibleState(space, "middle")


def test_a_confined_problem_refuses_mixers_that_leave_its_states():
    class Confined(hq.IndependentSet):
        confined = True
        mixers = ("bit-flip", "grover")

    problem = Confined(nx.cycle_graph(5))
    assert hq.QAOA(problem).mixer.kind == "bit-flip"
    assert hq.QAOA(problem, mixer="grover").mixer.space == problem.space
    for mixer in ("x", XYRing(blocks=((0, 1),)), Grover(blocks=())):
        with pytest.raises(ParameterError) as refusal:
            hq.QAOA(problem, mixer=mixer)
        assert "leaves the feasible states" in str(refusal.value)
        assert "mixer='bit-flip'" in str(refusal.value)
        assert "mixer='x'" not in str(refusal.value)
    with pytest.raises(ParameterError, match="needs a permutation of items over places"):
        hq.QAOA(problem, mixer=Transposition())


def test_the_fixed_line_of_the_interface_evaluates_from_the_standard_state():
    problem = hq.Coloring(nx.cycle_graph(5), colors=3)
    value = hq.Expectation(hq.QAOA(problem, p=1, mixer="xy-complete"), problem, engine="subspace")(
        [0.0, 0.4]
    )
    energies = problem.cost().energies(problem.space.bits())
    assert value == pytest.approx(energies.mean(), abs=1e-12)


@pytest.mark.parametrize(
    "graph",
    [
        nx.cycle_graph(9),
        nx.disjoint_union(nx.star_graph(7), nx.empty_graph(7)),  # a block of several tiles
        nx.petersen_graph(),
        nx.gnp_random_graph(16, 0.2, seed=1),
        nx.gnp_random_graph(20, 0.15, seed=2),
    ],
)
def test_independent_sets_as_hypercubes_and_as_lists_give_the_same(graph, monkeypatch):
    problem = hq.IndependentSet(graph)
    circuit = hq.QAOA(problem, 2, "bit-flip").circuit
    lists = Subspace().bind(circuit, problem.observable)
    monkeypatch.setattr("hybridq.engines.subspace.cube_tables.LEAST_STATES", 1)
    monkeypatch.setattr("hybridq.engines.subspace.cube_tables._LEAST_BLOCK", 1)
    cubes = Subspace().bind(circuit, problem.observable)
    assert "hypercubes" in cubes.info.reason
    assert "hypercubes" not in lists.info.reason
    order = np.argsort(packed(cubes.states())[:, 0])
    np.testing.assert_array_equal(packed(cubes.states())[order], problem.space.words)
    x = np.array([0.3, 0.5, 0.8, -0.4])
    np.testing.assert_allclose(cubes.state(x), lists.state(x), atol=1e-13)
    for here, there in zip(
        cubes.expectation_and_gradient(x), lists.expectation_and_gradient(x), strict=True
    ):
        np.testing.assert_allclose(here, there, atol=1e-12)
    two = Subspace(threads=hq.engines.base.checked_threads(None)).bind(circuit, problem.observable)
    assert two.expectation(x) == cubes.expectation(x)


@pytest.mark.parametrize("alike", [True, False])
def test_twins_are_evolved_by_levels_only_while_they_are_alike(alike, monkeypatch):
    # A star of six leaves, four nodes that two others exclude, and two more leaves.
    edges = [(0, leaf) for leaf in range(1, 7)]
    edges += [(hub, leaf) for hub in (7, 8) for leaf in range(9, 13)] + [(0, 7), (8, 13), (8, 14)]
    problem = hq.IndependentSet(nx.Graph(edges))
    n = problem.n_qubits
    weights = np.ones(n)
    if not alike:
        weights[list(problem.graph).index(3)] = 1.25
    cost = hq.Ising.from_qubo(np.diag(-weights)).to_pauli_sum()
    circuit = hq.QAOA(cost, 2, BitFlip(space=problem.space)).circuit
    x = np.array([0.3, 0.5, 0.8, -0.4])
    lists = Subspace().bind(circuit, cost)
    monkeypatch.setattr("hybridq.engines.subspace.cube_tables.LEAST_STATES", 1)
    monkeypatch.setattr("hybridq.engines.subspace.cube_tables._LEAST_BLOCK", 1)
    calls = []
    scatter = twins.scatter
    monkeypatch.setattr(twins, "scatter", lambda *a: (calls.append(1), scatter(*a))[1])
    cubes = Subspace().bind(circuit, cost)
    np.testing.assert_allclose(cubes.state(x), lists.state(x), atol=1e-13)
    # Phases come after the first mixer: before them all twins are alike.
    assert len(calls) == (2 if alike else 1)
    for here, there in zip(
        cubes.expectation_and_gradient(x), lists.expectation_and_gradient(x), strict=True
    ):
        np.testing.assert_allclose(here, there, atol=1e-12)
    weights = np.random.default_rng(1).normal(size=cubes.dim)  # of a bra that tells twins apart
    order = np.argsort(packed(cubes.states())[:, 0])
    back = np.argsort(packed(lists.states())[:, 0])
    moved = np.empty_like(weights)
    moved[back] = weights[order]
    for here, there in zip(
        cubes.weighted_expectation(x, weights), lists.weighted_expectation(x, moved), strict=True
    ):
        np.testing.assert_allclose(here, there, atol=1e-12)


def test_a_histogram_is_enough_for_the_grover_mixer():
    from hybridq.engines.subspace.levels import GroverLevels

    cost = samples.coloring(nx.petersen_graph(), 3)[0]
    space = samples.coloring(nx.petersen_graph(), 3)[1]
    engine = Subspace().bind(hq.QAOA(cost, 3, Grover(space=space)).circuit, cost)
    x = np.array([0.4, 0.7, -0.3, 1.1, 0.6, 2.0])
    values, counts = np.unique(engine.energies().round(9), return_counts=True)
    levels = GroverLevels(values, counts)
    assert levels.dim == 3**10
    value, gradient = engine.expectation_and_gradient(x)
    assert levels.expectation(x) == pytest.approx(value, abs=1e-12)
    np.testing.assert_allclose(levels.expectation_and_gradient(x)[1], gradient, atol=1e-11)
    shares = [engine.probabilities(x)[np.isclose(engine.energies(), v)].sum() for v in values]
    np.testing.assert_allclose(levels.probabilities(x), shares, atol=1e-13)


def test_a_histogram_of_a_billion_states_and_more():
    from hybridq.engines.subspace.levels import GroverLevels

    # A search: θ with sin² θ = M / D, probability sin²((2p + 1) θ).
    marked, dim, p = 3, 10**30, 5
    levels = GroverLevels([0.0, -1.0], [dim - marked, marked])
    theta = np.arcsin(np.sqrt(marked / dim))
    found = levels.expectation([np.pi] * p + [np.pi] * p)
    assert -found == pytest.approx(np.sin((2 * p + 1) * theta) ** 2, rel=1e-9)
    for wrong in (([1.0], [0]), ([1.0, 2.0], [1]), ([], []), ([np.nan], [2])):
        with pytest.raises(ParameterError):
            GroverLevels(*wrong)
    with pytest.raises(DimensionError, match="γ_1 … γ_p and β_1 … β_p"):
        levels.expectation([0.1])
