"""Methods of `PauliSum` that convert from and to operators of other packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from hybridq.operators.pauli_sum import PauliSum


class PauliConversions:
    """Operators of Qiskit, OpenFermion, PennyLane and Cirq."""

    def to_qiskit(self) -> Any:
        """Return the operator as a ``SparsePauliOp`` of Qiskit; qubit q stays qubit q.

        Raises:
            MissingExtraError: Qiskit is not installed.
        """
        from hybridq.operators.interop import to_qiskit

        return to_qiskit(cast("PauliSum", self))

    @staticmethod
    def from_qiskit(operator: Any) -> PauliSum:
        """Return a ``SparsePauliOp`` or ``Pauli`` of Qiskit; qubit q stays qubit q.

        Raises:
            MissingExtraError: Qiskit is not installed.
            ParameterError: another type, or a coefficient with an unbound parameter.
        """
        from hybridq.operators.interop import from_qiskit

        return from_qiskit(operator)

    def to_openfermion(self) -> Any:
        """Return the operator as an ``openfermion.QubitOperator``; qubit q stays qubit q.

        Raises:
            MissingExtraError: OpenFermion is not installed.
        """
        from hybridq.operators.interop import to_openfermion

        return to_openfermion(cast("PauliSum", self))

    @staticmethod
    def from_openfermion(operator: Any, n_qubits: int | None = None) -> PauliSum:
        """Return an OpenFermion operator on qubits or fermions.

        A ``FermionOperator`` is put in blocks, all α before all β, and mapped by Jordan and
        Wigner.

        Args:
            operator: of OpenFermion.
            n_qubits: width; as wide as the operator reaches by default.

        Raises:
            MissingExtraError: OpenFermion is not installed.
            ParameterError: another type, or a coefficient that is not a number.
            DimensionError: the operator reaches beyond `n_qubits`.
        """
        from hybridq.operators.interop import from_openfermion

        return from_openfermion(operator, n_qubits)

    def to_pennylane(self) -> Any:
        """Return the operator as a sum of PennyLane; qubit q becomes wire q.

        Raises:
            MissingExtraError: PennyLane is not installed.
        """
        from hybridq.operators.interop import to_pennylane

        return to_pennylane(cast("PauliSum", self))

    @staticmethod
    def from_pennylane(operator: Any, n_qubits: int | None = None) -> PauliSum:
        """Return an operator of PennyLane that is made of Paulis.

        Wire q becomes qubit q.

        Args:
            operator: of PennyLane.
            n_qubits: width; as wide as the operator reaches by default.

        Raises:
            MissingExtraError: PennyLane is not installed.
            ParameterError: it is not, or its wires are not integers from 0.
            DimensionError: the operator reaches beyond `n_qubits`.
        """
        from hybridq.operators.interop import from_pennylane

        return from_pennylane(operator, n_qubits)

    def to_cirq(self) -> Any:
        """Return the operator as a ``cirq.PauliSum``; qubit q becomes ``LineQubit(q)``.

        Raises:
            MissingExtraError: Cirq is not installed.
        """
        from hybridq.operators.interop import to_cirq

        return to_cirq(cast("PauliSum", self))

    @staticmethod
    def from_cirq(operator: Any, n_qubits: int | None = None) -> PauliSum:
        """Return a ``PauliSum`` or ``PauliString`` of Cirq.

        ``LineQubit(q)`` becomes qubit q.

        Args:
            operator: of Cirq.
            n_qubits: width; as wide as the operator reaches by default.

        Raises:
            MissingExtraError: Cirq is not installed.
            ParameterError: another type, or qubits that are not `LineQubit`s from 0.
            DimensionError: the operator reaches beyond `n_qubits`.
        """
        from hybridq.operators.interop import from_cirq

        return from_cirq(operator, n_qubits)
