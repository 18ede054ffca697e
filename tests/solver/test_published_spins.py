"""Variational energies of spin rings in closed form."""

import numpy as np
import pytest

import hybridq as hq


@pytest.mark.parametrize(
    ("n", "energy"), [(4, -5.226251860), (6, -7.727406610), (8, -10.251661791)]
)
def test_half_as_many_layers_as_spins_reach_the_critical_ground_state(n, energy):
    """Mbeng, Fazio, Santoro 2019, arXiv:1906.08948; energies −2 / sin(π/2N) of Pfeuty 1970."""
    ring = hq.spin_models.tfim(n, h=1.0, periodic=True)
    result = hq.solve(ring, ansatz="hva", layers=n // 2, rng=1)
    assert result.expectation == pytest.approx(energy, abs=1e-9)


@pytest.mark.parametrize("n", [4, 6, 9])
def test_one_layer_on_the_critical_ring(n):
    """The minimum over the angles of −½ sin 4β sin 4γ − cos² 2γ for each spin."""
    ring = hq.spin_models.tfim(n, h=1.0, periodic=True)
    result = hq.solve(ring, ansatz="hva", layers=1, rng=1)
    assert result.expectation / n == pytest.approx(-(1 + np.sqrt(2)) / 2, abs=1e-9)


@pytest.mark.parametrize(("n", "energy"), [(4, -4.758770483), (6, -7.296229811)])
def test_the_open_critical_chain(n, energy):
    """1 − 1 / sin(π/(4N+2)), Pfeuty 1970."""
    result = hq.solve(hq.spin_models.tfim(n), ansatz="hva", layers=n, rng=1)
    assert result.energy.exact == pytest.approx(energy, abs=1e-9)
    assert -1e-9 < result.expectation - energy < 1e-4
