"""QAOA on trees against published values, states and closed forms."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.ansatz.angle_tables import read_table
from hybridq.core.errors import CapacityError, DimensionError, ParameterError
from hybridq.operators.paths import TreeMessages, tree_angles, tree_correlation
from hybridq.operators.paths.tables import PathWeights, swaps

# Cut fractions of regular trees at tabulated angles, by degree and then p = 1, 2, …: the survey's,
# equal to the first digits of Farhi, Gutmann, Ranard, Villalonga 2025, arXiv:2503.12789, for d = 3.
FRACTIONS = {
    3: ".692450 .755906 .792398 .816877 .836381 .849897 .859781 .867391 .873474 .878413 .882500",
    4: ".662380 .716092 .748564 .769024 .784121",
    5: ".643108 .690709 .719901 .738554",
    6: ".629402 .672644 .699319",
    7: ".619009 .658924 .683621",
    8: ".610778 .648039 .671137",
    9: ".604049 .639127 .660900",
    10: ".598415 .631656 .652306",
    11: ".593607 .625274",
}
ROWS = [
    pytest.param(d, p, float(text), marks=[pytest.mark.slow] if p > 9 else [])
    for d, row in FRACTIONS.items()
    for p, text in enumerate(row.split(), start=1)
]


def tabulated(degree, p):
    """γ and β of the table of fixed angles, in this project's phases."""
    rows = read_table("fixed_angles").values()
    (row,) = (row for row in rows if (row["d"], row["p"]) == (degree, p))
    return np.array(row["gamma"]) / 2, np.array(row["beta"])


@pytest.mark.parametrize(("degree", "p", "fraction"), ROWS)
def test_published_cut_fractions(degree, p, fraction):
    value, _ = tree_correlation(degree, *tabulated(degree, p))
    assert (1 - value) / 2 == pytest.approx(fraction, abs=6e-7)


def infinite(degree, p):
    """ν at the angles of the Sherrington–Kirkpatrick model: (cut fraction − ½) √(d − 1)."""
    row = read_table("sk_angles")[str(p)]
    gammas = 2 * np.array(row["gamma"]) / np.sqrt(degree - 1)
    return -0.5 * tree_correlation(degree, gammas, row["beta"])[0] * np.sqrt(degree - 1)


def test_large_degrees_keep_their_digits():
    """Basso et al. 2022, table 4: 0.5915 in the limit; degree 161 once lost all digits."""
    known = {11: 0.56904, 41: 0.58578, 101: 0.58919, 641: 0.59112}
    for degree, expected in known.items():
        assert infinite(degree, 7) == pytest.approx(expected, abs=6e-6)
    assert 0.58919 < infinite(161, 7) < 0.59112
    limits = [".3033", ".4075", ".4726", ".5157", ".5476", ".5721"]
    for p, limit in enumerate(limits, start=1):
        assert infinite(10**6 + 1, p) == pytest.approx(float(limit), abs=6e-5)


def test_angles_of_the_ring_and_of_the_table_are_found_again():
    for p in range(1, 6):  # the ring: (2p + 1)/(2p + 2), Farhi, Goldstone, Gutmann 2014
        value, _ = tree_correlation(2, *np.split(tree_angles(2, p), 2))
        assert (1 - value) / 2 == pytest.approx((2 * p + 1) / (2 * p + 2), abs=1e-10)
    for degree, row in FRACTIONS.items():
        p = min(len(row.split()), 5)
        value, slopes = tree_correlation(degree, *np.split(tree_angles(degree, p), 2))
        assert np.abs(slopes).max() < 1e-6
        table = float(row.split()[p - 1])
        assert table - 1e-6 <= (1 - value) / 2 < table + 1e-5


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 4), st.integers(1, 2), st.integers(0, 2**32 - 1))
def test_a_regular_tree_is_what_a_finite_one_gives(degree, p, seed):
    """A tree deep enough around its central pair, with any coupling, and differences."""
    graph = nx.Graph([(0, 1)])
    ends = [0, 1]
    for _ in range(p):
        ends = [
            (graph.add_edge(end, new), new)[1]
            for end in ends
            for new in range(len(graph), len(graph) + degree - 1)
        ]
    rng = np.random.default_rng(seed)
    coupling, (gammas, betas) = float(rng.normal()), rng.normal(size=(2, p))
    n = len(graph)
    ising = hq.Ising(n, 0, np.zeros(n), np.array(graph.edges), np.full(n - 1, coupling))
    central = np.flatnonzero((ising.pairs == [0, 1]).all(axis=1))
    _, expected = TreeMessages(ising, p, central, np.arange(0)).values(gammas, betas)
    value, slopes = tree_correlation(degree, gammas, betas, coupling=coupling)
    assert value == pytest.approx(expected[0], abs=1e-12)
    step = 1e-6
    for k in range(2 * p):
        shift = np.zeros(2 * p)
        shift[k] = step
        up, down = (
            tree_correlation(
                degree, gammas + sign * shift[:p], betas + sign * shift[p:], coupling=coupling
            )[0]
            for sign in (1, -1)
        )
        assert slopes[k] == pytest.approx((up - down) / (2 * step), abs=1e-7)


@settings(max_examples=10)
@given(st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_weights_of_paths(p, seed):
    """They sum to 1 over paths, are conjugate when ket and bra change places, and give ⟨Z⟩ = 0."""
    betas = np.random.default_rng(seed).normal(size=p)
    weights = PathWeights(betas)
    chain = weights.chain[-(4**p) :].reshape(4, -1)
    assert (chain[0] + chain[3]).sum() == pytest.approx(1.0, abs=1e-12)
    swap = swaps(p - 1)
    np.testing.assert_allclose(chain[1], chain[2][swap].conj(), atol=1e-15)
    np.testing.assert_array_equal(swap[swap], np.arange(4 ** (p - 1)))
    assert weights.same.sum().real == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ((0, [0.1], [0.1]), ParameterError, "degree must be"),
        ((3, [0.1, 0.2], [0.1]), DimensionError, r"got shapes \(2,\) and \(1,\)"),
        ((3, [], []), DimensionError, "length >= 1"),
        ((3, [0.1] * 30, [0.1] * 30), CapacityError, "p=30 needs"),
    ],
)
def test_refusals(arguments, error, match):
    with pytest.raises(error, match=match):
        tree_correlation(*arguments)


def test_angles_out_of_range_are_refused():
    with pytest.raises(ParameterError, match=r"degree must be an integer >= 2, got 1"):
        tree_angles(1, 2)
    with pytest.raises(ParameterError, match="p must be at most 8, got 9"):
        tree_angles(3, 9)
