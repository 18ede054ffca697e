"""Operator pools and the ansatz grown from them."""

import numpy as np
import pytest
import scipy.optimize

import hybridq as hq
from hybridq.ansatz.adaptive import AdaptiveAnsatz
from hybridq.ansatz.electrons import Electrons
from hybridq.ansatz.pools import POOLS
from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.engines.sector.engine import SectorEngine
from hybridq.operators.fermion import number_operator, spin_squared
from tests.ansatz.electron_samples import molecule
from tests.helpers import slow_twin


def ladder(n, mode, create):
    a = slow_twin.annihilator(n, mode, fermionic=True).real
    return a.T if create else a


@pytest.mark.parametrize(
    ("name", "size"),
    [("sd", 117), ("qubit-sd", 117), ("gsd", 330), ("spin-orbital-gsd", 570), ("qubit", 570)],
)
def test_sizes_for_six_orbitals(name, size):
    pool = POOLS[name]((6, 3, 3))
    assert len(pool) == size
    assert len({operator.name for operator in pool}) == size


def test_generalized_pairs_counted_by_hand():
    """Singles 2·C(6,2); doubles between pairs of modes that share none, αα, ββ and αβ."""
    same = 15 * 6 // 2  # each pair has C(4,2) = 6 disjoint partners
    opposite = 36 * 25 // 2  # each (p, q) has 5·5 partners that share no mode
    assert len(POOLS["spin-orbital-gsd"]((6, 3, 3))) == 2 * 15 + 2 * same + opposite


@pytest.mark.parametrize("m", [2, 3])
def test_singlet_operators_are_those_of_the_source(m):
    """Built here from products of dense ladder matrices, as the formula of the docstring has it."""
    n = 2 * m
    pool = {operator.name: operator for operator in POOLS["gsd"]((m, 1, 1))}
    checked = 0
    pairs = [(p, q) for p in range(m) for q in range(p, m)]
    create = [ladder(n, mode, create=True) for mode in range(n)]
    destroy = [matrix.T for matrix in create]
    for a, (p, q) in enumerate(pairs):
        for r, s in pairs[a:]:
            for coupling, (same, direct, exchange) in {
                "triplet": (2.0, 1.0, 1.0),
                "singlet": (0.0, 1.0, -1.0),
            }.items():
                half = np.zeros((2**n, 2**n))
                for x in (0, m):
                    for y in (0, m):
                        plain = create[r + x] @ destroy[p + x] @ create[s + y] @ destroy[q + y]
                        half += (same if x == y else direct) * plain
                        if x != y:
                            crossed = (
                                create[r + x] @ destroy[p + y] @ create[s + y] @ destroy[q + x]
                            )
                            half += exchange * crossed
                whole = half - half.T
                name = f"{p} {q} -> {r} {s} {coupling}"
                if not np.abs(whole).max() > 1e-12:
                    assert name not in pool
                    continue
                checked += 1
                ours = slow_twin.generator(n, pool[name].excitation()).real
                scale = np.vdot(ours, whole) / np.vdot(ours, ours)
                assert np.allclose(whole, scale * ours, atol=1e-12)
    assert checked + m * (m - 1) // 2 == len(pool)


def test_singlet_operators_keep_number_and_spin_and_have_norm_one():
    for operator in POOLS["gsd"]((3, 1, 1)):
        assert 2 * sum(c * c for c, _ in operator.terms) == pytest.approx(1.0)
    square = spin_squared(2).to_pauli_sum().to_matrix().toarray()
    number = number_operator(4).to_pauli_sum().to_matrix().toarray()
    for operator in POOLS["gsd"]((2, 1, 1)):
        matrix = slow_twin.generator(4, operator.excitation())
        assert np.allclose(matrix @ square, square @ matrix, atol=1e-12)
        assert np.allclose(matrix @ number, number @ matrix, atol=1e-12)


def test_qubit_pools_have_no_fermionic_signs():
    for operator in POOLS["qubit-gsd"]((3, 1, 1)):
        assert all(not transition.fermionic for _, transition in operator.terms)
        assert all(transition.sign_mask == 0 for _, transition in operator.terms)


def test_first_steps_of_adapt_as_published():
    """H6, 1.5 Å: energies after 1, 2 and 3 operators (Grimsley et al. 2019, authors' output)."""
    sample = molecule("h6_sto3g")
    pool = POOLS["gsd"](sample)
    operators = [operator.excitation() for operator in pool]
    ansatz = AdaptiveAnsatz(Electrons.of(sample))
    x = np.zeros(0)
    for published in (-2.771116692, -2.796675847, -2.857521628):
        engine = SectorEngine(ansatz.circuit, sample.electronic)
        gradients = engine.operator_gradients(x, operators)
        ansatz = ansatz.append(pool[int(np.argmax(np.abs(gradients)))])
        engine = SectorEngine(ansatz.circuit, sample.electronic)
        found = scipy.optimize.minimize(
            engine.expectation_and_gradient, np.append(x, 0.0), jac=True, method="BFGS", tol=1e-8
        )
        x = found.x
        assert found.fun == pytest.approx(published, abs=1e-8)
    assert ansatz.names[0] == "0 2 -> 3 5 singlet"


def test_an_ansatz_grows_and_comes_back_from_its_names():
    electrons = Electrons.of((2, 1, 1))
    pool = POOLS["sd"](electrons)
    start = AdaptiveAnsatz(electrons)
    assert start.n_params == 0
    grown = start.append(pool[2]).append(pool[0], pool[2])
    assert start.n_params == 0
    assert grown.n_params == 3
    assert grown.describe()["operators"] == [pool[2].name, pool[0].name, pool[2].name]
    again = AdaptiveAnsatz.from_names(electrons, pool, grown.names)
    x = [0.3, -0.2, 0.5]
    assert np.allclose(slow_twin.run(again.circuit, x), slow_twin.run(grown.circuit, x))


def test_names_read_as_orbital_and_spin():
    names = [operator.name for operator in POOLS["sd"]((2, 1, 1))]
    assert names == ["0a -> 1a", "0b -> 1b", "0b 0a -> 1a 1b"]


def test_unknown_names():
    with pytest.raises(UnknownNameError, match="'gsd'"):
        POOLS["gds"]
    electrons = Electrons.of((2, 1, 1))
    with pytest.raises(UnknownNameError, match="0a -> 1a"):
        AdaptiveAnsatz.from_names(electrons, POOLS["sd"](electrons), ["0a -> 1b"])


def test_open_shell_pools():
    sample = molecule("qiskit_nature_oh")
    electrons = Electrons.of(sample)
    assert len(POOLS["sd"](sample)) == len(electrons.singles()) + len(electrons.doubles())
    assert hq.UCCSD(sample, symmetry=False).n_params == len(POOLS["sd"](sample))


def test_the_singlet_pool_needs_shared_orbitals():
    one_body = np.stack([np.diag([0.0, 1.0]), np.diag([0.0, 2.0])])
    electronic = hq.ElectronicHamiltonian(0.0, one_body, np.zeros((3, 2, 2, 2, 2)))
    with pytest.raises(ParameterError, match="spin-orbital-gsd"):
        POOLS["gsd"](hq.Molecule(electronic, 1, 1))
