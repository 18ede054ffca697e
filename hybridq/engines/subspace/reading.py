"""Circuits that the subspace engine takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from hybridq.circuits.base import Angle, Instruction
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import DiagonalPhase, PauliRotation, PhaseGate
from hybridq.circuits.subspace import ALIGNED, FeasibleMixer, FeasibleState
from hybridq.core.errors import EngineError, Setting
from hybridq.operators.feasible import FeasibleSpace
from hybridq.operators.pauli_sum import PauliSum

Step: TypeAlias = "PhaseStep | FeasibleMixer"


@dataclass(frozen=True)
class PhaseStep:
    r"""A phase :math:`e^{-i\gamma H}` of a diagonal Hamiltonian."""

    hamiltonian: PauliSum
    angle: Angle


@dataclass(frozen=True)
class Reading:
    """A circuit on a feasible space.

    Attributes:
        space: the feasible states.
        start: the initial state.
        steps: phases and mixers, first applied first.
    """

    space: FeasibleSpace
    start: FeasibleState
    steps: tuple[Step, ...]

    @property
    def mixers(self) -> tuple[tuple[str, bool], ...]:
        """Kind of each mixer and aligned state, and whether it is sequential."""
        found = [
            (step.kind, step.sequential) for step in self.steps if isinstance(step, FeasibleMixer)
        ]
        if self.start.kind == ALIGNED:
            found.append((self.start.hops, False))
        return tuple(dict.fromkeys(found))


def check_opening(circuit: Circuit) -> FeasibleState:
    """Return the initial state of a circuit on a feasible space.

    Raises:
        EngineError: the circuit does not begin with one on all of its qubits.
    """
    first = next(iter(circuit.instructions), None)
    if not isinstance(first, FeasibleState):
        raise EngineError(
            "the circuit does not begin with a state on a feasible space, as QAOA with a mixer of "
            "feasible states does",
            remedy=("use ", Setting("engine", "auto")),
        )
    if first.qubits != tuple(range(circuit.n_qubits)):
        raise EngineError("the feasible space has other qubits than the circuit")
    return first


def read_circuit(circuit: Circuit) -> Reading:
    """Return the circuit as phases and mixers on one feasible space.

    Raises:
        EngineError: an instruction of another kind, or on another space.
    """
    start = check_opening(circuit)
    steps = tuple(
        _step(number, instruction, start)
        for number, instruction in enumerate(circuit.instructions)
        if number
    )
    return Reading(start.space, start, steps)


def _step(number: int, instruction: Instruction, start: FeasibleState) -> Step:
    """Return an instruction as a step."""
    if isinstance(instruction, DiagonalPhase):
        return PhaseStep(instruction.hamiltonian, instruction.angle)
    if isinstance(instruction, FeasibleMixer):
        if instruction.qubits != start.qubits or (
            instruction.space is not start.space and instruction.space != start.space
        ):
            raise EngineError(f"instruction {number} acts on another feasible space")
        return instruction
    n = len(start.qubits)
    if isinstance(instruction, PauliRotation) and set(instruction.paulis) <= {"Z"}:
        term = (instruction.paulis, instruction.qubits, 0.5)
        return PhaseStep(PauliSum.from_sparse([term], n), instruction.angle)
    if isinstance(instruction, PhaseGate):
        product = PauliSum.from_sparse(
            [
                (step.paulis, step.qubits, 0.5 * step.angle.coefficient)
                for step in PhaseGate(instruction.qubits, Angle(parameter=0)).decompose()
                if isinstance(step, PauliRotation)
            ],
            n,
        )
        return PhaseStep(product, instruction.angle)
    raise EngineError(
        f"instruction {number} ({instruction.symbol} on {list(instruction.qubits)[:8]}) is neither "
        "a diagonal phase nor a mixer on the feasible space"
    )
