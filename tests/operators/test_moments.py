"""Particle number and spin of states, against dense operators."""

from __future__ import annotations

import numpy as np
import pytest

from hybridq.operators.moments import moments
from tests.helpers.slow_twin import annihilator


@pytest.mark.parametrize("m", [1, 2, 3])
def test_moments_match_dense_operators(m):
    n = 2 * m
    rng = np.random.default_rng(m)
    psi = rng.normal(size=2**n) + 1j * rng.normal(size=2**n)
    psi /= np.linalg.norm(psi)
    a = [annihilator(n, mode, True) for mode in range(n)]
    number = [mode.conj().T @ mode for mode in a]
    raise_spin = sum(a[p].conj().T @ a[m + p] for p in range(m))
    s_z = (sum(number[:m]) - sum(number[m:])) / 2
    s_squared = s_z @ s_z + s_z + raise_spin.conj().T @ raise_spin

    def mean(operator):
        return (psi.conj() @ operator @ psi).real

    found = moments(np.arange(2**n), psi, m)
    assert found.n_alpha == pytest.approx(mean(sum(number[:m])))
    assert found.n_beta == pytest.approx(mean(sum(number[m:])))
    assert found.s_squared == pytest.approx(mean(s_squared))
    assert found.s_z == pytest.approx(mean(s_z))


@pytest.mark.parametrize(
    ("bits", "s_squared", "s_z"),
    [(0b0101, 0.0, 0.0), (0b0001, 0.75, 0.5), (0b0011, 2.0, 1.0), (0b1100, 2.0, -1.0)],
)
def test_determinants_have_the_spin_of_the_textbook(bits, s_squared, s_z):
    found = moments(np.array([bits]), np.array([1.0]), 2)
    assert (found.s_squared, found.s_z) == pytest.approx((s_squared, s_z))


def test_singlet_and_triplet_differ_by_a_sign():
    # a†_0α a†_1β ∓ a†_1α a†_0β on two orbitals: modes 0, 3 and 1, 2.
    basis = np.array([0b0110, 0b1001])
    values = {
        round(moments(basis, np.array([1.0, sign]) / np.sqrt(2), 2).s_squared, 12)
        for sign in (1.0, -1.0)
    }
    assert values == {0.0, 2.0}
