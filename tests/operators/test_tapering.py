"""Z2 symmetries: found, used, and undone."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import DimensionError, ParameterError
from hybridq.operators import (
    PauliSum,
    encoding,
    number_operator,
    sector_of,
    spin_models,
    spin_squared,
    taper,
    two_qubit_reduction,
    z2_symmetries,
)
from tests.operators.dense_paulis import label_lists
from tests.operators.test_electronic import H2_CONSTANT, h2, random_electronic


def spectrum(operator):
    return np.linalg.eigvalsh(operator.to_matrix().toarray())


def labels(symmetries):
    return [next(iter(symmetry.to_labels())) for symmetry in symmetries]


def check_all_sectors(hamiltonian, symmetries):
    """The sectors' spectra make up the whole, and their states are the whole's eigenstates."""
    found = []
    for sector in itertools.product((1, -1), repeat=len(symmetries)):
        tapered = taper(hamiltonian, symmetries, sector)
        values, vectors = np.linalg.eigh(tapered.hamiltonian.to_matrix().toarray())
        found += values.tolist()
        state = tapered.expand_state(vectors[:, 0])
        assert np.linalg.norm(state) == pytest.approx(1.0)
        np.testing.assert_allclose(hamiltonian.to_matrix() @ state, values[0] * state, atol=1e-9)
        for symmetry, value in zip(symmetries, sector, strict=True):
            np.testing.assert_allclose(symmetry.to_matrix() @ state, value * state, atol=1e-12)
    np.testing.assert_allclose(np.sort(found), spectrum(hamiltonian), atol=1e-9)


@given(st.integers(2, 4).flatmap(lambda n: label_lists(n, coefficients=st.just(1.0), max_size=4)))
@settings(max_examples=60, deadline=None)
def test_sectors_together_have_the_whole_spectrum(terms):
    rng = np.random.default_rng(len(terms))
    hamiltonian = PauliSum.from_labels([(label, rng.normal()) for label, _ in terms])
    symmetries = z2_symmetries(hamiltonian)
    check_all_sectors(hamiltonian, symmetries[: hamiltonian.n_qubits - 1])


@given(st.integers(1, 4).flatmap(lambda n: label_lists(n, coefficients=st.just(1.0))))
def test_symmetries_commute_with_all_and_are_independent(terms):
    hamiltonian = PauliSum.from_labels(terms)
    found = z2_symmetries(hamiltonian)
    for symmetry in found:
        assert symmetry.coefficients.tolist() == [1.0]
        assert len(symmetry.commutator(hamiltonian)) == 0
        assert all(len(symmetry.commutator(other)) == 0 for other in found)
    products = set()
    for chosen in itertools.product((False, True), repeat=len(found)):
        product = PauliSum.identity(hamiltonian.n_qubits)
        for symmetry in itertools.compress(found, chosen):
            product = product @ symmetry
        products.add(next(iter(product.to_labels())))
    assert len(products) == 2 ** len(found)


def test_symmetries_of_h2():
    """Three of them leave one qubit (Bravyi et al. 2017, arXiv:1701.08213)."""
    hamiltonian = h2().pauli_sum
    symmetries = z2_symmetries(hamiltonian)
    assert labels(symmetries) == ["ZIIZ", "IZIZ", "IIZZ"]
    determinant = [1, 0, 1, 0]
    assert sector_of(symmetries, determinant) == (-1, 1, -1)
    tapered = taper(hamiltonian, reference=determinant)
    assert tapered.hamiltonian.n_qubits == 1
    assert spectrum(tapered.hamiltonian)[0] == pytest.approx(-1.1373060357534, abs=1e-10)
    check_all_sectors(hamiltonian, symmetries)


def test_two_qubit_hamiltonian_of_h2_by_parity_reduction():
    """Values of qiskit-algorithms' tests; its labels have qubit 0 on the right."""
    electronic = h2()
    tapered = two_qubit_reduction(electronic.to_pauli_sum("parity"), 1, 1)
    assert tapered.removed == (1, 3)
    expected = PauliSum.from_labels(
        {
            "II": -1.052373245772859,
            "ZI": 0.39793742484318045,
            "IZ": -0.39793742484318045,
            "ZZ": -0.01128010425623538,
            "XX": 0.18093119978423156,
        }
    )
    electronic_part = tapered.hamiltonian - PauliSum.identity(2, H2_CONSTANT)
    assert electronic_part.isclose(expected, 1e-10)
    np.testing.assert_allclose(
        spectrum(electronic_part),
        [-1.85727503, -1.24458455, -0.88272215, -0.22491125],
        atol=5e-9,
    )


@pytest.mark.parametrize(("n_alpha", "n_beta"), [(0, 1), (1, 1), (1, 2), (2, 2)])
def test_two_qubit_reduction_keeps_the_sector_of_the_parities(n_alpha, n_beta):
    electronic = random_electronic(2, 5)
    hamiltonian = electronic.to_pauli_sum("parity")
    tapered = two_qubit_reduction(hamiltonian, n_alpha, n_beta)
    full, _ = np.linalg.eigh(electronic.pauli_sum.to_matrix().toarray())
    parities = electronic.pauli_sum.to_matrix().toarray()
    index = np.arange(16)
    alpha = (index & 1) + (index >> 1 & 1)
    beta = (index >> 2 & 1) + (index >> 3 & 1)
    inside = (alpha % 2 == n_alpha % 2) & (beta % 2 == n_beta % 2)
    expected = np.linalg.eigvalsh(parities[np.ix_(inside, inside)])
    np.testing.assert_allclose(spectrum(tapered.hamiltonian), expected, atol=1e-10)
    assert np.isin(expected.round(8), full.round(8)).all()


def test_other_operators_and_bits_follow_the_hamiltonian():
    hamiltonian = h2().to_pauli_sum("parity")
    code = encoding("parity", 4)
    tapered = two_qubit_reduction(hamiltonian, 1, 1)
    bits = tapered.expand_bits([[0, 0], [1, 0], [0, 1], [1, 1]])
    occupations = code.decode(bits)
    # One α electron always, and one β electron.
    np.testing.assert_array_equal(occupations[:, :2].sum(axis=1), 1)
    np.testing.assert_array_equal(occupations[:, 2:].sum(axis=1), 1)
    np.testing.assert_array_equal(tapered.expand_bits([1, 0]), bits[1])
    number = tapered.taper(number_operator(4).to_pauli_sum("parity"))
    assert number.isclose(PauliSum.identity(2, 2.0))
    values, vectors = np.linalg.eigh(tapered.hamiltonian.to_matrix().toarray())
    spin = tapered.taper(spin_squared(2).to_pauli_sum("parity")).to_matrix()
    assert np.vdot(vectors[:, 0], spin @ vectors[:, 0]) == pytest.approx(0.0, abs=1e-12)
    # For symmetries of Z alone amplitudes move, and nothing else.
    state = tapered.expand_state(np.arange(1.0, 5.0))
    indices = bits.astype(int) @ (1 << np.arange(4))
    np.testing.assert_allclose(state[indices], np.arange(1.0, 5.0), atol=1e-12)
    assert values[0] == pytest.approx(-1.1373060357534, abs=1e-10)


def test_spin_flip_symmetry_of_the_ising_chain():
    hamiltonian = spin_models.tfim(4, h=0.7)
    symmetries = z2_symmetries(hamiltonian)
    assert labels(symmetries) == ["XXXX"]
    check_all_sectors(hamiltonian, symmetries)
    with pytest.raises(ParameterError, match="not real and diagonal"):
        sector_of(symmetries, [0, 0, 0, 0])
    with pytest.raises(ParameterError, match="not real and diagonal"):
        taper(hamiltonian, symmetries, [1]).expand_bits([0, 0, 0])


def test_bad_input_is_refused():
    hamiltonian = PauliSum.from_labels({"XXI": 1.0, "IZZ": 0.5})
    xxx, zzz, zii = (PauliSum.from_labels({label: 1.0}) for label in ("XXX", "ZZI", "ZII"))
    with pytest.raises(ParameterError, match=r"either sector, .* or reference,"):
        taper(hamiltonian)
    with pytest.raises(ParameterError, match=r"either sector, .* or reference,"):
        taper(hamiltonian, [zzz], [1], reference=[0, 0, 0])
    with pytest.raises(DimensionError, match="1 symmetries, but a sector of 2"):
        taper(hamiltonian, [zzz], [1, 1])
    with pytest.raises(ParameterError, match=r"\+1 or -1"):
        taper(hamiltonian, [zzz], [0])
    with pytest.raises(ParameterError, match="X0 X1 does not commute"):
        taper(hamiltonian, [zii], [1])
    with pytest.raises(ParameterError, match="anticommute"):
        taper(hamiltonian, [xxx, zii], [1, 1])
    with pytest.raises(ParameterError, match="product of those before"):
        taper(hamiltonian, [zzz, zzz], [1, 1])
    with pytest.raises(ParameterError, match="coefficient 1"):
        taper(hamiltonian, [2 * zzz], [1])
    with pytest.raises(DimensionError, match="4 qubits, the Hamiltonian on 3"):
        taper(hamiltonian, [PauliSum.from_labels({"ZZZZ": 1.0})], [1])
    with pytest.raises(ParameterError, match="leave none of 1 qubits"):
        taper(PauliSum.from_labels({"Z": 1.0}), sector=[1])
    with pytest.raises(DimensionError, match="two-qubit reduction"):
        two_qubit_reduction(hamiltonian, 1, 1)
    with pytest.raises(DimensionError, match="state must have shape"):
        taper(hamiltonian, [zzz], [1]).expand_state(np.ones(8))
