"""Conversion from and to operators of Qiskit and OpenFermion.

Both packages are optional and imported on use.
"""

from __future__ import annotations

import importlib
from typing import Any

from hybridq.core.errors import MissingExtraError, ParameterError
from hybridq.operators.fermion import FermionSum
from hybridq.operators.pauli_sum import PauliSum


def load_extra(module: str, extra: str, purpose: str) -> Any:
    """Return a module of an optional package.

    Args:
        module: the module's name; its first part is the package.
        extra: the extra of hybridq that brings the package.
        purpose: the function that needs it, for the message.

    Raises:
        MissingExtraError: it is not installed; the message gives the pip command.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        if error.name is not None and error.name.partition(".")[0] != package:
            raise  # the package is installed, and a dependency of it is missing
        raise MissingExtraError(package, extra, purpose) from None


def to_qiskit(operator: PauliSum) -> Any:
    """Return the operator as a `SparsePauliOp` of Qiskit; qubit q stays qubit q.

    Raises:
        MissingExtraError: Qiskit is not installed.
    """
    info = load_extra("qiskit.quantum_info", "qiskit", "to_qiskit")
    terms = [(paulis, list(qubits), c) for paulis, qubits, c in operator.to_sparse()]
    if not terms:
        terms = [("", [], 0.0)]
    return info.SparsePauliOp.from_sparse_list(terms, num_qubits=operator.n_qubits)


def from_qiskit(operator: Any) -> PauliSum:
    """Return a `SparsePauliOp` or `Pauli` of Qiskit as a Pauli sum.

    Qubit q stays qubit q.

    Raises:
        MissingExtraError: Qiskit is not installed.
        ParameterError: another type, or a coefficient with an unbound parameter.
    """
    info = load_extra("qiskit.quantum_info", "qiskit", "from_qiskit")
    if isinstance(operator, info.Pauli):
        operator = info.SparsePauliOp(operator)
    if not isinstance(operator, info.SparsePauliOp):
        raise ParameterError(
            argument="operator", value=operator, expected="a SparsePauliOp or a Pauli"
        )
    if operator.coeffs.dtype == object:
        raise ParameterError(
            "the SparsePauliOp has unbound parameters: bind them with assign_parameters first"
        )
    return PauliSum.from_sparse(operator.to_sparse_list(), operator.num_qubits)


def from_other_package(operator: object) -> PauliSum | None:
    """Return an operator of Qiskit or OpenFermion as a Pauli sum, else None."""
    package = type(operator).__module__.partition(".")[0]
    if package == "qiskit":
        return from_qiskit(operator)
    return from_openfermion(operator) if package == "openfermion" else None


def to_openfermion(operator: PauliSum) -> Any:
    """Return the operator as an `openfermion.QubitOperator`; qubit q stays qubit q.

    Raises:
        MissingExtraError: OpenFermion is not installed.
    """
    openfermion = load_extra("openfermion", "openfermion", "to_openfermion")
    result = openfermion.QubitOperator()
    result.terms = {
        tuple(zip(qubits, paulis, strict=True)): c
        for paulis, qubits, c in operator.simplify().to_sparse()
    }
    return result


def from_openfermion(operator: Any, n_qubits: int | None = None) -> PauliSum:
    """Return an OpenFermion operator on qubits or fermions as a Pauli sum.

    A `QubitOperator` is taken qubit by qubit. A `FermionOperator` has α and β modes in turns; they
    are put in blocks, all α before all β, and mapped by Jordan and Wigner.

    Args:
        operator: the OpenFermion operator.
        n_qubits: qubits, or modes; as many as the operator reaches by default, for a
            `FermionOperator` an even number.

    Raises:
        MissingExtraError: OpenFermion is not installed.
        ParameterError: another type, or a coefficient that is not a number.
        DimensionError: the operator reaches beyond `n_qubits`.
    """
    openfermion = load_extra("openfermion", "openfermion", "from_openfermion")
    if isinstance(operator, openfermion.QubitOperator):
        terms = [
            ("".join(p for _, p in product), [q for q, _ in product], _number(c))
            for product, c in operator.terms.items()
        ]
        reach = max((q for _, qubits, _ in terms for q in qubits), default=0) + 1
        return PauliSum.from_sparse(terms, reach if n_qubits is None else n_qubits)
    if isinstance(operator, openfermion.FermionOperator):
        return _blocked(operator, n_qubits).to_pauli_sum()
    raise ParameterError(
        argument="operator",
        value=operator,
        expected="a QubitOperator or a FermionOperator",
        remedy="openfermion.get_fermion_operator converts it",
    )


def _blocked(operator: Any, n_modes: int | None) -> FermionSum:
    """Return a `FermionOperator` with mode 2p + σ renamed p + σ m."""
    reach = max((mode for product in operator.terms for mode, _ in product), default=0) + 1
    n = reach + reach % 2 if n_modes is None else n_modes
    if n % 2 or n < reach:
        raise ParameterError(
            argument="n_qubits",
            value=n,
            expected=f"an even number >= {reach}, the number of modes",
        )
    m = n // 2
    return FermionSum.from_terms(
        n,
        (
            (tuple((mode // 2 + m * (mode % 2), action) for mode, action in product), _number(c))
            for product, c in operator.terms.items()
        ),
    )


def _number(coefficient: Any) -> complex:
    try:
        return complex(coefficient)
    except (TypeError, ValueError, OverflowError):
        raise ParameterError(
            f"the coefficient {coefficient!s:.40} is not a number: substitute its symbols first"
        ) from None
