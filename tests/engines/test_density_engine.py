"""The density engine: Kraus sums by brute force, closed forms, published values, refusals."""

import math
from functools import reduce

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.circuits.elementary import elementary
from hybridq.circuits.instructions import Gate, PhaseGate
from hybridq.core.errors import CapacityError, DimensionError, EngineError, ParameterError
from hybridq.core.processes import cores
from hybridq.engines import Density, Statevector
from hybridq.engines import protocols as p
from hybridq.engines.noisy_gates import noisy_gates

N = hq.noise
LETTERS = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}
KERNELS = ["compiled", "numpy"]


def product(letters):
    """Kronecker product of the letters by qubit, qubit 0 the lowest bit."""
    return reduce(np.kron, [LETTERS[letter] for letter in reversed(letters)])


def lifted(matrix, qubits, n):
    """A matrix on some qubits as one on n qubits, entry by entry."""
    found = np.zeros((1 << n, 1 << n), complex)
    for column in range(1 << n):
        prepared = sum((column >> q & 1) << k for k, q in enumerate(qubits))
        rest = column & ~sum(1 << q for q in qubits)
        for read in range(1 << len(qubits)):
            row = rest | sum((read >> k & 1) << q for k, q in enumerate(qubits))
            found[row, column] += matrix[read, prepared]
    return found


def unitary(gate, x, n):
    """The matrix of a gate, from its definition."""
    angle = 0.0 if gate.angle is None else gate.angle.value(x)
    if isinstance(gate, PhaseGate):
        diagonal = np.ones(1 << len(gate.qubits), complex)
        diagonal[-1] = np.exp(1j * angle)
        return lifted(np.diag(diagonal), gate.qubits, n)
    if not isinstance(gate, Gate):
        letters = ["I"] * n
        for qubit, letter in zip(gate.qubits, gate.paulis, strict=True):
            letters[qubit] = letter
        return np.cos(angle / 2) * np.eye(1 << n) - 1j * np.sin(angle / 2) * product(letters)
    s = np.diag([1, 1j])
    t = np.diag([1, np.exp(0.25j * np.pi)])
    h = (LETTERS["X"] + LETTERS["Z"]) / math.sqrt(2)
    one = {"h": h, "s": s, "sdg": s.conj(), "t": t, "tdg": t.conj(), "id": np.eye(2)}
    one |= {letter.lower(): LETTERS[letter] for letter in "XYZ"}
    if gate.name in one:
        return lifted(one[gate.name], gate.qubits, n)
    flip = lifted(LETTERS[gate.name[-1].upper()], gate.qubits[1:], n)
    here = lifted(np.diag([0, 1]), gate.qubits[:1], n)
    return here @ flip + np.eye(1 << n) - here  # cx, cy, cz


def by_brute_force(circuit, model, x):
    """The density matrix by sums over all Kraus operators."""
    n = circuit.n_qubits
    rho = np.zeros((1 << n, 1 << n), complex)
    rho[0, 0] = 1.0
    for noisy in noisy_gates(circuit, model):
        u = unitary(noisy.gate, x, n)
        rho = u @ rho @ u.conj().T
        for channel in noisy.channels:
            kraus = [lifted(k, noisy.gate.qubits, n) for k in channel.kraus(len(noisy.gate.qubits))]
            rho = sum(k @ rho @ k.conj().T for k in kraus)
    return rho


GATES = st.lists(
    st.tuples(
        st.sampled_from(["h", "t", "y", "cx", "cy", "rx", "ry", "rzz", "ryx", "p", "cp", "ryzx"]),
        st.permutations(range(3)),
        st.sampled_from([0, 1, None]),
        st.floats(-3, 3),
    ),
    min_size=1,
    max_size=9,
)


def circuit_of(gates):
    circuit = hq.Circuit(3, parameters=("a", "b"))
    for name, order, parameter, value in gates:
        angle = value if parameter is None else hq.Angle(0.3, parameter, value)
        if name in ("p", "cp"):
            circuit = getattr(circuit, name)(*order[: len(name)], angle)
        elif name.startswith("r"):
            letters = name[1:].upper()
            circuit = circuit.rotation(letters, order[: len(letters)], angle)
        else:
            circuit = circuit.gate(name, *order[: 2 if name.startswith("c") else 1])
    return circuit


STRENGTH = st.sampled_from([0.0, 0.02, 0.3, 1.0])
MODELS = st.builds(
    lambda a, b, c, d: hq.NoiseModel(
        one_qubit=[N.amplitude_damping(a, excited=0.2), N.over_rotation(0.1, 0.05)],
        two_qubit=[N.depolarizing(b), N.phase_damping(c), N.pauli({"XZ": 0.1, "IY": 0.05})],
        readout=[N.readout(0.02, 0.1), N.readout(0.2, 0.05, qubits=[1])],
        rules=[N.rule(N.thermal_relaxation(50, 30, 20 * d), gates=["ry", "h"], qubits=[(0,)])],
    ),
    STRENGTH, STRENGTH, STRENGTH, STRENGTH,
)  # fmt: skip
OBSERVABLE = hq.PauliSum.from_labels({"XYI": 0.7, "ZZX": -0.4, "IIY": 0.3, "ZIZ": 1.0, "III": 0.2})
DIAGONAL = hq.PauliSum.from_labels({"ZZI": 0.7, "ZZZ": -0.4, "IIZ": 0.3, "III": 0.2})
POINT = np.array([0.4, -1.1])


def read_probabilities(rho, matrices):
    """Probabilities of what is read; the matrix of each qubit."""
    return reduce(np.kron, reversed(matrices)) @ np.diag(rho).real


@pytest.mark.parametrize("kernels", KERNELS)
@settings(max_examples=25, deadline=None)
@given(gates=GATES, model=MODELS)
def test_values_and_distributions_are_those_of_kraus_sums(kernels, gates, model):
    circuit = circuit_of(gates)
    rho = by_brute_force(circuit, model, POINT)
    matrices = [np.array([[0.98, 0.1], [0.02, 0.9]])] * 3
    matrices[1] = np.array([[0.8, 0.05], [0.2, 0.95]])
    expected = 0.0
    for letters, qubits, value in OBSERVABLE:
        term = np.eye(8, dtype=complex)
        for qubit, letter in zip(qubits, letters, strict=True):
            ((p00, p01), (p10, p11)) = matrices[qubit]
            read = 0.5 * (p00 - p10 + p01 - p11) * np.eye(2)
            read = read + 0.5 * (p00 - p10 - p01 + p11) * LETTERS[letter]
            term = term @ lifted(read, (qubit,), 3)
        expected += value.real * np.trace(term @ rho).real
    engine = Density(model, kernels=kernels).bind(circuit, OBSERVABLE)
    assert engine.expectation(POINT) == pytest.approx(expected, abs=1e-12)
    engine = Density(model, kernels=kernels).bind(circuit, DIAGONAL)
    chances = engine.probabilities(POINT)
    np.testing.assert_allclose(chances, read_probabilities(rho, matrices), atol=1e-12)
    assert chances.sum() == pytest.approx(1, abs=1e-12)
    mean = float(engine.energies() @ chances)
    assert engine.expectation(POINT) == pytest.approx(mean, abs=1e-12)


def differences(function, x, step=1e-5):
    """Central differences, accurate to about 1e-9."""
    return [(function(x + step * d) - function(x - step * d)) / (2 * step) for d in np.eye(len(x))]


@pytest.mark.parametrize("kernels", KERNELS)
@settings(max_examples=25, deadline=None)
@given(gates=GATES, model=MODELS)
def test_gradients_are_exact_through_channels_that_cannot_be_undone(kernels, gates, model):
    engine = Density(model, kernels=kernels).bind(circuit_of(gates), OBSERVABLE)
    value, gradient = engine.expectation_and_gradient(POINT)
    assert value == pytest.approx(engine.expectation(POINT), abs=1e-12)
    np.testing.assert_allclose(gradient, differences(engine.expectation, POINT), atol=1e-7)
    engine = Density(model, kernels=kernels).bind(circuit_of(gates), DIAGONAL)
    weights = np.arange(8.0) ** 2
    value, gradient = engine.weighted_expectation(POINT, weights)
    expected = differences(lambda x: float(weights @ engine.probabilities(x)), POINT)
    assert value == pytest.approx(float(weights @ engine.probabilities(POINT)), abs=1e-11)
    np.testing.assert_allclose(gradient, expected, atol=1e-6)


def test_gradients_of_deep_circuits_are_those_of_the_shift_rule():
    """Noise of 10^{-6} over the circuit, by which rounding errors of undone states would grow."""
    layers = 12

    def circuit(angles):
        found = hq.Circuit(2)
        for k, angle in enumerate(angles):
            found = found.ry(0, angle).cx(0, 1).rx(1, 0.1 * k)
        return found

    model = hq.NoiseModel(one_qubit=N.depolarizing(0.7), two_qubit=N.amplitude_damping(0.1))
    observable = hq.PauliSum.from_labels({"ZZ": 1.0, "XI": 0.5})
    names = [hq.Parameter("a") + k for k in range(layers)]
    engine = Density(model).bind(circuit(names), observable)
    shifted = 0.0
    for k in range(layers):
        for sign in (1, -1):
            angles = 0.7 + np.arange(layers) + sign * math.pi / 2 * (np.arange(layers) == k)
            variant = Density(model).bind(circuit(angles.tolist()), observable)
            shifted += 0.5 * sign * variant.expectation([])
    assert engine.expectation_and_gradient([0.7])[1][0] == pytest.approx(shifted, abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(gates=GATES)
def test_without_noise_it_is_the_statevector_engine(gates):
    circuit = circuit_of(gates)
    exact = Statevector(kernels="numpy").bind(circuit, DIAGONAL)
    perfect = Density().bind(circuit, DIAGONAL)
    assert perfect.expectation(POINT) == pytest.approx(exact.expectation(POINT), abs=1e-12)
    np.testing.assert_allclose(
        perfect.expectation_and_gradient(POINT)[1],
        exact.expectation_and_gradient(POINT)[1],
        atol=1e-12,
    )
    np.testing.assert_allclose(perfect.probabilities(POINT), exact.probabilities(POINT), atol=1e-12)


def qaoa_of(n, edges, *, two_cx=False):
    """One layer, e^{−iγZZ/2} for each edge in its order and RX(2β); ½ΣZZ."""
    circuit = reduce(lambda c, q: c.h(q), range(n), hq.Circuit(n, parameters=("gamma", "beta")))
    for u, v in edges:
        circuit = circuit.cx(u, v).rz(v, "gamma").cx(u, v) if two_cx else circuit.rzz(u, v, "gamma")
    if not two_cx:  # noise of each qubit after the phase as a whole
        circuit = reduce(lambda c, q: c.id(q), range(n), circuit)
    circuit = reduce(lambda c, q: c.rx(q, 2 * hq.Parameter("beta")), range(n), circuit)
    return circuit, hq.PauliSum.from_sparse([("ZZ", edge, 0.5) for edge in edges], n)


EDGES = {
    6: "01 04 03 12 15 24 23 35 45",
    8: "01 04 03 14 17 23 26 25 37 46 57 56",
    10: "04 06 08 12 17 16 26 28 34 39 35 48 57 59 79",
    12: "07 02 08 15 16 19 23 26 34 37 47 48 5b 5a 6b 89 9a ab",
}


def published(n):
    """The edges of the graph of n nodes, in their order."""
    return [(int(u, 16), int(v, 16)) for u, v in EDGES[n].split()]


K33 = nx.convert_node_labels_to_integers(nx.complete_bipartite_graph(3, 3))


@pytest.mark.parametrize(
    ("graph", "noiseless", "noisy"),
    [
        (nx.cycle_graph(6), 1.397462501, 1.162938954),
        (nx.petersen_graph(), 2.883438931, 2.399537341),
        (K33, 1.730063359, 1.439722405),
    ],
)
def test_noise_of_each_qubit_after_each_layer_shrinks_one_layer_in_closed_form(
    graph, noiseless, noisy
):
    """⟨ZuZv⟩ on triangle-free graphs, times (1−λ_I)(1−λ_C)²(1−λ_M)²."""
    gamma, beta, (first, cost, mixer) = 0.6, 0.4, (0.02, 0.03, 0.05)
    degree = dict(graph.degree)
    exact = sum(
        0.25 * math.sin(4 * beta) * math.sin(gamma)
        * (math.cos(gamma) ** (degree[u] - 1) + math.cos(gamma) ** (degree[v] - 1))
        for u, v in graph.edges
    )  # fmt: skip
    assert exact == pytest.approx(noiseless, abs=1e-8)
    circuit, observable = qaoa_of(len(graph), list(graph.edges))
    model = hq.NoiseModel(
        rules=[
            N.rule(N.depolarizing(first), gates="h"),
            N.rule(N.depolarizing(cost), gates="id"),
            N.rule(N.depolarizing(mixer), gates="rx"),
        ]
    )
    ratio = (1 - first) * (1 - cost) ** 2 * (1 - mixer) ** 2
    assert ratio == pytest.approx(0.832179005, abs=1e-9)
    value = Density(model).bind(circuit, observable).expectation([gamma, beta])
    assert value == pytest.approx(exact * ratio, abs=1e-12)
    assert value == pytest.approx(noisy, abs=1e-8)


@pytest.mark.parametrize(
    ("n", "expected"),
    [(6, 1.58663229330), (8, 2.41404671341), (10, 3.24046548212), (12, 3.47186875770)],
)
def test_noise_of_every_gate_gives_the_values_of_other_simulators(n, expected):
    """Aer, qulacs, Braket and PennyLane agree to 1e-11 (2026-11-28); at n = 12 Aer 0.18.2 alone."""
    circuit, observable = qaoa_of(n, published(n), two_cx=True)
    model = hq.NoiseModel(one_qubit=N.depolarizing(0.001), two_qubit=N.depolarizing(0.01))
    engine = Density(model).bind(circuit, observable)
    assert engine.expectation([0.6, 0.4]) == pytest.approx(expected, abs=2e-11)


def test_a_ghz_state_decays_in_closed_form():
    """F = ½[(1−λ/2)ⁿ + (λ/2)ⁿ + (1−λ)ⁿ], and ⟨Xⁿ⟩ = (1−λ)^{n−1} with noise after each CX."""
    for n, fidelity in ((3, 0.892125), (6, 0.797080096)):
        ghz = reduce(lambda c, q: c.cx(q, q + 1), range(n - 1), hq.Circuit(n).h(0))
        local = reduce(lambda c, q: c.id(q), range(n), ghz)
        dense = np.zeros((1 << n, 1 << n))
        dense[np.ix_([0, -1], [0, -1])] = 0.5
        terms = {}
        for number in range(4**n):
            letters = "".join("IXYZ"[number >> 2 * q & 3] for q in range(n))
            if set(letters) <= set("IZ") or set(letters) <= set("XY"):
                weight = np.trace(product(letters) @ dense).real / (1 << n)
                terms |= {letters: weight} if abs(weight) > 1e-12 else {}
        projector = hq.PauliSum.from_labels(terms)
        model = hq.NoiseModel(rules=[N.rule(N.depolarizing(0.05), gates="id")])
        lam = 0.05
        closed = 0.5 * ((1 - lam / 2) ** n + (lam / 2) ** n + (1 - lam) ** n)
        found = Density(model).bind(local, projector).expectation([])
        assert found == pytest.approx(closed, abs=1e-12)
        assert found == pytest.approx(fidelity, abs=1e-9)
        both = hq.NoiseModel(two_qubit=N.depolarizing(lam))
        for label in ("X" * n, "Z" + "I" * (n - 2) + "Z"):
            engine = Density(both).bind(ghz, hq.PauliSum.from_labels({label: 1.0}))
            assert engine.expectation([]) == pytest.approx((1 - lam) ** (n - 1), abs=1e-12)


def test_wrong_bits_of_a_symmetric_state_in_closed_form():
    """⟨½ΣZZ⟩' = r²⟨½ΣZZ⟩ + ½mδ², r = 1 − p10 − p01, δ = p01 − p10."""
    circuit, observable = qaoa_of(6, published(6))
    exact = Density().bind(circuit, observable).expectation([0.6, 0.4])
    assert exact == pytest.approx(1.730063359, abs=1e-9)
    engine = Density(hq.NoiseModel(readout=N.readout(p10=0.01, p01=0.04))).bind(circuit, observable)
    value = engine.expectation([0.6, 0.4])
    assert value == pytest.approx(0.95**2 * exact + 0.5 * 9 * 0.03**2, abs=1e-12)
    assert value == pytest.approx(1.565432181, abs=1e-9)


def test_over_rotations_add_up_and_leave_fixed_gates():
    """k RX(π(1+ε)) give ⟨Z⟩ = cos kπ(1+ε)."""
    model = hq.NoiseModel(one_qubit=N.over_rotation(relative=0.03))
    z = hq.PauliSum.from_labels({"Z": 1.0})
    for k in (1, 4, 7):
        circuit = reduce(lambda c, _: c.rx(0, math.pi), range(k), hq.Circuit(1))
        found = Density(model).bind(circuit, z).expectation([])
        assert found == pytest.approx(math.cos(k * math.pi * 1.03), abs=1e-12)
    assert Density(model).bind(hq.Circuit(1).x(0), z).expectation([]) == pytest.approx(-1)


@settings(max_examples=10, deadline=None)
@given(gates=GATES, seed=st.integers(0, 2**32))
def test_correlated_readout_mixes_the_distribution(gates, seed):
    joint = np.random.default_rng(seed).dirichlet(np.ones(4), size=4).T
    circuit = circuit_of(gates)
    perfect = Density().bind(circuit, DIAGONAL).probabilities(POINT)
    model = hq.NoiseModel(readout=N.correlated_readout(joint, (2, 0)))
    engine = Density(model).bind(circuit, DIAGONAL)
    mixed = (lifted(joint, (2, 0), 3) @ perfect).real
    np.testing.assert_allclose(engine.probabilities(POINT), mixed, atol=1e-12)
    mean = float(engine.energies() @ mixed)
    assert engine.expectation(POINT) == pytest.approx(mean, abs=1e-12)
    with pytest.raises(EngineError, match="bases in which other qubits are measured"):
        Density(model).bind(circuit, OBSERVABLE)


def test_samples_follow_the_distribution_with_wrong_bits():
    circuit = hq.Circuit(2).h(0).cx(0, 1)
    model = hq.NoiseModel(two_qubit=N.depolarizing(0.1), readout=N.readout(0.02, 0.1))
    engine = Density(model).bind(circuit, hq.PauliSum.from_labels({"ZZ": 1.0}))
    chances, shots = engine.probabilities([]), 20000
    counts = np.bincount(engine.sample([], shots, 7), minlength=4)
    errors = np.sqrt(chances * (1 - chances) / shots)
    assert (np.abs(counts / shots - chances) < 5 * errors).all()
    np.testing.assert_array_equal(engine.sample([], 50, 3), engine.sample([], 50, 3))
    z, zz = engine.correlations([], [(0, 1)])
    assert zz[0] == pytest.approx(float(chances @ [1, -1, -1, 1]), abs=1e-12)
    assert z[1] == pytest.approx(float(chances @ [1, 1, -1, -1]), abs=1e-12)


@pytest.mark.skipif(cores() < 2, reason="needs two cores")
def test_values_and_gradients_do_not_depend_on_threads():
    circuit, observable = qaoa_of(8, published(8))
    model = hq.NoiseModel(one_qubit=N.amplitude_damping(0.01), two_qubit=N.depolarizing(0.02))
    engines = [Density(model, threads=threads).bind(circuit, observable) for threads in (1, 2)]
    found = [engine.expectation_and_gradient([0.6, 0.4]) for engine in engines]
    assert found[0][0] == found[1][0]
    np.testing.assert_array_equal(found[0][1], found[1][1])


def test_wide_gates_become_the_gates_that_qasm_writes():
    assert [gate.symbol for gate in elementary(Gate("ccx", (0, 1, 2)))].count("cx") == 6
    wide = hq.Circuit(3).rotation("XYZ", (0, 1, 2), 0.3)
    names = [noisy.gate.symbol for noisy in noisy_gates(wide, hq.NoiseModel())]
    assert names == ["h", "sdg", "h", "cx", "cx", "rz", "cx", "cx", "h", "h", "s"]
    toffoli = hq.Circuit(3).h(0).ry(1, 0.4).h(2).ccx(0, 1, 2).ry(2, 0.3)
    exact = toffoli.probabilities()
    found = Density().bind(toffoli, DIAGONAL).probabilities([])
    np.testing.assert_allclose(found, exact, atol=1e-12)


def test_a_diagonal_phase_is_a_gate_for_each_term_and_a_mixer_for_each_qubit():
    cost = hq.Ising(3, 0.5, np.array([0.2, 0, 0]), np.array([(0, 1), (1, 2)]), np.array([1.0, 2.0]))
    names = [each.gate.symbol for each in noisy_gates(hq.QAOA(cost, 1).circuit, hq.NoiseModel())]
    assert sorted(names) == ["h"] * 3 + ["rx"] * 3 + ["rz"] + ["rzz"] * 2


def test_it_has_the_capabilities_of_an_exact_engine_without_a_state():
    engine = Density().bind(hq.Circuit(1).h(0), hq.PauliSum.from_labels({"Z": 1.0}))
    for capability in (p.SupportsWeights, p.SupportsGradient, p.SupportsSampling):
        assert isinstance(engine, capability)
    assert not isinstance(engine, p.SupportsState)


def test_too_many_qubits_are_refused_before_anything_is_made():
    circuit = hq.Circuit(15).h(0)
    with pytest.raises(
        CapacityError, match=r"15 qubits are too many for a density .* use engine='trajectories'"
    ):
        Density().bind(circuit, hq.PauliSum.zero(15))


def test_memory_is_asked_for_before_it_is_taken(monkeypatch):
    monkeypatch.setattr("hybridq.core.memory.available_bytes", lambda: 2**30)
    with pytest.raises(CapacityError, match=r"n_qubits=14: the density matrix needs 2 GiB"):
        Density().bind(hq.Circuit(14).h(0), hq.PauliSum.zero(14))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Density(0.1), "noise must be a NoiseModel such as"),
        (lambda: Density({"one_qubit": 2}), "one_qubit must be a number from 0 to 1, got 2"),
        (lambda: Density(kernels="fast"), "kernels must be"),
    ],
)
def test_noise_of_another_form_is_refused(make, words):
    with pytest.raises(ParameterError) as refusal:
        make()
    assert words in str(refusal.value)


def test_readout_on_a_missing_qubit_and_circuits_without_gates_are_refused():
    model = hq.NoiseModel(readout=N.readout(0.1, 0.1, qubits=[4]))
    with pytest.raises(DimensionError, match="readout on qubit 4"):
        Density(model).bind(hq.Circuit(2).h(0), hq.PauliSum.zero(2))


def test_plain_values_make_the_same_engine():
    model = hq.NoiseModel(two_qubit=N.depolarizing(0.01))
    assert Density({"two_qubit": 0.01}) == Density(model)
    assert Density(model).decisive_options() == {"noise": model.describe()}


def test_molecules_have_energies_with_noise_and_no_moments_of_a_pure_state():
    """Noise mixes in states of higher energy, so the energy lies above that of the circuit."""
    molecule = hq.Molecule.from_file("problems/molecules/h2_sto3g.fcidump")
    model = hq.NoiseModel(two_qubit=N.depolarizing(1e-4))
    noisy = hq.solve(molecule, engine=Density(model, kernels="numpy"), rng=1, exact=False)
    perfect = hq.solve(molecule, rng=1, exact=False)
    assert noisy.engine.name == "density"
    assert perfect.expectation + 1e-6 < noisy.expectation < perfect.expectation + 0.1
