"""Annealing in lanes: the vector code against loops in Python, scales, limits, interruption."""

from __future__ import annotations

from threading import Event

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.classical import _lanes_kernel as kernel
from hybridq.classical.lanes import _LOGARITHMS, LANES, Lanes
from hybridq.core.clock import Deadline
from hybridq.operators.ising import Ising
from tests.classical.ising_oracles import all_energies, isings, random_ising


def annealed_plainly(matrix, linear, spins, temperatures, state):
    """Metropolis sweeps, one copy and one flip at a time; spins of shape (16, n) are updated."""
    flips = 0
    for temperature in temperatures:
        for i in range(len(linear)):
            for left, right in ((13, None), (None, 7), (17, None)):
                shifted = state << left if left else state >> right
                state = (state ^ shifted) & (2**64 - 1)
            drawn = _LOGARITHMS[state >> 52 : (state >> 52) + LANES]
            for k in range(LANES):
                field = linear[i] + matrix[i] @ spins[k]
                if -spins[k, i] * field <= temperature * drawn[k]:
                    spins[k, i] = -spins[k, i]
                    flips += 1
    return state, flips


@pytest.mark.parametrize("fields", [False, True])
def test_vector_code_flips_the_spins_that_plain_loops_flip(fields: bool) -> None:
    ising = random_ising(12, 5, whole=True, fields=fields)  # integers, so that nothing rounds
    lanes = Lanes(ising)
    starts, targets, weights, linear = lanes.rows
    rng = np.random.default_rng(3)
    down = rng.integers(0, 2**LANES, size=12, dtype=np.uint16)
    spins = 1.0 - 2.0 * (down >> np.arange(LANES)[:, np.newaxis] & 1)
    temperatures = np.array([4.0, 2.0, 1.0, 0.5, 0.25])
    matrix = np.zeros((12, 12))
    matrix[tuple(np.asarray(ising.pairs).T)] = ising.couplings
    matrix += matrix.T
    seed = 12345678901234567
    state, flips = annealed_plainly(matrix, linear, spins, temperatures, seed)

    rows = starts, targets.astype(np.int32), weights.astype(np.float32)
    computed, randoms = np.empty((12, LANES), np.float32), np.array([seed], dtype=np.uint64)
    kernel.lane_fields_in_place(*rows, linear, down, computed)
    kernel.anneal_lanes_in_place(
        *rows, down, computed, temperatures.astype(np.float32), randoms, _LOGARITHMS
    )
    assert flips > 100
    assert int(randoms[0]) == state
    assert np.array_equal(spins, 1.0 - 2.0 * (down >> np.arange(LANES)[:, np.newaxis] & 1))
    assert np.array_equal(computed, (linear[:, np.newaxis] + matrix @ spins.T).astype(np.float32))


@given(isings(9), st.integers(0, 1000))
@settings(deadline=None, max_examples=30)
def test_copies_end_in_local_minima_with_their_energies(ising: Ising, seed: int) -> None:
    lanes = Lanes(ising)
    copies = lanes.anneal(lanes.temperatures(20), np.random.default_rng(seed))
    rows = (copies.spins < 0).astype(np.uint8)
    assert np.allclose(ising.energies(rows), copies.energies + ising.constant, atol=1e-9)
    for row, energy in zip(rows, copies.energies + ising.constant, strict=True):
        assert np.all(ising.energies(row ^ np.eye(ising.n_qubits, dtype=np.uint8)) >= energy - 1e-9)
    assert copies.energies.min() + ising.constant >= all_energies(ising).min() - 1e-9


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_the_unit_of_the_couplings_does_not_matter(scale: float) -> None:
    ising = random_ising(40, 2, whole=True)
    scaled = Ising(40, 0.0, scale * ising.linear, ising.pairs, scale * ising.couplings)
    one, two = (
        each.anneal(each.temperatures(50), np.random.default_rng(1))
        for each in (Lanes(ising), Lanes(scaled))
    )
    assert np.mean(one.spins == two.spins) > 0.99  # powers of ten round, and sums of them too


def test_copies_reach_the_minimum_of_weights_of_twelve_orders() -> None:
    rng = np.random.default_rng(4)
    plain = random_ising(11, 7)
    ising = Ising(11, 0.0, plain.linear, plain.pairs, 10.0 ** rng.uniform(-6, 6, len(plain.pairs)))
    lanes = Lanes(ising)
    copies = lanes.anneal(lanes.temperatures(200), rng)
    assert copies.energies.min() == pytest.approx(all_energies(ising).min(), rel=1e-12)


def test_sweeps_end_at_an_interruption_and_follow_a_deadline() -> None:
    lanes, stop = Lanes(random_ising(60, 1)), Event()
    temperatures, rng = lanes.temperatures(2_000), np.random.default_rng(1)
    assert lanes.anneal(temperatures, rng, stop=stop, deadline=Deadline(1e6)).whole
    assert not lanes.anneal(temperatures, rng, deadline=Deadline(0.0)).whole
    stop.set()
    assert not lanes.anneal(temperatures, rng, stop=stop).whole


def test_updates_count_the_couplings_of_spins_that_flip_in_any_copy() -> None:
    complete = Lanes(random_ising(50, 3, density=1.0))
    assert 0.25 * 49 < complete.updates() <= 49
    assert Lanes(Ising(3, 0.0, np.zeros(3), np.empty((0, 2)), [])).updates() == 0.0
