"""Sectors, and Hamiltonians in them, against the full space."""

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.linalg import eigsh

from hybridq.core.errors import CapacityError, DimensionError, ParameterError
from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.operators.pauli_sum import PauliSum
from hybridq.operators.sector import Sector
from hybridq.operators.sector_electronic import (
    electronic_matrix,
    electronic_parts,
    matrix_of_parts,
)
from hybridq.operators.sector_matrix import sector_matrix
from hybridq.operators.sector_product import ElectronicProduct


@st.composite
def sectors(draw, widest=8):
    n = draw(st.integers(1, widest))
    split = draw(st.integers(0, n))
    return Sector(n, split, draw(st.integers(0, split)), draw(st.integers(0, n - split)))


def random_electrons(m, seed, *, restricted):
    """Random integrals with the symmetries of real orbitals."""
    rng = np.random.default_rng(seed)
    h = rng.normal(size=(2, m, m))
    h += h.transpose(0, 2, 1)
    factors = rng.normal(size=(2, 5, m, m))
    factors += factors.transpose(0, 1, 3, 2)
    if restricted:
        h[1], factors[1] = h[0], factors[0]
    a, b = factors
    spins = [(a, a), (a, b), (b, b)]
    two = np.array([np.einsum("xpq,xrs->pqrs", left, right) for left, right in spins])
    return ElectronicHamiltonian(float(rng.normal()), h, two)


@given(sectors())
def test_the_basis_is_every_state_with_those_ones_ascending(sector):
    full = np.arange(2**sector.n_qubits)
    low = np.bitwise_count(full & ((1 << sector.split) - 1)) == sector.low
    wanted = full[low & (np.bitwise_count(full >> sector.split) == sector.high)]
    np.testing.assert_array_equal(sector.basis(), wanted)
    assert sector.dim == len(wanted) == sector.n_low * sector.n_high
    positions = np.full(2**sector.n_qubits, -1)
    positions[wanted] = np.arange(len(wanted))
    np.testing.assert_array_equal(sector.index(full), positions)


def test_electrons_and_weights_are_sectors():
    assert Sector.of_electrons(7, 5, 4) == Sector(14, 7, 5, 4)
    assert Sector.of_electrons(16, 4, 4).dim == 1820**2
    assert Sector.of_weight(30, 15).n_low == comb(30, 15)
    assert str(Sector.of_weight(4, 2)) == "2 ones on 4 qubits"


def test_embedding_puts_amplitudes_where_they_belong():
    sector = Sector(4, 2, 1, 1)
    full = sector.embed(np.arange(1.0, 5.0))
    assert full.shape == (16,)
    assert dict(zip(np.flatnonzero(full).tolist(), full[full > 0], strict=True)) == {
        0b0101: 1.0, 0b0110: 2.0, 0b1001: 3.0, 0b1010: 4.0,
    }  # fmt: skip
    with pytest.raises(DimensionError, match=r"\(3,\)"):
        sector.embed(np.zeros(3))


def test_impossible_sectors_are_refused():
    with pytest.raises(ParameterError, match=r"low must be from 0 to 2, .* got 3"):
        Sector(4, 2, 3, 0)
    with pytest.raises(ParameterError, match="split must be from 0 to n_qubits=4, got 5"):
        Sector(4, 5, 0, 0)
    with pytest.raises(CapacityError, match="62"):
        Sector(64, 32, 1, 1)
    with pytest.raises(CapacityError, match="strings"):
        _ = Sector.of_weight(60, 30).low_strings


@settings(max_examples=30, deadline=None)
@given(sectors(6), st.integers(0, 1000), st.booleans())
def test_a_pauli_sum_in_a_sector_is_a_block_of_its_matrix(sector, seed, real):
    rng = np.random.default_rng(seed)
    n = sector.n_qubits
    letters = list("IIXZ" if real else "IIXYZ")
    labels = ["".join(rng.choice(letters, n)) for _ in range(25)]
    total = PauliSum.from_labels(list(zip(labels, rng.normal(size=25), strict=True)))
    matrix = sector_matrix(total, sector)
    basis = sector.basis()
    block = total.to_matrix().toarray()[np.ix_(basis, basis)]
    np.testing.assert_allclose(matrix.toarray(), block, atol=1e-13)
    if real:
        assert matrix.dtype == np.float64
    assert (np.diff(matrix.indices)[np.diff(np.repeat(range(sector.dim), np.diff(matrix.indptr)))
            == 0] > 0).all()  # fmt: skip


@pytest.mark.parametrize("counts", [(0, 0), (0, 2), (1, 1), (2, 1), (2, 3), (4, 2), (4, 4)])
@pytest.mark.parametrize("restricted", [True, False])
def test_integrals_pauli_sum_and_product_agree(counts, restricted):
    hamiltonian = random_electrons(4, sum(counts), restricted=restricted)
    sector = Sector.of_electrons(4, *counts)
    direct = electronic_matrix(hamiltonian, sector).toarray()
    mapped = sector_matrix(hamiltonian.pauli_sum, sector).toarray()
    np.testing.assert_allclose(direct, mapped, atol=1e-11)
    np.testing.assert_allclose(direct, direct.T, atol=1e-12)
    state = np.random.default_rng(1).normal(size=sector.dim)
    for threads in (1, 2):
        image = np.empty(sector.dim)
        ElectronicProduct(electronic_parts(hamiltonian, sector), float, threads).apply(state, image)
        np.testing.assert_allclose(image, direct @ state, atol=1e-11)


def test_sparse_same_spin_matrices_give_the_same_product(monkeypatch):
    monkeypatch.setattr("hybridq.operators.sector_product.DENSE_STRINGS", 0)
    parts = electronic_parts(random_electrons(5, 3, restricted=False), Sector.of_electrons(5, 2, 3))
    state = np.random.default_rng(1).normal(size=parts.sector.dim)
    image = np.empty(parts.sector.dim)
    ElectronicProduct(parts, float, 2).apply(state, image)
    np.testing.assert_allclose(image, matrix_of_parts(parts) @ state, atol=1e-11)


@pytest.mark.parametrize("irreps", [(0, 1, 0, 1, 1), (0, 1, 2, 3, 0), (0, 0, 1, 1, 2)])
@pytest.mark.parametrize("restricted", [True, False])
def test_products_in_blocks_of_symmetry_are_those_with_the_whole_matrix(irreps, restricted):
    # A product of irreps of an abelian point group is the bitwise difference of their numbers.
    label = np.array(irreps)
    pair = label[:, None] ^ label
    whole = random_electrons(5, 3, restricted=restricted)
    noise = 1e-16 * np.random.default_rng(2).normal(size=(5,) * 4)
    allowed = pair[:, :, None, None] == pair
    hamiltonian = ElectronicHamiltonian(
        whole.constant, whole.one_body * (pair == 0), np.where(allowed, whole.two_body, noise)
    )
    parts = electronic_parts(hamiltonian, Sector.of_electrons(5, 2, 3))
    product = ElectronicProduct(parts, float, 2)
    assert len(product._bounds) == len(np.unique(pair)) + 1
    assert len(product._low) > 1
    state = np.random.default_rng(1).normal(size=parts.sector.dim)
    image = np.empty(parts.sector.dim)
    product.apply(state, image)
    np.testing.assert_allclose(image, matrix_of_parts(parts) @ state, atol=1e-11)


def test_pairs_without_integrals_are_left_out_of_a_product():
    hopping = -np.eye(4, k=1) - np.eye(4, k=-1)
    repulsion = np.zeros((4,) * 4)
    repulsion[(np.arange(4),) * 4] = 4.0
    chain = ElectronicHamiltonian(0.0, np.stack([hopping] * 2), np.stack([repulsion] * 3))
    parts = electronic_parts(chain, Sector.of_electrons(4, 2, 1))
    product = ElectronicProduct(parts, float, 1)
    assert product._bounds.tolist() == [0, 1, 2, 3, 4]
    state = np.random.default_rng(1).normal(size=parts.sector.dim)
    image = np.empty(parts.sector.dim)
    product.apply(state, image)
    np.testing.assert_allclose(image, matrix_of_parts(parts) @ state, atol=1e-11)


def test_entries_that_vanish_are_not_stored():
    # Two pairs of orbitals that do not couple: a parity each is conserved.
    hamiltonian = random_electrons(4, 0, restricted=True)
    odd = np.add.outer([0, 0, 1, 1], [0, 0, 1, 1]) % 2 == 1
    h = np.where(odd, 0.0, hamiltonian.one_body)
    mixed = odd[:, :, None, None] ^ odd[None, None, :, :]
    two = np.where(mixed, 0.0, hamiltonian.two_body)
    symmetric = ElectronicHamiltonian(0.0, h, two)
    sector = Sector.of_electrons(4, 2, 2)
    matrix = electronic_matrix(symmetric, sector)
    dense = matrix.toarray()
    assert matrix.nnz == (np.abs(dense) > 1e-12).sum() <= dense.size / 2
    assert electronic_parts(symmetric, sector).most_entries >= matrix.nnz


def test_the_lowest_energy_in_the_sector_is_that_of_the_full_matrix():
    hamiltonian = random_electrons(3, 5, restricted=True)
    lowest = min(
        np.linalg.eigvalsh(
            electronic_matrix(hamiltonian, Sector.of_electrons(3, a, b)).toarray()
        )[0]
        for a in range(4)
        for b in range(4)
    )  # fmt: skip
    full = eigsh(hamiltonian.pauli_sum.to_matrix(), k=1, which="SA")[0][0]
    assert lowest == pytest.approx(full, abs=1e-10)


def test_widths_must_agree():
    with pytest.raises(DimensionError, match="4 qubits in a sector of 6"):
        sector_matrix(PauliSum.identity(4), Sector.of_weight(6, 3))
    with pytest.raises(DimensionError, match="4 orbitals need a sector of 8 qubits"):
        electronic_matrix(random_electrons(4, 0, restricted=True), Sector.of_weight(8, 3))
