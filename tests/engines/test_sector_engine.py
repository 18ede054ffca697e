"""The sector engine against dense numpy on the full space."""

from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import (
    Angle,
    DiagonalPhase,
    Excitation,
    Gate,
    PauliRotation,
    PhaseGate,
    Transition,
    XMixer,
)
from hybridq.core.errors import CapacityError, DimensionError, EngineError, ParameterError
from hybridq.core.processes import cores
from hybridq.engines.sector.engine import SectorEngine
from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.operators.pauli_sum import PauliSum
from hybridq.operators.sector_electronic import electronic_matrix
from tests.helpers import slow_twin

N = 6


def random_hermitian(n, terms, seed):
    rng = np.random.default_rng(seed)
    labels = ["".join(rng.choice(list("IIXYZ"), n)) for _ in range(terms)]
    return PauliSum.from_labels(list(zip(labels, rng.normal(size=terms), strict=True)))


@st.composite
def transitions(draw, groups):
    """A transition that conserves the ones on each of `groups` of qubits."""
    created, annihilated = [], []
    free = [list(group) for group in groups]
    for _ in range(draw(st.integers(1, 2))):
        modes = draw(st.sampled_from([g for g in free if len(g) >= 2]))
        for side in (created, annihilated):
            side.append(modes.pop(draw(st.integers(0, len(modes) - 1))))
        if not any(len(g) >= 2 for g in free):
            break
    rest = [mode for modes in free for mode in modes]
    controls = draw(st.lists(st.sampled_from(rest), max_size=1)) if rest else []
    fermionic = draw(st.booleans())
    created = draw(st.permutations(created))
    return Transition(tuple(created), tuple(annihilated), tuple(controls), fermionic)


@st.composite
def excitations(draw, groups, imaginary):
    terms = draw(st.lists(transitions(groups), min_size=1, max_size=3))
    weights = st.sampled_from([1.0, -0.5, 0.7, 2**-0.5])
    return tuple((draw(weights), term) for term in terms), imaginary


@st.composite
def instruction_lists(draw, groups, real):
    """Lists of (instructions without angle) that conserve the ones on each group."""
    qubits = st.lists(st.integers(0, N - 1), min_size=1, max_size=3, unique=True).map(tuple)
    out, n_params = [], 4
    for _ in range(draw(st.integers(1, 6))):
        angle = Angle(
            draw(st.floats(-2, 2)),
            draw(st.one_of(st.none(), st.integers(0, n_params - 1))),
            draw(st.sampled_from([1.0, -2.0, 0.3])),
        )
        kind = draw(st.sampled_from(["excitation"] * 4 if real else list(KINDS)))
        if kind == "excitation":
            terms, imaginary = draw(excitations(groups, not real and draw(st.booleans())))
            out.append(Excitation(terms, angle, imaginary))
        elif kind == "gate":
            name = draw(st.sampled_from(["z", "s", "sdg", "t", "tdg", "id"]))
            out.append(Gate(name, draw(qubits)[:1]))
        elif kind == "pair":
            pair = draw(st.permutations(groups[draw(st.integers(0, len(groups) - 1))]))[:2]
            out.append(Gate(draw(st.sampled_from(["cz", "swap", "iswap", "iswapdg"])), tuple(pair)))
        elif kind == "phase gate":
            out.append(PhaseGate(draw(qubits), angle))
        elif kind == "z rotation":
            chosen = draw(qubits)
            out.append(PauliRotation("Z" * len(chosen), chosen, angle))
        elif kind == "diagonal":
            h = PauliSum.from_sparse([("Z", (1,), 0.7), ("ZZ", (0, 4), -0.4), ("", (), 0.3)], N)
            out.append(DiagonalPhase(h, angle))
        else:
            pair = tuple(draw(st.permutations(groups[0]))[:2])
            back = Angle(-angle.constant, angle.parameter, -angle.coefficient)
            letters = draw(st.sampled_from([("XX", "YY"), ("YY", "XX"), ("XY", "YX")]))
            out.append(PauliRotation(letters[0], pair, angle))
            out.append(PauliRotation("ZZ", pair, Angle(0.3)))
            second = angle if letters[0] in {"XX", "YY"} else back
            out.append(PauliRotation(letters[1], pair, second))
    return out


KINDS = ["excitation", "gate", "pair", "phase gate", "z rotation", "diagonal", "hopping"]
HALVES = (tuple(range(N // 2)), tuple(range(N // 2, N)))
WHOLE = (tuple(range(N)),)


def circuit_of(ones, instructions):
    return Circuit(N, (*(Gate("x", (q,)) for q in ones), *instructions))


def twin_gradient(circuit, matrix, x):
    """⟨H⟩ and its derivatives by central differences of the slow twin."""

    def energy(point):
        psi = slow_twin.run(circuit, point)
        return np.vdot(psi, matrix @ psi).real

    step, gradient = 1e-5, np.zeros(len(x))
    for k in range(len(x)):
        shift = np.eye(len(x))[k] * step
        gradient[k] = (energy(x + shift) - energy(x - shift)) / (2 * step)
    return energy(x), gradient


@contextmanager
def without_lists_of_single_states(transposed=None):
    """Engines built in here keep rows of strings, as they do for large sectors.

    Where `transposed` is given, states are transposed always or never, if that is possible.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hybridq.engines.sector.support.MOST_STATES", 0)
        if transposed is not None:
            patch.setattr("hybridq.engines.sector.rows._WORTH", 0.0 if transposed else np.inf)
        yield


def check(circuit, seed):
    observable = random_hermitian(N, 60, seed)
    engine = SectorEngine(circuit, observable)
    matrix = observable.to_matrix()
    x = np.random.default_rng(seed).normal(size=circuit.n_params)
    value, derivative = engine.expectation_and_gradient(x)
    state = slow_twin.run(circuit, x)
    np.testing.assert_allclose(engine.state(x), state, atol=1e-12)
    assert value == pytest.approx(np.vdot(state, matrix @ state).real, abs=1e-10)
    assert engine.expectation(x) == pytest.approx(value, abs=1e-12)
    with without_lists_of_single_states(transposed=bool(seed % 2)):
        other = SectorEngine(circuit, observable)
    for found, expected in zip(other.expectation_and_gradient(x), (value, derivative), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-10)
    # One random direction sees every derivative.
    direction = np.random.default_rng(seed + 1).normal(size=len(x))
    ends = engine.expectations([x + 1e-5 * direction, x - 1e-5 * direction])
    assert derivative @ direction == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-5)


@settings(max_examples=20, deadline=None)
@given(instruction_lists(HALVES, real=False), st.integers(0, 99))
def test_conserving_circuits_match_the_dense_twin(instructions, seed):
    check(circuit_of((0, 1, 3), instructions), seed)


@settings(max_examples=20, deadline=None)
@given(instruction_lists(HALVES, real=True), st.integers(0, 99))
def test_real_circuits_match_the_dense_twin(instructions, seed):
    check(circuit_of((0, 1, 3), instructions), seed)


@settings(max_examples=20, deadline=None)
@given(instruction_lists(WHOLE, real=False), st.integers(0, 99))
def test_circuits_of_one_species_match_the_dense_twin(instructions, seed):
    check(circuit_of((1, 2, 5), instructions), seed)


def ladder(real=True):
    """A circuit with shared, scaled and shifted angles and a sum that does not commute."""
    T = Transition
    terms = ((0.5, T((2,), (0,))), (0.5, T((5,), (3,))), (2**-0.5, T((2, 4), (0, 3))))
    items = [
        Excitation(((1.0, T((2, 5), (0, 3))),), Angle(0.1, 0)),
        Excitation(((1.0, T((1,), (0,))),), Angle(0.0, 1, -2.0)),
        Excitation(((1.0, T((4,), (3,))),), Angle(0.4, 0, 0.5)),
        Excitation(terms, Angle(0.0, 2)),
    ]
    if not real:
        items.insert(1, PauliRotation("Z", (0,), Angle(0.2, 3)))
        items.append(Excitation(terms, Angle(0.3, 1), imaginary=True))
    return circuit_of((0, 3), items)


def excitation(*pairs, coefficient=1.0):
    created, annihilated = zip(*pairs, strict=True)
    return Excitation(((coefficient, Transition(created, annihilated)),), Angle(0.0, 0))


def test_the_reason_names_what_is_conserved():
    engine = SectorEngine(ladder(), random_hermitian(N, 5, 0))
    assert engine.info.reason == (
        "the circuit conserves N_alpha = 1 and N_beta = 1: 9 of 64 amplitudes, real"
    )
    assert engine.sector.dim == 9
    mixed = circuit_of((0, 3), [excitation((4, 0))])
    reason = SectorEngine(mixed, random_hermitian(N, 5, 0)).info.reason
    conserved = "the circuit conserves 2 ones on 6 qubits: "
    assert reason == conserved + "15 of 64 amplitudes, 2 of them within reach, real"


# Slow: complex kernels are compiled once more.
@pytest.mark.parametrize("real", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_single_precision_agrees_with_double(real):
    circuit, h = ladder(real), random_hermitian(N, 40, 1)
    x = np.linspace(-1, 1, circuit.n_params)
    single = SectorEngine(circuit, h, precision="single")
    value, gradient = single.expectation_and_gradient(x)
    exact, exact_gradient = SectorEngine(circuit, h).expectation_and_gradient(x)
    assert value == pytest.approx(exact, abs=1e-5)
    np.testing.assert_allclose(gradient, exact_gradient, atol=1e-5)
    assert single.state(x).dtype == np.complex64


@pytest.mark.parametrize("real", [True, False])
def test_operator_gradients_are_those_of_a_longer_circuit(real):
    circuit, h = ladder(real), random_hermitian(N, 60, 2)
    engine = SectorEngine(circuit, h)
    x = np.linspace(-1, 1, circuit.n_params)
    T = Transition
    operators = [
        excitation((2, 1)),
        excitation((1, 0), (5, 4)),
        Excitation(((0.5, T((2,), (0,))), (-1.0, T((1,), (0,)))), Angle(0.7)),
        PauliRotation("ZZ", (0, 4), Angle(0.1)) if not real else excitation((5, 4)),
    ]
    found = engine.operator_gradients(x, operators)
    for operator, derivative in zip(operators, found, strict=True):
        extra = type(operator)(**{**operator.__dict__, "angle": Angle(parameter=len(x))})
        longer = SectorEngine(circuit.append(extra), h)
        _, gradient = longer.expectation_and_gradient(np.append(x, 0.0))
        assert derivative == pytest.approx(gradient[-1], abs=1e-10)


@pytest.mark.parametrize("real", [True, False])
def test_deflation_adds_projectors_to_energy_and_gradient(real):
    circuit, h = ladder(real), random_hermitian(N, 40, 3)
    engine = SectorEngine(circuit, h)
    x, y = np.linspace(-1, 1, circuit.n_params), np.linspace(0.4, -2, circuit.n_params)
    other = slow_twin.run(circuit, y)
    engine.deflate([1.7], [engine.snapshot(y)])
    matrix = h.to_matrix() + 1.7 * np.outer(other, other.conj())
    energy, gradient = twin_gradient(circuit, matrix, x)
    value, derivative = engine.expectation_and_gradient(x)
    assert value == pytest.approx(energy, abs=1e-10)
    np.testing.assert_allclose(derivative, gradient, atol=1e-6)
    engine.deflate([], [])
    assert engine.expectation(x) == pytest.approx(twin_gradient(circuit, h.to_matrix(), x)[0])


def test_matrix_elements_are_those_of_the_full_space():
    circuit, h = ladder(real=False), random_hermitian(N, 40, 4)
    engine = SectorEngine(circuit, h)
    points = np.random.default_rng(0).normal(size=(3, circuit.n_params))
    snapshots = [engine.snapshot(point) for point in points]
    states = np.array([slow_twin.run(circuit, point) for point in points])
    energies, overlaps = engine.matrix_elements(snapshots)
    np.testing.assert_allclose(energies, states.conj() @ h.to_matrix() @ states.T, atol=1e-10)
    np.testing.assert_allclose(overlaps, states.conj() @ states.T, atol=1e-12)


def test_a_batch_is_the_same_as_one_by_one():
    circuit = ladder()
    engine = SectorEngine(circuit, random_hermitian(N, 20, 5))
    points = np.random.default_rng(1).normal(size=(4, circuit.n_params))
    np.testing.assert_array_equal(
        engine.expectations(points), [engine.expectation(point) for point in points]
    )


def test_samples_follow_the_probabilities_and_the_seed():
    circuit = ladder()
    engine = SectorEngine(circuit, random_hermitian(N, 5, 6))
    x = np.array([0.7, 0.3, 0.4])
    drawn = engine.sample(x, 20000, rng=5)
    probabilities = np.abs(slow_twin.run(circuit, x)) ** 2
    frequencies = np.bincount(drawn, minlength=64) / 20000
    np.testing.assert_allclose(frequencies, probabilities, atol=0.02)
    np.testing.assert_array_equal(engine.sample(x, 100, rng=5), engine.sample(x, 100, rng=5))


@pytest.mark.skipif(cores() < 2, reason="needs two cores")
def test_threads_do_not_change_the_numbers(monkeypatch):
    monkeypatch.setattr("hybridq.engines.sector.walker.TEAM_STATES", 1)
    monkeypatch.setattr("hybridq.engines.sector.action.TEAM_ENTRIES", 1)
    monkeypatch.setattr("hybridq.engines.sector.steps.LARGE_STEP", 4)
    for real in (True, False):
        circuit, h = ladder(real), random_hermitian(N, 40, 7)
        x = np.linspace(-1, 1, circuit.n_params)
        for transposed in (False, True):
            with without_lists_of_single_states(transposed):
                one, two = (SectorEngine(circuit, h, threads=t) for t in (1, 2))
            energy, gradient = one.expectation_and_gradient(x)
            other, other_gradient = two.expectation_and_gradient(x)
            assert energy == other
            np.testing.assert_array_equal(gradient, other_gradient)
            assert energy == pytest.approx(twin_gradient(circuit, h.to_matrix(), x)[0], abs=1e-10)


@pytest.mark.parametrize(
    ("instruction", "words"),
    [
        (Gate("h", (0,)), "instruction 2 (h on qubit 0) changes the number of ones"),
        (Gate("cx", (0, 1)), "instruction 2 (cx on qubits 0, 1)"),
        (PauliRotation("X", (1,), Angle(0.1)), "instruction 2 (rx on qubit 1)"),
        (PauliRotation("XX", (0, 1), Angle(0.1)), "XX goes with YY of the same angle"),
        (XMixer(tuple(range(N)), Angle(0.1)), "instruction 2 (x-mixer on qubits 0, 1, 2, 3, 4, 5)"),
        (Excitation(((1.0, Transition((4,), ())),), Angle(0.1)), "creates 1 and annihilates 0"),
    ],
)
def test_what_leaves_the_sector_is_refused_by_name(instruction, words):
    with pytest.raises(EngineError) as refusal:
        SectorEngine(circuit_of((0, 3), [instruction]), random_hermitian(N, 5, 0))
    assert words in str(refusal.value)


def test_hopping_partners_must_match_and_be_reachable():
    h = random_hermitian(N, 5, 0)
    xx = PauliRotation("XX", (0, 1), Angle(0.1))
    with pytest.raises(EngineError, match="no partner"):
        SectorEngine(circuit_of((0,), [xx, PauliRotation("YY", (0, 1), Angle(0.2))]), h)
    blocking = [xx, Gate("z", (0,)), PauliRotation("YY", (0, 1), Angle(0.1))]
    with pytest.raises(EngineError, match="no partner"):
        SectorEngine(circuit_of((0,), blocking), h)


def test_layers_of_all_xx_then_all_yy_are_hopping():
    pairs = [(0, 1), (2, 3), (4, 5)]
    layer = [PauliRotation(p, pair, Angle(0.0, 0)) for p in ("XX", "YY") for pair in pairs]
    check(circuit_of((0, 2, 4), layer), 3)


def test_what_cannot_be_evaluated_is_refused():
    h = random_hermitian(N, 5, 0)
    with pytest.raises(EngineError, match="does not begin with X gates"):
        SectorEngine(Circuit(N, (excitation((1, 0)),)), h)
    with pytest.raises(DimensionError, match="6 qubits and the observable 4"):
        SectorEngine(ladder(), random_hermitian(4, 5, 0))
    with pytest.raises(ParameterError, match="precision"):
        SectorEngine(ladder(), h, precision="half")
    engine = SectorEngine(ladder(), h)
    with pytest.raises(DimensionError, match="takes 3 parameters"):
        engine.expectation([0.1])
    with pytest.raises(EngineError, match="operator 0 leaves the sector"):
        engine.operator_gradients(np.zeros(3), [excitation((4, 0))])
    with pytest.raises(EngineError, match="complex"):
        engine.operator_gradients(np.zeros(3), [PauliRotation("Z", (0,), Angle(0.1))])
    with pytest.raises(DimensionError, match="snapshot 0"):
        engine.deflate([1.0], [np.zeros(4)])
    with pytest.raises(DimensionError, match="2 weights for 0"):
        engine.deflate([1.0, 2.0], [])


def test_a_sector_too_large_is_refused_before_anything_is_allocated():
    circuit = Circuit(60, tuple(Gate("x", (q,)) for q in range(30))).append(excitation((40, 2)))
    with pytest.raises(CapacityError, match="use"):
        SectorEngine(circuit, PauliSum.identity(60))


def electrons(m, n_alpha, n_beta, seed):
    """Random integrals, and a circuit of all their singles and doubles of opposite spin."""
    rng = np.random.default_rng(seed)
    h = rng.normal(size=(m, m))
    factors = rng.normal(size=(4, m, m))
    factors = factors + factors.transpose(0, 2, 1)
    two = np.einsum("xpq,xrs->pqrs", factors, factors) / 8
    hamiltonian = ElectronicHamiltonian(0.3, np.array([h + h.T] * 2), np.array([two] * 3))
    alpha = [(a, i) for i in range(n_alpha) for a in range(n_alpha, m)]
    beta = [(m + a, m + i) for i in range(n_beta) for a in range(n_beta, m)]
    pairs = [(move,) for move in alpha + beta] + [(a, b) for a in alpha for b in beta]
    items = [
        Excitation(((1.0, Transition(*zip(*pair, strict=True))),), Angle(parameter=k))
        for k, pair in enumerate(pairs)
    ]
    filled = [*range(n_alpha), *range(m, m + n_beta)]
    return Circuit(2 * m, (*(Gate("x", (q,)) for q in filled), *items)), hamiltonian


def test_electrons_give_what_their_pauli_sum_gives():
    circuit, hamiltonian = electrons(4, 2, 1, 0)
    x = np.random.default_rng(1).normal(size=circuit.n_params)
    direct, mapped = (
        SectorEngine(circuit, hamiltonian),
        SectorEngine(circuit, hamiltonian.pauli_sum),
    )
    assert direct.expectation(x) == pytest.approx(mapped.expectation(x), abs=1e-10)
    spin_flip = circuit.append(excitation((4, 0)))
    assert SectorEngine(spin_flip, hamiltonian).sector.split == 8
    assert SectorEngine(spin_flip, hamiltonian).expectation(x * 0) == pytest.approx(
        direct.expectation(x * 0), abs=1e-10
    )


@pytest.mark.parametrize("outer", ["alpha", "beta"])
def test_steps_that_share_rows_act_row_by_row_on_the_state_or_its_transpose(monkeypatch, outer):
    """Doubles of two electrons of each spin in four orbitals; one spin's moves change slowly."""
    monkeypatch.setattr("hybridq.engines.sector.steps.LARGE_STEP", 4)
    filled, hamiltonian = electrons(4, 2, 2, 3)
    circuit = Circuit(8, filled.instructions[:4])
    moves = [(a, i) for i in (0, 1) for a in (2, 3)]
    for slow in moves:
        for fast in moves:
            alpha, beta = (slow, fast) if outer == "alpha" else (fast, slow)
            double = Transition((alpha[0], 4 + beta[0]), (alpha[1], 4 + beta[1]))
            angle = Angle(parameter=circuit.n_params)
            circuit = circuit.append(Excitation(((1.0, double),), angle))
    x = np.random.default_rng(2).normal(size=circuit.n_params)
    value, slopes = twin_gradient(circuit, hamiltonian.pauli_sum.to_matrix(), x)
    for transposed in (False, True):
        with without_lists_of_single_states(transposed):
            engine = SectorEngine(circuit, hamiltonian)
        # Strings of the upper qubits, the ones of beta, number the rows.
        runs = 4 if transposed == (outer == "alpha") else 16
        assert len(engine._walker._program.runs) - 1 == runs
        found, gradient = engine.expectation_and_gradient(x)
        assert found == pytest.approx(value, abs=1e-11)
        np.testing.assert_allclose(gradient, slopes, atol=1e-7)
    with without_lists_of_single_states():
        assert len(SectorEngine(circuit, hamiltonian)._walker._program.runs) - 1 == 4


@pytest.mark.parametrize("real", [True, False])
def test_a_matrix_that_is_never_stored_gives_the_same(monkeypatch, real):
    circuit, hamiltonian = electrons(4, 2, 2, 3)
    if not real:
        circuit = circuit.rz(0, 0.3)
    fewer = Circuit(8, circuit.instructions[:9])  # reaches a part of the sector only
    for some in (circuit, fewer):
        x = np.random.default_rng(1).normal(size=some.n_params)
        energy, gradient = SectorEngine(some, hamiltonian).expectation_and_gradient(x)
        with monkeypatch.context() as patch:
            patch.setattr("hybridq.engines.sector.action.MOST_ENTRIES", 0)
            patch.setattr("hybridq.engines.sector.action._LAST", [])
            value, derivative = SectorEngine(some, hamiltonian).expectation_and_gradient(x)
        assert value == pytest.approx(energy, abs=1e-10)
        np.testing.assert_allclose(derivative, gradient, atol=1e-10)


def test_no_energy_lies_below_the_lowest_of_the_sector():
    circuit, hamiltonian = electrons(4, 2, 2, 5)
    engine = SectorEngine(circuit, hamiltonian)
    lowest = np.linalg.eigvalsh(electronic_matrix(hamiltonian, engine.sector).toarray())[0]
    x, rng = np.zeros(circuit.n_params), np.random.default_rng(0)
    found = [engine.expectation(rng.normal(size=len(x))) for _ in range(20)]
    for _ in range(30):
        energy, gradient = engine.expectation_and_gradient(x)
        found.append(energy)
        x = x - 0.02 * gradient
    assert min(found) >= lowest - 1e-10
    assert found[-1] < found[20] - 0.1
