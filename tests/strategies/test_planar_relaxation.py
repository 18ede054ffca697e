"""Rounding of planar relaxations against every cut by a line."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.operators import Ising
from hybridq.strategies.relaxation import best_direction, planar_relaxation


def spins_at(angles, direction):
    return np.where(np.cos(angles - direction) >= 0.0, 1.0, -1.0)


@settings(max_examples=25, deadline=None)
@given(n=st.integers(2, 150), fields=st.booleans(), seed=st.integers(0, 10**6))
def test_the_direction_is_that_of_the_lowest_cut_by_a_line(n, fields, seed):
    rng = np.random.default_rng(seed)
    angles = rng.uniform(0.0, 2.0 * np.pi, n + 1)
    pairs = rng.integers(0, n + 1 if fields else n, (3 * n, 2))
    first, second = pairs[pairs[:, 0] != pairs[:, 1]].T
    weights = rng.integers(-3, 4, len(first)).astype(float)
    part = angles if fields else angles[:n]
    found = best_direction(angles, part, first, second, weights)

    def energy(direction):
        spins = spins_at(angles, direction)
        return float(weights @ (spins[first] * spins[second]))

    turns = np.sort(np.mod(part + np.pi / 2.0, np.pi))
    middles = turns + np.diff(turns, append=turns[0] + np.pi) / 2.0
    assert energy(found) == min(map(energy, middles))


@pytest.mark.parametrize("n", [10, 400])
def test_an_even_ring_is_cut_whole(n):
    ring = np.stack([np.arange(n), (np.arange(n) + 1) % n], axis=1)
    ising = Ising(n, 0.0, np.zeros(n), ring, np.ones(n))
    spins, bits = planar_relaxation(ising, rng=2)
    assert np.array_equal(bits, (spins < 0).astype(np.uint8))
    assert ising.energies(bits) <= -n + 4
