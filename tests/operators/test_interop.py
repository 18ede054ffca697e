"""Operators of Qiskit and OpenFermion become ours and go back, as the same matrices."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import MissingExtraError, ParameterError
from hybridq.operators.interop import (
    from_openfermion,
    from_qiskit,
    to_openfermion,
    to_qiskit,
)
from hybridq.operators.pauli_sum import PauliSum

SUM = PauliSum.from_labels({"IIII": -1.0, "XIZI": 0.5, "IYYX": -0.25 + 0.125j, "IIIZ": 2.0})


def dense(operator: PauliSum) -> np.ndarray:
    return operator.to_matrix().toarray()


def test_qiskit_has_the_same_matrix_and_gives_it_back() -> None:
    info = pytest.importorskip("qiskit.quantum_info")
    theirs = to_qiskit(SUM)
    assert isinstance(theirs, info.SparsePauliOp)
    # Qiskit's matrices have qubit 0 as the lowest bit too.
    assert theirs.to_matrix() == pytest.approx(dense(SUM), abs=1e-15)
    assert from_qiskit(theirs) == SUM
    assert from_qiskit(to_qiskit(PauliSum.zero(2))).isclose(PauliSum.zero(2))


def test_qiskit_labels_have_qubit_0_on_the_right() -> None:
    info = pytest.importorskip("qiskit.quantum_info")
    assert from_qiskit(info.SparsePauliOp(["IXZ"], [0.5])) == PauliSum.from_labels({"ZXI": 0.5})
    assert from_qiskit(info.Pauli("-iXY")) == PauliSum.from_labels({"YX": -1j})


def test_what_qiskit_cannot_give_is_refused() -> None:
    pytest.importorskip("qiskit.quantum_info")
    from qiskit.circuit import Parameter
    from qiskit.quantum_info import SparsePauliOp

    with pytest.raises(ParameterError, match="unbound"):
        from_qiskit(SparsePauliOp(["X"], np.array([Parameter("a")])))
    with pytest.raises(ParameterError, match="a Pauli, got 'XX'"):
        from_qiskit("XX")


def test_openfermion_qubit_operators_go_both_ways() -> None:
    openfermion = pytest.importorskip("openfermion")
    theirs = to_openfermion(SUM)
    assert from_openfermion(theirs) == SUM
    assert theirs == openfermion.QubitOperator("", -1) + openfermion.QubitOperator(
        "X0 Z2", 0.5
    ) + openfermion.QubitOperator("Y1 Y2 X3", -0.25 + 0.125j) + openfermion.QubitOperator("Z3", 2)
    assert from_openfermion(openfermion.QubitOperator("X1"), n_qubits=3).n_qubits == 3


def test_openfermion_fermions_are_put_in_blocks() -> None:
    openfermion = pytest.importorskip("openfermion")
    number = openfermion.FermionOperator("1^ 1")  # orbital 0, spin β
    assert from_openfermion(number, n_qubits=4) == PauliSum.from_labels({"IIII": 0.5, "IIZI": -0.5})
    rng = np.random.default_rng(3)
    operator = openfermion.FermionOperator()
    for _ in range(12):
        i, j, k, l = (int(mode) for mode in rng.integers(0, 6, size=4))  # noqa: E741
        operator += openfermion.FermionOperator(f"{i}^ {j}^ {k} {l}", rng.normal())
        operator += openfermion.FermionOperator(f"{i}^ {j}", rng.normal())
    operator += openfermion.hermitian_conjugated(operator)
    theirs = openfermion.get_sparse_operator(operator, 6).toarray()
    ours = dense(from_openfermion(operator, 6))
    assert np.linalg.eigvalsh(ours) == pytest.approx(np.linalg.eigvalsh(theirs), abs=1e-10)
    with pytest.raises(ParameterError, match=r"n_qubits must be an even number .* got 3"):
        from_openfermion(number, n_qubits=3)


def test_a_molecules_fermion_operator_is_its_hamiltonian() -> None:
    openfermion = pytest.importorskip("openfermion")
    from pathlib import Path

    from openfermion.testing import data as folder

    from hybridq.problems import Molecule

    path = Path(folder.__path__[0]) / "H2_sto-3g_singlet_0.7414.hdf5"
    data = openfermion.MolecularData(filename=str(path))
    data.load()
    fermions = openfermion.get_fermion_operator(data.get_molecular_hamiltonian())
    assert from_openfermion(fermions).isclose(Molecule.from_openfermion(data).hamiltonian, 1e-10)


def test_what_openfermion_cannot_give_is_refused() -> None:
    openfermion = pytest.importorskip("openfermion")
    sympy = pytest.importorskip("sympy")
    with pytest.raises(ParameterError, match="or a FermionOperator, got"):
        from_openfermion(openfermion.BosonOperator("0^ 0"))
    with pytest.raises(ParameterError, match="symbols"):
        from_openfermion(openfermion.QubitOperator("X0", sympy.Symbol("a")))


@pytest.mark.parametrize(
    ("package", "call"),
    [
        ("qiskit", lambda: to_qiskit(SUM)),
        ("qiskit", lambda: from_qiskit(SUM)),
        ("openfermion", lambda: to_openfermion(SUM)),
        ("openfermion", lambda: from_openfermion(SUM)),
    ],
)
def test_a_missing_package_is_reported_with_the_command(monkeypatch, package, call) -> None:
    for module in [package, *(name for name in sys.modules if name.startswith(f"{package}."))]:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=rf"pip install {package}"):
        call()


def test_solve_takes_an_operator_of_qiskit_with_its_qubits():
    info = pytest.importorskip("qiskit.quantum_info")
    operator = info.SparsePauliOp.from_list([("ZZI", 1.0), ("IIX", 0.5), ("XII", -0.25)])
    result = hq.solve(operator, rng=1)
    lowest = np.linalg.eigvalsh(operator.to_matrix())[0]
    assert result.energy.exact == pytest.approx(lowest)
    assert result.problem.n_qubits == 3
