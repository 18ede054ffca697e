"""Conversion from and to operators of Qiskit, OpenFermion, PennyLane and Cirq.

The packages are optional and imported on use. Methods of `PauliSum` call these functions.
"""

from __future__ import annotations

from typing import Any

from hybridq.core.errors import ParameterError
from hybridq.core.extras import load_extra
from hybridq.operators.fermion import FermionSum
from hybridq.operators.pauli_sum import PauliSum


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
    """Return an operator of another package as a Pauli sum, else None."""
    package = type(operator).__module__.partition(".")[0]
    readers = {
        "qiskit": from_qiskit,
        "openfermion": from_openfermion,
        "pennylane": from_pennylane,
        "cirq": from_cirq,
    }
    return readers[package](operator) if package in readers else None


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


def to_pennylane(operator: PauliSum) -> Any:
    """Return the operator as a sum of PennyLane; qubit q becomes wire q.

    Wire 0 is the highest bit of the index of PennyLane's matrices.

    Raises:
        MissingExtraError: PennyLane is not installed.
    """
    qml = load_extra("pennylane", "pennylane", "to_pennylane")
    terms = {
        qml.pauli.PauliWord(dict(zip(qubits, paulis, strict=True))): c if c.imag else c.real
        for paulis, qubits, c in operator.simplify().to_sparse()
    }
    return qml.pauli.PauliSentence(terms).operation(wire_order=range(operator.n_qubits))


def from_pennylane(operator: Any, n_qubits: int | None = None) -> PauliSum:
    """Return an operator of PennyLane as a Pauli sum; wire q becomes qubit q.

    Args:
        operator: made of Pauli operators, or a ``PauliSentence`` or ``PauliWord``; its wires are
            integers from 0.
        n_qubits: width; as wide as the operator reaches by default.

    Raises:
        MissingExtraError: PennyLane is not installed.
        ParameterError: it is not made of Pauli operators, or has other wires.
        DimensionError: the operator reaches beyond `n_qubits`.
    """
    qml = load_extra("pennylane", "pennylane", "from_pennylane")
    if isinstance(operator, qml.pauli.PauliWord):
        operator = qml.pauli.PauliSentence({operator: 1.0})
    if not isinstance(operator, qml.pauli.PauliSentence):
        found = getattr(operator, "pauli_rep", None)
        if found is None:
            raise ParameterError(
                argument="operator",
                value=operator,
                expected="a sum of products of Pauli operators",
                remedy="qml.pauli_decompose converts a matrix",
            )
        operator, wires = found, operator.wires.tolist()
    else:
        wires = operator.wires.tolist()
    if not all(isinstance(wire, int) and wire >= 0 for wire in wires):
        raise ParameterError(
            argument="operator",
            value=wires,
            expected="wires 0, 1, 2, ...",
            remedy="qml.map_wires renames them",
        )
    terms = [
        ("".join(word.values()), list(word.keys()), _number(c)) for word, c in operator.items()
    ]
    reach = max(wires, default=0) + 1
    return PauliSum.from_sparse(terms, reach if n_qubits is None else n_qubits)


def to_cirq(operator: PauliSum) -> Any:
    """Return the operator as a ``cirq.PauliSum``; qubit q becomes ``LineQubit(q)``.

    Qubit 0 is the highest bit of the index of Cirq's matrices.

    Raises:
        MissingExtraError: Cirq is not installed.
    """
    cirq = load_extra("cirq", "cirq", "to_cirq")
    return cirq.PauliSum.from_pauli_strings(
        cirq.PauliString(
            c, {cirq.LineQubit(q): getattr(cirq, p) for p, q in zip(paulis, qubits, strict=True)}
        )
        for paulis, qubits, c in operator.simplify().to_sparse()
    )


def from_cirq(operator: Any, n_qubits: int | None = None) -> PauliSum:
    """Return a ``PauliSum`` or ``PauliString`` of Cirq.

    ``LineQubit(q)`` becomes qubit q.

    Args:
        operator: of Cirq, on `LineQubit`s from 0.
        n_qubits: width; as wide as the operator reaches by default.

    Raises:
        MissingExtraError: Cirq is not installed.
        ParameterError: another object, or other qubits.
        DimensionError: the operator reaches beyond `n_qubits`.
    """
    cirq = load_extra("cirq", "cirq", "from_cirq")
    if isinstance(operator, cirq.PauliString):
        operator = cirq.PauliSum.from_pauli_strings(operator)
    if not isinstance(operator, cirq.PauliSum):
        raise ParameterError(argument="operator", value=operator, expected="a cirq.PauliSum")
    lines = operator.qubits
    if not all(isinstance(qubit, cirq.LineQubit) and qubit.x >= 0 for qubit in lines):
        raise ParameterError(
            argument="operator", value=list(lines), expected="LineQubits 0, 1, 2, ..."
        )
    terms = [
        (
            "".join(str(pauli) for _, pauli in term.items()),
            [qubit.x for qubit, _ in term.items()],
            _number(term.coefficient),
        )
        for term in operator
    ]
    reach = max((qubit.x for qubit in lines), default=0) + 1
    return PauliSum.from_sparse(terms, reach if n_qubits is None else n_qubits)
