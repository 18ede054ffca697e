"""Mixers against dense matrices that are built here from Pauli matrices alone."""

import dataclasses
import itertools

import networkx as nx
import numpy as np
import pytest
import scipy.linalg

import hybridq as hq
from hybridq.ansatz.mixers import (
    MIXERS,
    Conserved,
    Grover,
    X,
    XYChain,
    XYComplete,
    XYRing,
    fitting_mixers,
)
from hybridq.circuits.instructions import Gate
from hybridq.core.errors import DimensionError, ParameterError, UnknownNameError
from hybridq.problems.base import AnswerRow, BinaryProblem
from tests.helpers.slow_twin import PAULI, on_qubit, random_ising, run, unitary

BETAS = (0.37, -1.9)


def xy(n, a, b):
    """(XX + YY)/2 on two qubits."""
    return sum(on_qubit(n, a, PAULI[p]) @ on_qubit(n, b, PAULI[p]) for p in "XY") / 2


def ring_pairs(block):
    k = len(block)
    return {tuple(sorted((block[j], block[(j + 1) % k]))) for j in range(k) if k > 1}


def complete_pairs(block):
    return {(a, b) for a in block for b in block if a < b}


def chain_pairs(block):
    return {tuple(sorted(pair)) for pair in itertools.pairwise(block)}


PAIRS = {"xy-ring": ring_pairs, "xy-complete": complete_pairs, "xy-chain": chain_pairs}


def blocks_of(mixer):
    """The one-hot blocks of a mixer, its own or those of the problem."""
    space = getattr(mixer, "space", None)
    if space is not None:
        return tuple(group.qubits for group in space.groups)
    return getattr(mixer, "blocks", None) or ()


def free(n, blocks):
    return [q for q in range(n) if all(q not in block for block in blocks)]


def x_sum(n, qubits):
    return sum((on_qubit(n, q, PAULI["X"]) for q in qubits), np.zeros((2**n, 2**n)))


def w_product(n, blocks):
    """The product of W states and of |+> on the other qubits, by counting ones."""
    index = np.arange(2**n)
    state = np.ones(2**n)
    for block in blocks:
        state *= sum((index >> q) & 1 for q in block) == 1
    return state / np.linalg.norm(state)


def hamiltonian(mixer, n):
    """M as a dense matrix."""
    blocks = blocks_of(mixer)
    if mixer.kind == "x":
        return -x_sum(n, range(n))
    if mixer.kind == "grover":
        s = w_product(n, blocks)
        return -np.outer(s, s)
    pairs = PAIRS[mixer.kind]
    hops = sum(xy(n, a, b) for block in blocks for a, b in sorted(pairs(block)))
    return -hops - x_sum(n, free(n, blocks))


CASES = [
    (X(), 4),
    (Grover(), 4),
    (Grover(((0, 2, 4), (1, 3))), 5),
    (Grover(((3, 1),)), 4),
    (XYRing(((0, 1, 2), (3, 4))), 5),
    (XYRing(((4, 0, 2, 1, 3),)), 5),
    (XYRing(((0, 3, 1, 2),)), 5),
    (XYRing(((0,), (1, 2))), 3),
    (XYRing((tuple(range(6)),)), 6),
    (XYChain(((0, 1, 2), (3, 4))), 5),
    (XYChain(((4, 0, 2, 1, 3),)), 5),
    (XYComplete(((0, 1, 2), (3, 4))), 5),
    (XYComplete(((4, 0, 2, 1, 3),)), 5),
    (XYComplete(((0, 3, 1),)), 5),
    (XYComplete(((2,), (1, 0))), 3),
]
IDS = [f"{mixer.kind}-{n}-{getattr(mixer, 'blocks', None)}" for mixer, n in CASES]


def mixing(mixer, n, beta):
    matrix = np.eye(2**n, dtype=complex)
    for step in mixer.instructions(n, hq.Angle(beta)):
        matrix = unitary(n, step, []) @ matrix
    return matrix


def initial(mixer, n):
    return run(hq.Circuit(n, mixer.initial_state(n)), [])


def feasible(mixer, n):
    """The basis states to which the circuit is confined."""
    return np.abs(w_product(n, getattr(mixer, "blocks", None) or ())) > 0


def equal_up_to_phase(a, b):
    return np.abs(np.vdot(a, b)) == pytest.approx(np.linalg.norm(a) * np.linalg.norm(b), abs=1e-10)


@pytest.mark.parametrize(("mixer", "n"), CASES, ids=IDS)
@pytest.mark.parametrize("beta", BETAS)
def test_a_mixer_is_the_exponential_of_its_hamiltonian_on_feasible_states(mixer, n, beta):
    exact = scipy.linalg.expm(-1j * beta * hamiltonian(mixer, n))
    ours = mixing(mixer, n, beta)
    inside = feasible(mixer, n)
    block = ours[np.ix_(inside, inside)]
    expected = exact[np.ix_(inside, inside)]
    phase = np.vdot(expected, block)
    assert block == pytest.approx(expected * phase / np.abs(phase), abs=1e-12)
    assert np.abs(ours[np.ix_(~inside, inside)]).max(initial=0.0) < 1e-12


@pytest.mark.parametrize(("mixer", "n"), CASES, ids=IDS)
def test_the_initial_state_is_a_feasible_ground_state_of_the_mixer(mixer, n):
    state = initial(mixer, n)
    inside = feasible(mixer, n)
    assert np.abs(state[~inside]).max(initial=0.0) < 1e-13
    m = hamiltonian(mixer, n)
    lowest = np.linalg.eigvalsh(m[np.ix_(inside, inside)])[0]
    if mixer.kind != "xy-chain":  # whose uniform state is none
        assert np.linalg.norm(m @ state - lowest * state) < 1e-12
    assert state[inside] == pytest.approx(np.full(inside.sum(), state[inside][0]), abs=1e-13)


@pytest.mark.parametrize(("mixer", "n"), CASES, ids=IDS)
def test_after_one_period_every_feasible_state_is_the_same(mixer, n):
    period = mixer.period(n)
    if period is None:
        assert mixer.kind in ("xy-ring", "xy-chain")
        return
    inside = feasible(mixer, n)
    rng = np.random.default_rng(5)
    state = np.where(inside, rng.normal(size=2**n) + 1j * rng.normal(size=2**n), 0.0)
    assert equal_up_to_phase(mixing(mixer, n, 0.3 + period) @ state, mixing(mixer, n, 0.3) @ state)


@pytest.mark.parametrize(
    ("mixer", "n", "period"),
    [
        (X(), 3, np.pi),
        (Grover(), 3, 2 * np.pi),
        (XYComplete(((0, 1, 2, 3),)), 4, np.pi / 2),
        (XYComplete(((0, 1, 2), (3, 4))), 5, 2 * np.pi),
        (XYRing(((0, 1),)), 2, np.pi),
        (XYRing(((0, 1, 2),)), 3, 2 * np.pi / 3),
        (XYRing(((0, 1, 2, 3),)), 4, np.pi),
        (XYRing((tuple(range(5)),)), 5, None),  # the golden ratio
        (XYRing(((0, 1, 2),)), 4, 2 * np.pi),  # qubit 3 has the X mixer
    ],
)
def test_periods_are_the_shortest(mixer, n, period):
    assert mixer.period(n) == (period if period is None else pytest.approx(period, rel=1e-12))


def test_half_a_period_of_x_suffices_where_the_cost_is_symmetric():
    assert X().period(4, flip_symmetric=True) == np.pi / 2
    assert Grover().period(4, flip_symmetric=True) == 2 * np.pi


@pytest.mark.parametrize(("mixer", "n"), CASES, ids=IDS)
def test_what_a_mixer_conserves_stays(mixer, n):
    if mixer.conserves is Conserved.NOTHING:
        return
    rng = np.random.default_rng(3)
    phases = np.exp(1j * rng.normal(size=2**n))
    state = mixing(mixer, n, 0.8) @ (phases * initial(mixer, n))
    state = mixing(mixer, n, -0.3) @ (phases * state)
    assert np.sum(np.abs(state[feasible(mixer, n)]) ** 2) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("name", MIXERS)
def test_every_mixer_is_documented_and_frozen(name):
    kind = MIXERS[name]
    assert kind.kind == name
    assert kind.summary.endswith(".")
    assert "arXiv" in kind.source
    assert kind() == kind()
    with pytest.raises(dataclasses.FrozenInstanceError):
        kind().kind = "another"
    assert kind().describe()["kind"] == name


# -- in QAOA --------------------------------------------------------------------------------------


class OneHot(BinaryProblem):
    """A cost on blocks of which exactly one qubit is 1."""

    kind, sense, value_name, name = "one-hot", "minimize", "cost", "test"
    blocks = ((0, 1, 2), (3, 4, 5))

    def __init__(self, seed=0):
        self.ising = random_ising(6, seed)

    n_qubits = 6

    def cost(self):
        return self.ising

    def answer(self, bits):
        return (AnswerRow("Ones", tuple(np.flatnonzero(bits).tolist())),)

    def value(self, bits):
        return float(self.ising.energies(bits[None])[0])

    def describe(self):
        return {}


FITTING = fitting_mixers(OneHot().space)
EXACT = ("x", "xy-ring", "xy-complete", "xy-chain", "grover")


def test_the_mixers_that_fit_one_hot_blocks():
    trotter = {f"xy-{kind}-trotter" for kind in ("ring", "complete", "chain")}
    assert set(FITTING) == {*EXACT, *trotter}
    assert set(fitting_mixers(None)) == {"x", "grover"}


def dense_qaoa(ansatz, x):
    """The expectation value by dense exponentials."""
    n, p = ansatz.n_qubits, ansatz.p
    energies = ansatz.hamiltonian.diagonal()
    m = hamiltonian(ansatz.mixer, n)
    state = w_product(n, blocks_of(ansatz.mixer)).astype(complex)
    for gamma, beta in zip(x[:p], x[p:], strict=True):
        state = scipy.linalg.expm(-1j * beta * m) @ (np.exp(-1j * gamma * energies) * state)
    return float(np.abs(state) ** 2 @ energies)


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("engine", ["auto", "statevector", "sector", "subspace"])
def test_qaoa_values_and_gradients_match_the_dense_twin(name, engine):
    problem = OneHot(1)
    ansatz = hq.QAOA(problem, 2, mixer=name)
    if name == "x":
        assert ansatz.mixer == X()
        if engine in ("sector", "subspace"):
            return
    objective = hq.Expectation(ansatz, problem.hamiltonian, engine=engine)
    x = np.array([0.3, -0.5, 0.7, 0.2])
    value, gradient = objective.value_and_gradient(x)
    assert value == pytest.approx(dense_qaoa(ansatz, x), abs=1e-11)
    h = 1e-5
    steps = h * np.eye(4)
    slopes = [(dense_qaoa(ansatz, x + s) - dense_qaoa(ansatz, x - s)) / (2 * h) for s in steps]
    assert gradient == pytest.approx(slopes, abs=1e-7)


def test_qaoa_with_the_grover_mixer_on_max_cut():
    problem = hq.MaxCut(nx.petersen_graph())
    ansatz = hq.QAOA(problem, 2, mixer="grover")
    objective = hq.Expectation(ansatz, problem.hamiltonian)
    assert objective.engine.name == "subspace"
    # States of equal energy keep equal amplitudes.
    state = objective.simulator.state(np.array([0.4, 0.3, 1.0, 0.6]))
    energies = problem.hamiltonian.diagonal()
    for energy in np.unique(energies):
        level = state[energies == energy]
        assert level == pytest.approx(np.full(len(level), level[0]), abs=1e-12)


def test_the_engine_of_feasible_states_takes_the_xy_mixers():
    ansatz = hq.QAOA(OneHot(), 1, mixer="xy-ring")
    assert hq.Expectation(ansatz, ansatz.hamiltonian).engine.name == "subspace"


def test_the_default_mixer_gives_the_circuit_of_the_diagonal_engine():
    ansatz = hq.QAOA(OneHot(), 2)
    assert hq.Expectation(ansatz, ansatz.hamiltonian).engine.name == "diagonal"
    assert ansatz.circuit.instructions[:6] == tuple(Gate("h", (q,)) for q in range(6))


@pytest.mark.parametrize("name", FITTING)
def test_depth_changes_keep_everything_else(name):
    ansatz = hq.QAOA(OneHot(), 2, mixer=name)
    deeper = dataclasses.replace(ansatz, p=5)
    assert deeper.p == 5
    assert deeper.mixer == ansatz.mixer
    assert deeper.hamiltonian is ansatz.hamiltonian
    assert deeper.describe() == {"kind": "qaoa", "n_params": 10, "p": 5, "mixer": name}


@pytest.mark.parametrize("name", FITTING)
def test_angles_brought_into_the_bounds_prepare_the_same_expectation(name):
    class Whole(OneHot):
        def __init__(self):
            self.ising = random_ising(6, 2, integer=True)

    problem = Whole()
    ansatz = hq.QAOA(problem, 2, mixer=name)
    objective = hq.Expectation(ansatz, problem.hamiltonian)
    x = np.array([3.1, -4.0, 9.1, -7.3])
    inside = ansatz.into_bounds(x)
    assert (np.abs(inside) <= ansatz.bounds[:, 1] + 1e-12).all()
    assert objective(inside) == pytest.approx(objective(x), abs=1e-9)


@pytest.mark.parametrize("name", EXACT[1:])
def test_ramps_and_searches_improve_on_the_initial_state(name):
    problem = OneHot(4)
    ansatz = hq.QAOA(problem, 3, mixer=name)
    objective = hq.Expectation(ansatz, problem.hamiltonian)
    start = ansatz.initial_point()
    assert (start == ansatz.initial_point("auto")).all()
    assert objective(start) < objective(np.zeros(6))
    assert hq.minimize(objective, start).value < objective(start)


def test_an_ising_a_problem_and_a_pauli_sum_make_the_same_ansatz():
    problem = hq.MaxCut(nx.path_graph(4))
    circuits = [
        hq.QAOA(source, 2).circuit for source in (problem, problem.hamiltonian, problem.ising)
    ]
    x = [0.1, 0.2, 0.3, 0.4]
    for circuit in circuits[1:]:
        assert circuit.state(x) == pytest.approx(circuits[0].state(x), abs=1e-14)


def test_blocks_of_a_configured_mixer_win_over_those_of_the_problem():
    own = XYRing(blocks=[[0, 1], [2, 3, 4, 5]])
    assert own.blocks == ((0, 1), (2, 3, 4, 5))
    assert blocks_of(hq.QAOA(OneHot(), 1, mixer=own).mixer) == own.blocks
    assert blocks_of(hq.QAOA(OneHot(), 1, mixer=XYRing()).mixer) == OneHot.blocks
    assert blocks_of(hq.QAOA(OneHot(), 1, mixer=Grover(blocks=())).mixer) == ()


# -- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["xy-ring", "xy-complete"])
def test_an_xy_mixer_without_blocks_is_refused_with_what_is_missing_and_what_fits(name):
    with pytest.raises(ParameterError) as refusal:
        hq.QAOA(hq.MaxCut(nx.cycle_graph(4)), 1, mixer=name)
    error = refusal.value
    assert (error.argument, error.value) == ("mixer", name)
    assert f"mixer '{name}' needs one-hot blocks" in str(error)
    assert "choose mixer='x' or mixer='grover'" in str(error)
    assert "--mixer x" in error.render(lambda setting: f"--{setting.argument} {setting.value}")


@pytest.mark.parametrize(
    ("build", "error", "match"),
    [
        (lambda h: hq.QAOA(h, 1, mixer="grovr"), UnknownNameError, "did you mean 'grover'"),
        (lambda h: hq.QAOA(h, 1, mixer=3), ParameterError, "mixer must be a Mixer or one of"),
        (lambda h: hq.QAOA(h, 1, mixer=X), ParameterError, "mixer must be a Mixer or one of"),
        (lambda h: hq.QAOA(h, 1, XYRing(((0, 4),))), DimensionError, "qubits 0 to 3, got"),
        (lambda h: hq.QAOA(h, 1, Grover(((0, 9),))), DimensionError, "qubits 0 to 3, got"),
        (lambda h: XYRing(((0, 1), (1, 2))), ParameterError, "one group at most"),
        (lambda h: XYRing(((),)), ParameterError, "blocks must be groups of qubits"),
        (lambda h: XYRing(3), ParameterError, "blocks must be groups of qubits"),
        (lambda h: XYComplete((("a",),)), ParameterError, "blocks must be groups of qubits"),
        (lambda h: XYRing(((-1, 0),)), ParameterError, "counted from 0"),
        (lambda h: XYRing(((True, 2),)), ParameterError, "counted from 0"),
        (lambda h: hq.QAOA("maxcut", 1), ParameterError, "a PauliSum or an Ising"),
        (lambda h: hq.QAOA(h, 1, "grover").initial_point("sk"), ParameterError, "the mixer 'x'"),
    ],
)
def test_bad_mixers_are_refused(build, error, match):
    with pytest.raises(error, match=match):
        build(hq.MaxCut(nx.cycle_graph(4)).hamiltonian)
