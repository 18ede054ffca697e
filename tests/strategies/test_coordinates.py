"""Interpolation, Fourier series, affine views, the planar relaxation."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.ansatz.angles import ramp_shape
from hybridq.ansatz.given_angles import interpolated
from hybridq.classical import exact_minimum
from hybridq.core.errors import ParameterError
from hybridq.strategies.coordinates import AffineMap, Reparametrized, pad_layers
from hybridq.strategies.fourier import fourier_matrix
from hybridq.strategies.relaxation import planar_relaxation


def test_interpolation_by_hand():
    assert interpolated(np.array([1.0, 8.0])) == pytest.approx([1, 1, 8, 8])
    # p = 2 → 3: (γ_1, (γ_1 + γ_2) / 2, γ_2)
    assert interpolated(np.array([1.0, 2.0, 5.0, 3.0])) == pytest.approx([1, 1.5, 2, 5, 4, 3])


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.floats(-2, 2), st.floats(-2, 2))
def test_interpolation_keeps_straight_lines_straight_at_their_ends(p, first, last):
    line = np.linspace(first, last, p)
    longer = interpolated(np.concatenate([line, line]))[: p + 1]
    assert longer == pytest.approx(np.linspace(line[0], line[-1], p + 1), abs=1e-12)


@pytest.mark.parametrize("p", [1, 2, 5])
def test_the_fourier_matrix_is_the_published_series(p):
    u, v = np.random.default_rng(p).normal(size=(2, p))
    angles = fourier_matrix(p) @ np.concatenate([u, v])
    for i in range(1, p + 1):
        waves = [(k - 0.5) * (i - 0.5) * np.pi / p for k in range(1, p + 1)]
        assert angles[i - 1] == pytest.approx(np.sin(waves) @ u)
        assert angles[p + i - 1] == pytest.approx(np.cos(waves) @ v)


def test_an_affine_view_has_the_gradient_of_its_own_coordinates():
    problem = hq.MaxCut(nx.petersen_graph())
    objective = hq.Expectation(hq.QAOA(problem.hamiltonian, 4), problem.hamiltonian)
    view = Reparametrized(objective, AffineMap(ramp_shape(4), np.full(8, 0.1)))
    y = np.array([0.7, 0.4])
    value, gradient = view.value_and_gradient(y)
    assert value == pytest.approx(objective(ramp_shape(4) @ y + 0.1))
    assert view.values(np.array([y, y + 1]))[0] == pytest.approx(value)
    for k, e in enumerate(np.eye(2) * 1e-5):
        assert gradient[k] == pytest.approx((view(y + e) - view(y - e)) / 2e-5, abs=1e-6)


def test_an_affine_view_has_no_gradient_where_the_objective_has_none():
    class Square:
        is_energy = False

        def __call__(self, x):
            return float(x @ x)

    view = Reparametrized(Square(), AffineMap(np.eye(2)))
    assert not hasattr(view, "value_and_gradient")
    assert not hasattr(view, "values")
    assert view([1.0, 2.0]) == 5.0


def test_layers_of_angle_zero_change_nothing():
    problem = hq.MaxCut(nx.petersen_graph())
    x = np.array([0.4, 0.7, 0.5, 0.2])
    short = hq.Expectation(hq.QAOA(problem.hamiltonian, 2), problem.hamiltonian)(x)
    long = hq.Expectation(hq.QAOA(problem.hamiltonian, 5), problem.hamiltonian)(pad_layers(x, 5))
    assert long == pytest.approx(short, abs=1e-12)
    assert pad_layers([[1, 2], [3, 4]], 2).tolist() == [[1, 0, 2, 0], [3, 0, 4, 0]]


@pytest.mark.parametrize("seed", range(4))
def test_the_planar_relaxation_bounds_and_rounds_well(seed):
    rng = np.random.default_rng(seed)
    n = 10
    pairs = np.array([(i, j) for j in range(n) for i in range(j) if rng.random() < 0.5])
    fields = rng.normal(size=n) * (seed % 2)
    ising = hq.Ising(n, 0.0, fields, pairs, rng.normal(size=len(pairs)))
    spins, bits = planar_relaxation(ising, rng)
    assert (np.abs(spins) <= 1).all()
    assert (bits == (spins < 0)).all()
    exact = exact_minimum(ising).energy
    assert exact - 1e-9 <= ising.energies(bits[np.newaxis])[0] <= 0.85 * exact


def test_an_even_ring_relaxes_to_its_perfect_cut():
    problem = hq.MaxCut(nx.cycle_graph(8))
    spins, bits = planar_relaxation(problem.ising, 1)
    assert problem.value(bits) == 8
    assert np.abs(spins) == pytest.approx(np.ones(8), abs=1e-3)


def test_long_terms_have_no_planar_relaxation():
    ising = hq.QAOA(hq.PauliSum.from_labels({"ZZZ": 1.0}), 1).ising
    with pytest.raises(ParameterError, match="one and two spins"):
        planar_relaxation(ising)
