"""Numbers of the literature and of dense calculations, at fixed angles, on the feasible space.

Values without another source are from the survey of encoders: dense exponentials on all 2^n states,
made without hybridq. They are given to 12 digits.
"""

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.ansatz.mixers import (
    BitFlip,
    BitFlipTrotter,
    Grover,
    XYChain,
    XYComplete,
    XYCompleteTrotter,
    XYRing,
    XYRingTrotter,
)
from hybridq.operators.feasible import FeasibleSpace, Group
from tests.engines import subspace_samples as samples

CLOSE = {"abs": 2e-12}


def run(cost, mixer, gammas, betas):
    """⟨E⟩, and the engine with its parameters."""
    ansatz = hq.QAOA(cost, len(gammas), mixer=mixer)
    objective = hq.Expectation(ansatz, cost, engine="subspace")
    x = np.array([*gammas, *betas])
    return objective(x), objective.simulator, x


def share(engine, x, wanted):
    """The probability of the states whose energies are wanted."""
    return float(engine.probabilities(x)[wanted(engine.energies())].sum())


def lowest(energies):
    return energies < energies.min() + 1e-9


PORTFOLIO = [
    (XYComplete, {}, 0.345914588773, 0.069224976027, 0.960046571754, 0.025169044108),
    (XYRing, {}, -0.173509983239, 0.094267986688, 0.226666122771, 0.171304179513),
    # JuliQAOA's "ring" is an open chain.
    (XYChain, {}, -0.121309489639, 0.077824789260, 0.286105359342, 0.141769993795),
    # QOKit's kernels give the same: orders of the pairs in its XY simulators.
    (XYRingTrotter, {}, -0.163771691347, 0.069453675797, 0.093707368772, 0.172258207535),
    (XYCompleteTrotter, {}, 0.192223089741, 0.076731749190, 0.142224805340, 0.029163936059),
    (
        XYRing,
        {"initial": "aligned"},
        0.001715139295,
        0.114376445932,
        0.200505752534,
        0.168671051195,
    ),
]


@pytest.mark.parametrize(("kind", "options", "e1", "p1", "e2", "p2"), PORTFOLIO)
def test_portfolio_of_three_of_six_assets(kind, options, e1, p1, e2, p2):
    cost = samples.portfolio()
    mixer = kind(space=samples.PORTFOLIO_SPACE, **options)
    for angles, energy, probability in (
        (((0.5,), (0.3,)), e1, p1),
        (((0.5, 0.8), (0.6, 0.3)), e2, p2),
    ):
        value, engine, x = run(cost, mixer, *angles)
        assert value == pytest.approx(energy, **CLOSE)
        assert share(engine, x, lowest) == pytest.approx(probability, **CLOSE)


def test_the_optimum_of_the_portfolio_is_the_published_one():
    value, engine, _ = run(samples.portfolio(), XYRing(space=samples.PORTFOLIO_SPACE), [0.0], [0.0])
    energies = engine.energies()
    assert energies.min() == pytest.approx(-1.27835, abs=1e-12)
    assert engine.states()[energies.argmin()].tolist() == [1, 1, 0, 0, 1, 0]
    assert energies.max() == pytest.approx(5.66565, abs=1e-12)
    assert value == pytest.approx(0.558425, abs=1e-12)
    aligned = XYRing(space=samples.PORTFOLIO_SPACE, initial="aligned")
    assert run(samples.portfolio(), aligned, [0.0], [0.0])[0] == pytest.approx(0.952875, abs=5e-7)


@pytest.mark.parametrize(
    ("mixer", "gamma", "beta", "energy", "ratio"),
    [
        (XYComplete, 0.594542, 1.222213, -0.53343015416, 0.8927),
        (XYRing, 0.374642, 0.268193, -0.29540780110, 0.8584),
        (Grover, 0.271767, 1.199811, -0.19857475114, 0.8445),
        (XYComplete, 0.0, 0.0, 0.558425, 0.7355),  # the Dicke state alone
    ],
)
def test_best_angles_of_one_layer_are_stationary(mixer, gamma, beta, energy, ratio):
    cost = samples.portfolio()
    ansatz = hq.QAOA(cost, 1, mixer=mixer(space=samples.PORTFOLIO_SPACE))
    value, gradient = hq.Expectation(ansatz, cost).value_and_gradient([gamma, beta])
    assert value == pytest.approx(energy, abs=1e-10)
    assert (5.66565 - value) / (5.66565 + 1.27835) == pytest.approx(ratio, abs=5e-5)
    if gamma:
        assert np.abs(gradient).max() < 1e-4  # the angles have six digits


COLORINGS = [
    ("triangle", nx.complete_graph(3), 3, XYComplete, 6, 0.792059466070, 0.446722481591,
     0.673395091058, 0.477064022510),
    ("C5", nx.cycle_graph(5), 3, XYComplete, 30, 1.051907957022, 0.361898559717,
     0.895723452449, 0.324541429688),
    ("prism", nx.circular_ladder_graph(3), 3, XYComplete, 12, 2.182871693668, 0.118844187657,
     2.332826247149, 0.039962984210),
    ("K4", nx.complete_graph(4), 4, XYComplete, 24, 1.929651226818, 0.089814208122,
     0.980108547206, 0.670040477293),
    ("K4 ring", nx.complete_graph(4), 4, XYRing, 24, 1.144896166325, 0.277893242453,
     1.320050141536, 0.227479622660),
]  # fmt: skip


@pytest.mark.parametrize(
    ("graph", "colors", "kind", "proper", "e1", "p1", "e2", "p2"),
    [case[1:] for case in COLORINGS],
    ids=[case[0] for case in COLORINGS],
)
def test_conflicts_of_colorings(graph, colors, kind, proper, e1, p1, e2, p2):
    cost, space = samples.coloring(graph, colors)
    for angles, energy, probability in (
        (((0.6,), (0.4,)), e1, p1),
        (((0.5, 0.9), (0.6, 0.3)), e2, p2),
    ):
        value, engine, x = run(cost, kind(space=space), *angles)
        assert value == pytest.approx(energy, **CLOSE)
        assert share(engine, x, lowest) == pytest.approx(probability, **CLOSE)
        assert np.count_nonzero(lowest(engine.energies())) == proper


SETS = {
    "P4": (nx.path_graph(4), 8),
    "C5": (nx.cycle_graph(5), 11),
    "star": (nx.star_graph(4), 17),
    "prism": (nx.circular_ladder_graph(3), 13),
}
MIS_ANGLES = (((0.0,), (0.7,)), ((0.6,), (0.9,)), ((0.4, 0.7), (0.8, 0.5)))
MIS = [
    ("P4", BitFlip, [(1.315229686783, 0.387809309345), (1.690151522976, 0.690299690777),
                     (1.621945142444, 0.685087096124)]),
    ("P4", BitFlipTrotter, [(1.256647385695, 0.373752180785), (1.645177753621, 0.667469483011),
                            (1.723739828163, 0.753594968924)]),
    ("C5", BitFlip, [(1.532263461992, 0.559151061365), (1.891839989772, 0.895182894322),
                     (1.575980694942, 0.639681165460)]),
    ("C5", BitFlipTrotter, [(1.423129912663, 0.491634293928), (1.771283872433, 0.779897373322),
                            (1.700572146688, 0.732115391195)]),
    ("star", BitFlip, [(1.684371437167, 0.028591442948), (2.278392365095, 0.132636958815),
                       (2.741468598943, 0.416622404882)]),
    ("star", BitFlipTrotter, [(1.386127598884, 0.017354209044), (1.561980255514, 0.054774738075),
                              (1.917925462233, 0.223317000245)]),
    ("prism", BitFlip, [(1.612340874686, 0.613967993772), (1.888558256661, 0.918829565719),
                        (1.468336697315, 0.563929740868)]),
    ("prism", BitFlipTrotter, [(1.486039906094, 0.526113843707), (1.798290135132, 0.801618382854),
                               (1.660668787152, 0.703246087098)]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "kind", "numbers"), MIS)
def test_independent_sets_from_the_empty_set(name, kind, numbers):
    graph, count = SETS[name]
    problem = hq.IndependentSet(graph)
    assert problem.space.dim == count
    for angles, (size, probability) in zip(MIS_ANGLES, numbers, strict=True):
        value, engine, x = run(problem, kind(), *angles)
        assert -value == pytest.approx(size, **CLOSE)
        assert share(engine, x, lowest) == pytest.approx(probability, **CLOSE)


def test_the_independent_sets_of_one_edge_oscillate():
    problem = hq.IndependentSet(nx.path_graph(2))
    for beta in (0.2, 0.9, -1.7):
        value = run(problem, BitFlip(), [0.3], [beta])[0]
        assert -value == pytest.approx(np.sin(np.sqrt(2.0) * beta) ** 2, **CLOSE)


@pytest.mark.parametrize("kind", ["transposition", "adjacent-transposition"])
def test_tours_of_four_cities_by_transpositions(kind):
    # The third transposition of three places is the reversal, which keeps the length.
    cost, space = samples.tour(samples.DISTANCES)
    mixer = hq.MIXERS[kind](space=space)
    value, engine, x = run(cost, mixer, (0.05,), (0.4,))
    assert engine.energies().min() == 80.0
    if kind == "transposition":
        assert value == pytest.approx(85.384381305098, **CLOSE)
        assert share(engine, x, lowest) == pytest.approx(0.641041246327, **CLOSE)
        value, engine, x = run(cost, mixer, (0.05, 0.08), (0.5, 0.3))
        assert value == pytest.approx(80.916530199653, **CLOSE)
        assert share(engine, x, lowest) == pytest.approx(0.938897986690, **CLOSE)
    else:
        assert value == pytest.approx(85.384381305098, **CLOSE)


def test_tours_with_one_hot_rows_and_a_penalty_of_columns():
    cost, space = samples.tour(samples.DISTANCES)
    columns = {(): 150.0}
    for column in zip(*space.grid, strict=True):
        for a in column:
            columns[(a,)] = -50.0
            columns |= {(a, b): 100.0 for b in column if a < b}
    penalty = hq.Ising.from_qubo(columns, n_qubits=9).to_pauli_sum()
    rows = FeasibleSpace(9, groups=tuple(map(Group, space.grid)))
    total = cost + penalty
    value, engine, x = run(total, XYComplete(space=rows), (0.02,), (0.4,))
    assert engine.dim == 27
    assert value == pytest.approx(155.559665994414, abs=1e-11)
    feasible = space.contains(engine.states())
    assert engine.probabilities(x)[feasible].sum() == pytest.approx(0.462768043966, **CLOSE)
    assert share(engine, x, lowest) == pytest.approx(0.166859624691, **CLOSE)


@pytest.mark.parametrize(
    ("p", "found"), [(1, 0.118305033809), (2, 0.305116984309), (3, 0.533869048269)]
)
def test_a_grover_search_over_220_states(p, found):
    # sin²((2p + 1) θ), sin² θ = 3/220: Grover on three marked states of C(12, 3).
    n = 12
    space = samples.weight_space(n, 3)
    marked = [(0, 1, 2), (3, 4, 5), (6, 7, 8)]
    cost = hq.Ising.from_qubo(dict.fromkeys(marked, -1.0), n_qubits=n).to_pauli_sum()
    mixer = Grover(space=space)
    value, engine, _ = run(cost, mixer, [np.pi] * p, [np.pi] * p)
    assert engine.dim == 220
    assert -value == pytest.approx(found, **CLOSE)
    theta = np.arcsin(np.sqrt(3 / 220))
    assert found == pytest.approx(np.sin((2 * p + 1) * theta) ** 2, abs=5e-13)


def test_grover_amplitudes_after_one_layer():
    # [e^{−iγc} + (e^{iβ} − 1) S] / √D with S the mean of e^{−iγc}.
    cost = samples.portfolio()
    mixer = Grover(space=samples.PORTFOLIO_SPACE)
    gamma, beta = 0.7, 1.1
    _, engine, x = run(cost, mixer, [gamma], [beta])
    phases = np.exp(-1j * gamma * engine.energies())
    expected = (phases + (np.exp(1j * beta) - 1) * phases.mean()) / np.sqrt(20)
    np.testing.assert_allclose(engine.amplitudes(x), expected, atol=1e-14)


@pytest.mark.parametrize(("n", "k", "top"), [(4, 2, 2.828427125), (5, 2, 3.236067977), (6, 3, 4.0)])
def test_the_aligned_state_of_a_ring_has_the_energy_of_free_fermions(n, k, top):
    # 2 sin(πk/n) / sin(π/n); the Dicke state has 2k(n − k)/(n − 1).
    assert top == pytest.approx(2 * np.sin(np.pi * k / n) / np.sin(np.pi / n), abs=5e-10)
    space = samples.weight_space(n, k)
    a = sum(
        hq.PauliSum.from_sparse([(letters, (j, (j + 1) % n), 0.5)], n)
        for j in range(n)
        for letters in ("XX", "YY")
    ).to_matrix()
    zero = hq.PauliSum.from_sparse([("Z", (0,), 1.0)], n)
    for initial, energy in (("aligned", top), ("standard", 2 * k * (n - k) / (n - 1))):
        _, engine, x = run(zero, XYRing(space=space, initial=initial), [0.0], [0.0])
        state = engine.state(x)
        assert np.vdot(state, a @ state).real == pytest.approx(energy, abs=5e-10)
    if (n, k) == (6, 3):
        uniform = run(zero, XYRing(space=space), [0.0], [0.0])[1].state(x)
        assert abs(
            np.vdot(
                uniform, run(zero, XYRing(space=space, initial="aligned"), [0.0], [0.0])[1].state(x)
            )
        ) ** 2 == pytest.approx(0.9, abs=1e-12)


def test_the_transposition_mixer_has_the_uniform_state_on_top():
    for kind, eigenvalue in (("transposition", 6.0), ("adjacent-transposition", 3.0)):
        space = samples.permutations(4)
        zero = hq.PauliSum.from_sparse([("Z", (0,), 1.0)], 16)
        mixer = hq.MIXERS[kind](space=space)
        _, engine, x = run(zero, mixer, [0.0], [0.7])
        expected = np.exp(0.7j * eigenvalue) / np.sqrt(24)
        np.testing.assert_allclose(engine.amplitudes(x), np.full(24, expected), atol=1e-13)


LABS = [
    (10, (0.0788139605,), (-0.1899602111,), 0.1272187238),
    (12, (0.045374107, 0.1022101144), (-0.2046175251, -0.1518127118), 0.0375936705),
    (8, (0.3587492202, 0.657918245, 0.9907028329, 1.3446218334),
     (-0.2438917425, -0.2178672028, 0.0784903508, 0.4318885927), 0.5052588588),
]  # fmt: skip


@pytest.mark.parametrize(("n", "gammas", "betas", "overlap"), LABS)
def test_low_autocorrelation_sequences_at_the_angles_of_qokit(n, gammas, betas, overlap):
    # QOKit: e^{−iγE/2}, e^{−iβX}, so γ/2 and −β here (best_LABS_QAOA_parameters_wrt_overlap.json).
    terms = {}
    for k in range(1, n):
        for i in range(n - k):
            for j in range(n - k):
                spins = {}
                for spin in (i, i + k, j, j + k):
                    spins[spin] = spins.get(spin, 0) + 1
                key = tuple(sorted(s for s, power in spins.items() if power % 2))
                terms[key] = terms.get(key, 0.0) + 1.0
    higher = [(key, value) for key, value in terms.items() if len(key) > 2]
    pairs = [(key, value) for key, value in terms.items() if len(key) == 2]
    cost = hq.Ising(
        n, terms.get((), 0.0), np.zeros(n),
        np.array([key for key, _ in pairs], dtype=np.int64).reshape(-1, 2),
        np.array([value for _, value in pairs]), tuple(higher),
    ).to_pauli_sum()  # fmt: skip
    ansatz = hq.QAOA(cost, len(gammas))
    x = np.array([*(g / 2 for g in gammas), *(-b for b in betas)])
    state = hq.Expectation(ansatz, cost).state(x)
    energies = cost.diagonal().real
    published = {8: 8, 10: 13, 12: 10}
    assert energies.min() == published[n]
    found = float((np.abs(state) ** 2)[energies < energies.min() + 0.5].sum())
    assert found == pytest.approx(overlap, abs=2e-9)


def test_satisfiability_at_fixed_angles():
    # JuliQAOA's 3-SAT test instance: published x = 011011 satisfies 5 clauses, 101000 satisfies 4.
    clauses = [[2, -1, -4], [-4, 5, -2], [6, 5, 4], [-3, -4, 2], [3, -6, -5]]
    terms = {}
    for clause in clauses:
        product = {(): 1.0}  # Π (1 − literal)
        for literal in clause:
            factor = {(): 1.0, (literal - 1,): -1.0} if literal > 0 else {(-literal - 1,): 1.0}
            product = {
                tuple(sorted({*a, *b})): product.get(a, 0.0) * factor[b]
                for a in product
                for b in factor
            }
        for key, value in product.items():
            terms[key] = terms.get(key, 0.0) + value
    cost = hq.Ising.from_qubo(terms, n_qubits=6)
    assert cost.energies(np.array([[0, 1, 1, 0, 1, 1], [1, 0, 1, 0, 0, 0]])).tolist() == [0.0, 1.0]
    assert np.bincount(cost.to_pauli_sum().diagonal().real.round().astype(int)).tolist() == [
        29,
        30,
        5,
    ]
    for angles, energy, satisfied in (
        ([0.7, 0.4], 0.242145923970, 0.765786942187),
        ([0.6, 0.9, 0.5, 0.25], 0.182462809948, 0.822998598516),
    ):
        objective = hq.Expectation(hq.QAOA(cost, len(angles) // 2), cost)
        assert objective(angles) == pytest.approx(energy, **CLOSE)
        state = objective.state(angles)
        zero = np.abs(cost.to_pauli_sum().diagonal()) < 1e-9
        assert (np.abs(state) ** 2)[zero].sum() == pytest.approx(satisfied, **CLOSE)


def test_the_triangle_of_pennylane():
    # PennyLane tests/test_qaoa.py: γ = α = 1 twice, its mixer has the other sign of β.
    problem = hq.MaxCut(nx.complete_graph(3))
    value = hq.Expectation(hq.QAOA(problem, 2), problem)([1.0, 1.0, -1.0, -1.0])
    assert value == pytest.approx(-1.8260274380964299, abs=1e-12)
