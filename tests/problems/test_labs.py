"""LABS: published optima and degeneracies, and published QAOA results."""

from __future__ import annotations

import numpy as np
import pytest

import hybridq as hq
from hybridq.core.clock import Deadline
from hybridq.core.errors import ParameterError
from hybridq.problems.instance_data import SizeData
from hybridq.solver.answers import _reference
from hybridq.testing import check_problem

# Packebusch and Mertens 2016, arXiv:1512.02475, table 1 (as in OEIS A102780).
OPTIMA = dict(
    zip(
        range(3, 21),
        (1, 2, 2, 7, 3, 8, 12, 13, 5, 10, 6, 19, 15, 24, 32, 25, 29, 26),
        strict=True,
    )
)
DEGENERACIES = dict(zip(range(3, 14), (4, 8, 4, 28, 4, 16, 24, 40, 4, 16, 4), strict=True))


ONES = np.array([bin(number).count("1") for number in range(1 << 10)])


def _rows(n: int) -> np.ndarray:
    return (np.arange(1 << n)[:, np.newaxis] >> np.arange(n) & 1).astype(np.uint8)


def _energies(n: int) -> np.ndarray:
    """Energies of all sequences from the definition: signs at each distance that differ."""
    states = np.arange(1 << n, dtype=np.int64)
    total = np.zeros(1 << n, dtype=np.int64)
    for shift in range(1, n):
        unequal = (states ^ (states >> shift)) & ((1 << (n - shift)) - 1)
        ones = ONES[unequal & 1023] + ONES[unequal >> 10]
        total += (n - shift - 2 * ones) ** 2
    return total


@pytest.mark.parametrize("n", range(3, 14))
def test_cost_and_value_are_the_definition(n: int) -> None:
    expected = _energies(n)
    problem = hq.LABS(n)
    assert (problem.cost().energies(_rows(n)) == expected).all()
    assert (problem.values(_rows(n)) == expected).all()
    assert expected.min() == OPTIMA[n] == problem.least_energy
    assert (expected == expected.min()).sum() == DEGENERACIES[n]
    assert problem.cost().constant == n * (n - 1) / 2 == problem.mean_value


@pytest.mark.parametrize("n", range(14, 21))
def test_the_table_holds_the_least_energies(n: int) -> None:
    assert _energies(n).min() == OPTIMA[n] == hq.LABS(n).least_energy


def test_the_table_goes_on_as_published() -> None:
    """N = 21 to 40 as in arXiv:1512.02475 and QOKit's labs.py."""
    published = (26, 39, 47, 36, 36, 45, 37, 50, 62, 59, 67, 64, 64, 65, 73, 82, 86, 87, 99, 108)
    assert tuple(hq.LABS(n).least_energy for n in range(21, 41)) == published


def test_the_table_ends_at_66() -> None:
    assert hq.LABS(40).least_energy == 108  # QOBLIB 02 and QOKit have the same
    assert hq.LABS(64).least_energy == 208
    assert hq.LABS(66).least_energy == 257
    assert hq.LABS(67).least_energy is None
    assert hq.LABS(67).describe()["largest_merit_factor"] is None


@pytest.mark.parametrize(("n", "word"), [(5, "00010"), (7, "0001101"), (13, "0000011001010")])
def test_barker_sequences_are_optimal(n: int, word: str) -> None:
    """No autocorrelation of a Barker sequence exceeds 1."""
    problem = hq.LABS(n)
    assert problem.value(word) == OPTIMA[n]
    assert np.abs(problem.correlations(np.array([list(map(int, word))], np.uint8))).max() == 1
    assert problem.merit_factor(word) == pytest.approx(n**2 / 2 / OPTIMA[n])


# best_LABS_QAOA_parameters_wrt_overlap.json of QOKit: the probability of all ground states. Its
# phase is exp(−iγE/2), its mixer exp(−iβX).
PUBLISHED = [
    (7, [0.1198009053], [-0.2343152373], 0.0825507256),
    (7, [0.1841166394, 0.2387839449], [-0.2397931706, -0.230059258], 0.1223151126),
    (
        7,
        [0.1008820619, 0.1524515891, 0.3743839545, 0.154507879],
        [-0.2513475297, -0.1450013868, -0.2426801686, -0.344720848],
        0.2786653442,
    ),
    (8, [1.0962998046], [-0.2414471676], 0.1881227962),
    (8, [0.4490760673, 1.2029898497], [-0.2217381764, 0.1638654417], 0.2838837020),
    (
        8,
        [0.3587492202, 0.657918245, 0.9907028329, 1.3446218334],
        [-0.2438917425, -0.2178672028, 0.0784903508, 0.4318885927],
        0.5052588588,
    ),
    (10, [0.0788139605], [-0.1899602111], 0.1272187238),
    (10, [0.0689649731, 0.1511922366], [-0.1966433649, -0.1328573804], 0.1962321887),
    (
        10,
        [0.0655247286, 0.1319443875, 0.1430007569, 0.1564286994],
        [-0.2056051007, -0.1459282952, -0.1258405475, -0.1111545979],
        0.3183263924,
    ),
    (12, [0.0748327024], [-0.2024329336], 0.0246182859),
    (12, [0.045374107, 0.1022101144], [-0.2046175251, -0.1518127118], 0.0375936705),
    (
        12,
        [0.0431642284, 0.0778588729, 0.1044947661, 0.1351910084],
        [-0.2026207519, -0.171594803, -0.1789362518, -0.1418314449],
        0.0621992596,
    ),
]


@pytest.mark.parametrize(("n", "gammas", "betas", "published"), PUBLISHED)
def test_published_overlaps(n, gammas, betas, published) -> None:
    energies = hq.LABS(n).cost().energies(_rows(n))
    state = np.full((2,) * n, 2 ** (-n / 2), dtype=complex)
    for gamma, beta in zip(gammas, betas, strict=True):
        state = state * np.exp(-0.5j * gamma * energies).reshape(state.shape)
        for axis in range(n):
            state = np.cos(beta) * state - 1j * np.sin(beta) * np.flip(state, axis)
    overlap = (np.abs(state.reshape(-1)) ** 2)[energies == energies.min()].sum()
    assert overlap == pytest.approx(published, abs=1e-8)


@pytest.mark.parametrize("n", [3, 4, 6, 9])
def test_it_keeps_the_contract(n: int) -> None:
    check_problem(hq.LABS.from_data(SizeData(n), name="x"))


def test_the_length_40_is_built_from_distinct_products() -> None:
    """The number of products: QOKit's get_energy_term_indices(40) has as many."""
    ising = hq.LABS(40).cost()
    distinct = {
        tuple(sorted((i, i + k, j, j + k)))
        for k in range(1, 40)
        for i in range(40 - k)
        for j in range(i + 1, 40 - k)
        if j != i + k
    }
    assert {spins for spins, _ in ising.higher} == distinct
    assert ising.n_qubits == 40  # of length 20, QOBLIB's quadratic form has 210 variables
    random = np.random.default_rng(5).integers(2, size=(4, 40), dtype=np.uint8)
    signs = 1 - 2 * random.astype(int)
    expected = [sum(c**2 for c in np.correlate(s, s, "full")[40:]) for s in signs]
    assert ising.energies(random).tolist() == expected


@pytest.mark.parametrize("n", [2, 0, -1, 201, 3.5, None, "7", True])
def test_other_lengths_are_refused(n) -> None:
    with pytest.raises(ParameterError, match="n must be an integer"):
        hq.LABS(n)


def test_a_published_optimum_is_the_reference_of_long_sequences() -> None:
    """An exhaustive search takes at most 22 qubits with products of four."""
    problem = hq.LABS(40)
    assert problem.published == (108.0, "Packebusch, Mertens 2016")
    found = _reference(problem, np.random.default_rng(7), Deadline(), None, None)
    assert found is not None
    assert (found.value, found.exact, found.bound) == (108.0, True, 108.0)
    assert found.method == "published: Packebusch, Mertens 2016"
    assert hq.LABS(67).published is None
