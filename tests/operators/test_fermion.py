"""Ladder operators, their normal order, and how they are written into qubits."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import CapacityError, DimensionError, ParameterError, UnknownNameError
from hybridq.operators import (
    MAPPINGS,
    FermionSum,
    PauliSum,
    encoding,
    number_operator,
    spin_squared,
    spin_z,
)
from tests.helpers.slow_twin import annihilator

N_MODES = 3
ladder = st.tuples(st.integers(0, N_MODES - 1), st.integers(0, 1))
products = st.lists(ladder, max_size=5).map(tuple)
dyadic = st.integers(-8, 8).map(lambda k: k / 4)
sums = st.dictionaries(products, st.builds(complex, dyadic, dyadic), max_size=4).map(
    lambda terms: FermionSum(N_MODES, terms)
)


def dense(fermions):
    """Products of dense Jordan-Wigner matrices."""
    n = fermions.n_modes
    a = [annihilator(n, mode, True) for mode in range(n)]
    total = np.zeros((2**n, 2**n), dtype=complex)
    for product, c in fermions:
        factors = [a[mode].conj().T if action else a[mode] for mode, action in product]
        total += c * reduce(np.matmul, factors, np.eye(2**n))
    return total


@given(sums)
def test_jordan_wigner_matches_dense_ladder_operators(fermions):
    mapped = fermions.to_pauli_sum().to_matrix().toarray()
    np.testing.assert_allclose(mapped, dense(fermions), atol=1e-12)


@given(sums)
def test_normal_order_is_the_same_operator(fermions):
    ordered = fermions.normal_ordered()
    np.testing.assert_allclose(dense(ordered), dense(fermions), atol=1e-12)
    for product, _ in ordered:
        assert list(product) == sorted(product, key=lambda pair: (-pair[1], -pair[0]))
        assert len(set(product)) == len(product)


@given(sums, sums)
def test_algebra_matches_matrices(a, b):
    np.testing.assert_allclose(dense(a + b), dense(a) + dense(b), atol=1e-12)
    np.testing.assert_allclose(dense(a - 2j * b), dense(a) - 2j * dense(b), atol=1e-12)
    np.testing.assert_allclose(dense(a @ b), dense(a) @ dense(b), atol=1e-12)
    np.testing.assert_allclose(dense(a.dagger()), dense(a).conj().T, atol=1e-12)
    commutator = dense(a) @ dense(b) - dense(b) @ dense(a)
    np.testing.assert_allclose(dense(a.commutator(b)), commutator, atol=1e-12)
    assert (a + a.dagger()).is_hermitian()


@pytest.mark.parametrize("mapping", MAPPINGS)
@pytest.mark.parametrize("n", [1, 2, 5, 6])
def test_mapped_ladder_operators_anticommute_as_they_should(mapping, n):
    a = [FermionSum.annihilation(j, n).to_pauli_sum(mapping) for j in range(n)]
    for i in range(n):
        for j in range(n):
            mixed = a[i] @ a[j].dagger() + a[j].dagger() @ a[i]
            assert mixed.isclose(PauliSum.identity(n, float(i == j)))
            assert (a[i] @ a[j] + a[j] @ a[i]).isclose(PauliSum.zero(n))


@given(sums, st.sampled_from(sorted(MAPPINGS)), sums)
@settings(max_examples=40)
def test_mapping_keeps_sums_products_and_adjoints(a, mapping, b):
    mapped = (a @ b + a.dagger()).to_pauli_sum(mapping)
    left, right = a.to_pauli_sum(mapping), b.to_pauli_sum(mapping)
    assert mapped.isclose(left @ right + left.dagger(), 1e-10)


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_encoded_occupations_are_eigenstates_of_the_mapped_numbers(mapping):
    n = 6
    code = encoding(mapping, n)
    occupations = (np.arange(2**n)[:, None] >> np.arange(n) & 1).astype(np.uint8)
    bits = code.encode(occupations)
    np.testing.assert_array_equal(code.decode(bits), occupations)
    assert len(np.unique(bits, axis=0)) == 2**n
    for mode in range(n):
        number = number_operator(n, [mode]).to_pauli_sum(mapping)
        np.testing.assert_allclose(number.diagonal_at(bits), occupations[:, mode], atol=1e-12)
    np.testing.assert_array_equal(code.encode(occupations[5]), bits[5])


def test_bravyi_kitaev_of_eight_modes_is_the_published_matrix():
    """Seeley, Richard, Love 2012, arXiv:1208.5986, with mode 0 first."""
    rows = ["10000000", "11000000", "00100000", "11110000"]
    rows += ["00001000", "00001100", "00000010", "11111111"]
    matrix = np.array([[digit == "1" for digit in row] for row in rows])
    np.testing.assert_array_equal(encoding("bk", 8).matrix, matrix)


def test_mappings_by_hand():
    a1 = FermionSum.annihilation(1, 3)
    assert a1.to_pauli_sum("jw").to_labels() == {"ZXI": 0.5, "ZYI": 0.5j}
    # Parity: mode 1 flips qubits 1 and 2; its occupation is Z0 Z1.
    assert a1.to_pauli_sum("parity").to_labels() == {"ZXX": 0.5, "IYX": 0.5j}
    assert a1.to_pauli_sum("bravyi_kitaev").to_labels() == {"ZXI": 0.5, "IYI": 0.5j}


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_spins_of_two_orbitals(mapping):
    s2 = spin_squared(2).to_pauli_sum(mapping).to_matrix().toarray()
    values = np.round(np.linalg.eigvalsh(s2), 10)
    # One triplet of two electrons; four doublets of one electron and of three.
    assert sorted(values.tolist()) == [0] * 5 + [0.75] * 8 + [2] * 3
    sz = spin_z(2).to_pauli_sum(mapping)
    number = number_operator(4).to_pauli_sum(mapping)
    for one in (sz, number):
        assert len(one.commutator(spin_squared(2).to_pauli_sum(mapping)).simplify(1e-12)) == 0
    assert sorted(np.round(number.diagonal(), 10)) == [0] + [1] * 4 + [2] * 6 + [3] * 4 + [4]


def test_spin_of_open_shells():
    """All α electrons: S = n/2; one α and one β in one orbital: S = 0."""
    m = 3
    s2, sz = (operator.to_pauli_sum() for operator in (spin_squared(m), spin_z(m)))
    for occupied, spin in (((0, 1, 2), 1.5), ((0, 3), 0.0), ((0, 1), 1.0)):
        index = sum(1 << mode for mode in occupied)
        assert s2.to_matrix()[index, index] == pytest.approx(spin * (spin + 1))
        assert sz.to_matrix()[index, index] == pytest.approx(spin)


def test_particle_numbers():
    hop = FermionSum(3, {((0, 1), (2, 0)): 1.0})
    assert hop.conserves_particles
    assert not (hop + FermionSum.creation(0, 3)).conserves_particles
    assert number_operator(3, [0]).commutator(hop).isclose(hop)


def test_forms():
    hop = FermionSum(4, {((3, 1), (0, 0)): 0.5, (): 0, ((1, 1), (1, 0)): 2})
    assert dict(hop.terms) == {((3, 1), (0, 0)): 0.5, ((1, 1), (1, 0)): 2}
    assert len(hop) == 2
    assert "a3† a0" in repr(hop)
    assert sum([hop, hop]).isclose(2 * hop)
    assert (hop / 2).isclose(0.5 * hop)
    pairs = [(((0, 1),), 1.0), (((0, 1),), 2.0)]
    assert dict(FermionSum.from_terms(2, pairs).terms) == {((0, 1),): 3.0}
    assert len(FermionSum(2).to_pauli_sum()) == 0
    assert FermionSum.identity(2, 3.0).to_pauli_sum().to_labels() == {"II": 3.0}


def test_bad_input_is_refused():
    with pytest.raises(DimensionError, match=r"mode 4 .*0 … 3"):
        FermionSum(4, {((4, 1),): 1.0})
    with pytest.raises(ParameterError, match="action 2"):
        FermionSum(4, {((0, 2),): 1.0})
    with pytest.raises(ParameterError, match="pairs"):
        FermionSum(4, {(3, 0): 1.0})
    with pytest.raises(ParameterError, match="finite"):
        FermionSum(4, {(): np.nan})
    with pytest.raises(ParameterError, match=r"n_modes must be an integer .* got 0"):
        FermionSum(0, {})
    with pytest.raises(ParameterError, match="a @ b"):
        FermionSum(2) * FermionSum(2)
    with pytest.raises(DimensionError, match="2 and 3 modes"):
        FermionSum(2) + FermionSum(3)
    with pytest.raises(ParameterError, match="zero"):
        FermionSum(2) / 0
    with pytest.raises(UnknownNameError, match="did you mean 'parity'"):
        FermionSum(2).to_pauli_sum("partiy")
    with pytest.raises(CapacityError, match="Pauli terms"):
        FermionSum(2, {((0, 1), (0, 0)) * 30: 1.0}).to_pauli_sum()
