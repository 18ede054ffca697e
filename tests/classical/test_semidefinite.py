"""Bounds of the semidefinite relaxation are proven, and close to the published values."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.classical import semidefinite
from hybridq.classical.baseline import Baseline
from hybridq.classical.semidefinite import rounded, semidefinite_bound
from hybridq.core.errors import ParameterError
from hybridq.operators.ising import Ising
from tests.classical.ising_oracles import all_energies, gset, isings, maxcut


@given(isings(10), st.integers(0, 1000))
@settings(deadline=None, max_examples=200)
def test_no_energy_is_below_the_bound(ising: Ising, seed: int) -> None:
    found = semidefinite_bound(ising, rng=seed)
    assert found.bound <= all_energies(ising).min()
    assert found.bound <= found.relaxed + 1e-9 * (1.0 + abs(found.relaxed))
    assert np.allclose(np.linalg.norm(found.vectors, axis=1), 1.0)


@given(isings(9), st.integers(0, 100))
@settings(deadline=None, max_examples=60)
def test_a_bound_from_a_lanczos_iteration_holds_too(ising: Ising, seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(semidefinite, "_BANDED_WORK", -1.0)
        found = semidefinite_bound(ising, rng=seed)
    has_terms = len(ising.pairs) > 0 or ising.linear.any()
    assert found.certificate == ("Lanczos iteration" if has_terms else "no couplings")
    assert found.bound <= all_energies(ising).min()
    assert (0.0 < found.failure <= 1e-12) == has_terms


def test_a_bound_that_may_fail_proves_no_optimum() -> None:
    ising = maxcut(nx.cycle_graph(5))
    best = Baseline.from_bits(ising, np.array([0, 1, 0, 1, 0]), method="given", exact=False)
    assert best.bounded(ising, -4.5).exact
    unsure = best.bounded(ising, -4.5, 1e-12)
    assert not unsure.exact
    assert (unsure.bound, unsure.failure) == (-4.0, 1e-12)


# Values of the relaxation: G1, G11, G14: Burer & Monteiro, Math. Program. 95, 329 (2003), table 2.
@pytest.mark.parametrize(("name", "value"), [("G1", 12_083.20), ("G11", 629.16), ("G14", 3_191.57)])
def test_bounds_of_gset_are_within_a_thousandth_of_the_relaxation(name: str, value: float) -> None:
    found = semidefinite_bound(gset(name), rng=1)
    assert value - 0.01 <= -found.bound <= 1.001 * value
    assert found.certificate == "Cholesky factorization"


def test_the_odd_cycle_has_the_closed_form_of_its_relaxation() -> None:
    # n/2 (1 + cos(pi/n)): Goemans and Williamson 1995, section 5.
    found = semidefinite_bound(maxcut(nx.cycle_graph(5)), rng=0)
    assert -found.relaxed == pytest.approx(2.5 * (1 + np.cos(np.pi / 5)), abs=1e-3)


def test_rounding_finds_good_cuts_and_no_more_than_the_bound() -> None:
    ising = gset("G14")
    bound = semidefinite_bound(ising, rng=2)
    found = rounded(ising, bound.vectors, tries=20, rng=3)
    assert 0.94 * 3_064 <= -found.energy <= -bound.bound
    assert found.method == "semidefinite relaxation, 20 hyperplanes"
    assert found.energy == pytest.approx(float(ising.energies(found.bits)))


def test_terms_of_three_spins_and_no_hyperplane_are_refused() -> None:
    cubic = Ising(3, 0.0, np.zeros(3), np.empty((0, 2)), [], (((0, 1, 2), 1.0),))
    with pytest.raises(ParameterError, match="order 3"):
        semidefinite_bound(cubic)
    with pytest.raises(ParameterError, match="tries must be an integer >= 1"):
        rounded(maxcut(nx.path_graph(3)), np.ones((3, 8)), tries=0)
