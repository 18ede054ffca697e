"""Exact diagonalization against closed forms and dense matrices."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.classical.ground_state import ground_states
from hybridq.classical.pauli_action import PauliAction
from hybridq.core.errors import CapacityError, DimensionError, ParameterError
from hybridq.operators import PauliSum
from hybridq.operators.sector import Sector
from hybridq.operators.spin_models import fermi_hubbard, heisenberg, tfim


def check_eigenpairs(found, matrix):
    np.testing.assert_allclose(
        matrix @ found.vectors, found.vectors * found.values, atol=1e-6 * abs(found.values).max()
    )
    overlaps = found.vectors.conj().T @ found.vectors
    np.testing.assert_allclose(overlaps, np.eye(len(found.values)), atol=1e-7)


@given(st.integers(0, 2**32), st.sampled_from(["IXZ", "IXYZ"]), st.integers(6, 8))
@settings(max_examples=15, deadline=None)
def test_product_with_a_vector_matches_the_matrix(seed, letters, n):
    rng = np.random.default_rng(seed)
    labels = ["".join(rng.choice(list(letters), n)) for _ in range(rng.integers(0, 30))]
    h = PauliSum.from_labels([("I" * n, 0.5), *((label, rng.normal()) for label in labels)])
    with PauliAction(h) as action:
        vector = rng.normal(size=2**n).astype(action.dtype)
        if action.dtype.kind == "c":
            vector += 1j * rng.normal(size=2**n)
        np.testing.assert_allclose(action(vector), h.to_matrix() @ vector, atol=1e-11)


@pytest.mark.parametrize("n", [4, 12])
@pytest.mark.parametrize("h", [0.5, 1.0])
def test_ising_ring_matches_its_closed_form(n, h):
    k = (2 * np.arange(n) + 1) * np.pi / n
    expected = -np.sqrt(1 + h**2 - 2 * h * np.cos(k)).sum()
    found = ground_states(tfim(n, h=h, periodic=True), rng=1)
    assert found.values[0] == pytest.approx(expected, abs=1e-9)
    assert found.exact
    assert found.residual < 1e-7
    assert ("dense" if n == 4 else "Lanczos") in found.method
    check_eigenpairs(found, tfim(n, h=h, periodic=True).to_matrix())


def test_degenerate_values_are_all_found():
    """A ferromagnetic ring has one multiplet of spin n/2 at the bottom: n + 1 states."""
    n = 10
    found = ground_states(heisenberg(n, J=-1.0, periodic=True), k=n + 2, rng=3)
    np.testing.assert_allclose(found.values[: n + 1], -n, atol=1e-8)
    assert found.values[n + 1] == pytest.approx(-n + 4 * (1 - np.cos(2 * np.pi / n)), abs=1e-8)
    check_eigenpairs(found, heisenberg(n, J=-1.0, periodic=True).to_matrix())


def test_complex_hamiltonian():
    """Turning every spin about z changes the matrix and none of its eigenvalues."""
    n, rng = 10, np.random.default_rng(5)
    terms = [("ZZ", (i, (i + 1) % n), -1.0) for i in range(n)]
    for site, angle in enumerate(rng.uniform(0, 2 * np.pi, n)):
        terms += [("X", (site,), -np.cos(angle)), ("Y", (site,), -np.sin(angle))]
    h = PauliSum.from_sparse(terms, n)
    found = ground_states(h, 3, rng=0)
    expected = ground_states(tfim(n, periodic=True), 3, rng=0).values
    np.testing.assert_allclose(found.values, expected, atol=1e-8)
    assert expected[0] == pytest.approx(-2 / np.sin(np.pi / (2 * n)), abs=1e-9)
    assert np.iscomplexobj(found.vectors)
    check_eigenpairs(found, h.to_matrix())


@pytest.mark.parametrize(("U", "energy"), [(2, -2.875942809), (4, -1.953145309), (8, -1.117172413)])
def test_hubbard_chain_in_the_half_filled_sector(U, energy):
    sector = Sector.of_electrons(4, 2, 2)
    found = ground_states(fermi_hubbard(4, U=U).hamiltonian, sector=sector, rng=0)
    assert found.values[0] == pytest.approx(energy, abs=1e-9)
    assert found.vectors.shape == (36, 1)
    assert found.sector == sector


def test_heisenberg_ring_in_the_sector_of_no_magnetization():
    """16 spins: 12,870 states; the energy of the Bethe ansatz, −0.44639352 J a site of spins ½."""
    found = ground_states(heisenberg(16, periodic=True), 2, sector=Sector.of_weight(16, 8), rng=0)
    assert found.values[0] / 64 == pytest.approx(-0.44639352, abs=1e-8)
    assert "12,870 states" in found.method


def test_sector_and_whole_space_agree():
    h = fermi_hubbard(5, U=3.0, mu=1.5).hamiltonian
    inside = ground_states(h, sector=Sector.of_electrons(5, 3, 2), rng=0).values[0]
    assert ground_states(h, rng=0).values[0] == pytest.approx(inside, abs=1e-8)


def test_diagonal_hamiltonian():
    h = tfim(12, h=0.0)
    found = ground_states(h, 4)
    np.testing.assert_allclose(found.values, [-11, -11, -9, -9])
    assert set(np.flatnonzero(found.vectors[:, :2].any(axis=1))) == {0, 2**12 - 1}
    sector = Sector.of_weight(12, 6)
    assert ground_states(h, sector=sector).values[0] == pytest.approx(-9)


def test_constant_alone():
    found = ground_states(PauliSum.identity(11, -2.0), 2)
    np.testing.assert_allclose(found.values, [-2.0, -2.0])


def test_seed_decides_nothing_but_rounding():
    h = tfim(11, h=0.8)
    one, two = (ground_states(h, 2, rng=seed) for seed in (1, 2))
    np.testing.assert_allclose(one.values, two.values, atol=1e-9)
    np.testing.assert_array_equal(one.vectors, ground_states(h, 2, rng=1).vectors)


def test_bad_input_is_refused():
    with pytest.raises(ParameterError, match=r"not hermitian: X on qubits \(1,\)"):
        ground_states(PauliSum.from_labels({"ZI": 1.0, "IX": 0.5j}))
    for k in (0, 5, 1.5, True):
        with pytest.raises(ParameterError, match="1 to 4"):
            ground_states(tfim(2), k)
    with pytest.raises(ParameterError, match="changes the number of ones"):
        ground_states(tfim(4), sector=Sector.of_weight(4, 2))
    with pytest.raises(ParameterError, match="lower 2 qubits"):
        ground_states(heisenberg(4), sector=Sector(4, 2, 1, 1))
    with pytest.raises(DimensionError):
        ground_states(heisenberg(4), sector=Sector.of_weight(6, 3))
    with pytest.raises(CapacityError, match="the limit is 24"):
        ground_states(tfim(30))


def test_iteration_keeps_every_copy_of_a_degenerate_energy():
    # 1,024 states, beyond dense diagonalization; all multiplets of the ring are degenerate.
    ring = heisenberg(10, periodic=True)
    expected = np.linalg.eigvalsh(ring.to_matrix().toarray().real)[:9]
    assert ground_states(ring, 9, rng=1).values == pytest.approx(expected, abs=1e-7)
