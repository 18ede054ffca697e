"""Integrals to Pauli terms."""

import numpy as np
import pytest

from hybridq.core.errors import DimensionError, ProblemError, UnknownNameError
from hybridq.operators import ElectronicHamiltonian, FermionSum
from hybridq.operators.mappings import MAPPINGS
from tests.helpers.slow_twin import annihilator

# H2 at 0.735 Å in STO-3G, in hartree, written with PySCF 2.14.
H2_CONSTANT = 0.7199689944489797
H2_ONE_BODY = np.diag([-1.25633907300325, -0.4718960072811418])
H2_TWO_BODY = {
    (0, 0, 0, 0): 0.6757101548035163,
    (1, 0, 1, 0): 0.1809311997842314,
    (1, 1, 0, 0): 0.6645817302552964,
    (1, 1, 1, 1): 0.6985737227320177,
}


def h2():
    two_body = np.zeros((2, 2, 2, 2))
    for (p, q, r, s), value in H2_TWO_BODY.items():
        for a, b, c, d in ((p, q, r, s), (q, p, r, s), (p, q, s, r), (q, p, s, r)):
            two_body[a, b, c, d] = two_body[c, d, a, b] = value
    return ElectronicHamiltonian(H2_CONSTANT, np.stack([H2_ONE_BODY] * 2), np.stack([two_body] * 3))


def random_electronic(n_orbitals, seed):
    """Unrestricted integrals with the symmetries of real orbitals and nothing else."""
    rng = np.random.default_rng(seed)
    h = rng.normal(size=(2, *[n_orbitals] * 2))
    g = rng.normal(size=(3, *[n_orbitals] * 4))
    g = g + g.transpose(0, 2, 1, 3, 4)
    g = g + g.transpose(0, 1, 2, 4, 3)
    g[::2] += g[::2].transpose(0, 3, 4, 1, 2)
    return ElectronicHamiltonian(rng.normal(), h + h.transpose(0, 2, 1), g)


def dense(electronic):
    """The definition, with dense Jordan-Wigner ladder operators."""
    m = electronic.n_orbitals
    a = [annihilator(2 * m, mode, True).real for mode in range(2 * m)]
    total = electronic.constant * np.eye(4**m)
    blocks = {(0, 0): 0, (0, 1): 1, (1, 1): 2}
    for (p, q), _ in np.ndenumerate(electronic.one_body[0]):
        for spin in (0, 1):
            hop = a[p + m * spin].T @ a[q + m * spin]
            total = total + electronic.one_body[spin, p, q] * hop
    for (p, q, r, s), _ in np.ndenumerate(electronic.two_body[0]):
        for one in (0, 1):
            for two in (0, 1):
                if one <= two:
                    value = electronic.two_body[blocks[one, two], p, q, r, s]
                else:
                    value = electronic.two_body[1, r, s, p, q]
                product = a[p + m * one].T @ a[r + m * two].T @ a[s + m * two] @ a[q + m * one]
                total = total + 0.5 * value * product
    return total


@pytest.mark.parametrize("seed", range(3))
def test_jordan_wigner_matches_the_definition_of_unrestricted_integrals(seed):
    electronic = random_electronic(2, seed)
    np.testing.assert_allclose(
        electronic.pauli_sum.to_matrix().toarray(), dense(electronic), atol=1e-12
    )


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_mappings_agree_with_the_ladder_operators_of_the_definition(mapping):
    electronic = random_electronic(3, 7)
    fermions = FermionSum.from_electronic(electronic)
    assert fermions.is_hermitian()
    mapped = electronic.to_pauli_sum(mapping)
    assert mapped.isclose(fermions.to_pauli_sum(mapping), 1e-11)
    assert not mapped.coefficients.imag.any()


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_all_mappings_have_one_spectrum(mapping):
    electronic = random_electronic(2, 3)
    expected = np.linalg.eigvalsh(electronic.pauli_sum.to_matrix().toarray())
    found = np.linalg.eigvalsh(electronic.to_pauli_sum(mapping).to_matrix().toarray())
    np.testing.assert_allclose(found, expected, atol=1e-11)


def test_h2_in_jordan_wigner_has_the_published_coefficients():
    """Electronic part, Seeley, Richard, Love 2012 in form; values as in qiskit and OpenFermion."""
    labels = h2().pauli_sum.to_labels()
    found = {label: c.real for label, c in labels.items()}
    expected = {"IIII": -0.8105479805 + H2_CONSTANT}
    # Qubits 0 and 2 are the occupied orbital, 1 and 3 the virtual one.
    expected |= {"ZIII": 0.1721839326, "IIZI": 0.1721839326}
    expected |= {"IZII": -0.2257534922, "IIIZ": -0.2257534922}
    expected |= {"ZIZI": 0.1689275387, "IZIZ": 0.1746434307}
    expected |= {"ZZII": 0.1209126326, "IIZZ": 0.1209126326}
    expected |= {"ZIIZ": 0.1661454326, "IZZI": 0.1661454326}
    flips = {"XXXX", "XXYY", "YYXX", "YYYY"}
    assert set(found) == set(expected) | flips
    for label, value in expected.items():
        assert found[label] == pytest.approx(value, abs=1e-10)
    for label in flips:
        assert abs(found[label]) == pytest.approx(0.0452327999, abs=1e-10)


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_h2_full_configuration_interaction_energy(mapping):
    lowest = np.linalg.eigvalsh(h2().to_pauli_sum(mapping).to_matrix().toarray())[0]
    assert lowest == pytest.approx(-1.1373060357534, abs=1e-10)


def test_restricted_integrals_are_recognized():
    assert h2().is_restricted
    assert not random_electronic(2, 0).is_restricted


def test_small_integrals_leave_no_terms():
    one_body = np.zeros((2, 2, 2))
    one_body[:, 0, 1] = one_body[:, 1, 0] = 1e-13
    electronic = ElectronicHamiltonian(1.5, one_body, np.zeros((3, 2, 2, 2, 2)))
    assert electronic.pauli_sum.to_labels() == {"IIII": 1.5}


def test_more_than_one_word_of_modes():
    one_body = np.zeros((2, 33, 33))
    one_body[1, 0, 32] = one_body[1, 32, 0] = 2.0
    electronic = ElectronicHamiltonian(0.0, one_body, np.zeros((3, *[33] * 4)))
    strings = {paulis: qubits for paulis, qubits, _ in electronic.pauli_sum}
    assert strings["X" + "Z" * 31 + "X"] == tuple(range(33, 66))
    assert [c for *_, c in electronic.pauli_sum] == [1.0, 1.0]


def test_wrong_integrals_are_refused():
    h, g = np.zeros((2, 2, 2)), np.zeros((3, 2, 2, 2, 2))
    with pytest.raises(DimensionError, match=r"\(2, 2\).*give \(2, m, m\)"):
        ElectronicHamiltonian(0.0, h[0], g)
    with pytest.raises(DimensionError):
        ElectronicHamiltonian(0.0, h, g[:1])
    with pytest.raises(ProblemError, match="not finite"):
        ElectronicHamiltonian(np.nan, h, g)
    skewed = h.copy()
    skewed[0, 0, 1] = 0.5
    with pytest.raises(ProblemError, match=r"\(p\|q\) differs from \(q\|p\) by 0.5"):
        ElectronicHamiltonian(0.0, skewed, g)
    physicists = g.copy()
    physicists[0, 0, 1, 0, 1] = 0.5
    with pytest.raises(ProblemError, match="chemists' order"):
        ElectronicHamiltonian(0.0, h, physicists)
    with pytest.raises(UnknownNameError, match="jordan-wigner"):
        h2().to_pauli_sum("jordan-wagner")
