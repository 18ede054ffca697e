"""Immutable circuits: a width and a sequence of instructions."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.circuits.conversions import CircuitConversions
from hybridq.circuits.gates import GateMethods
from hybridq.circuits.instructions import Angle, Instruction
from hybridq.circuits.parameters import AngleLike, checked_names, padded, resolve, values_by_index
from hybridq.circuits.placement import Placement
from hybridq.circuits.simulation import simulator
from hybridq.core.checks import is_whole
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.core.randomness import RandomLike

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from hybridq.operators.electronic import ElectronicHamiltonian
    from hybridq.operators.pauli_sum import PauliSum

Values = Mapping[str, float] | ArrayLike
"""Numbers for parameters: by name, or all of them in order."""


@dataclass(frozen=True, repr=False)
class Circuit(GateMethods, CircuitConversions):
    """A sequence of instructions on |0…0⟩; every method returns a new circuit.

    Two circuits are equal when width, parameters and instructions are.

    Args:
        n_qubits: the width, at least 1.
        instructions: the instructions, first applied first.
        parameters: names of the entries of the parameter vector; entries without a name are
            called ``x[0]``, ``x[1]``, …

    Raises:
        DimensionError: an instruction acts on a qubit out of range, or a phase has another width.
        ParameterError: the width is not a positive integer, or a name is given twice.

    Example:
        ``Circuit(2).h(0).cx(0, 1)`` prepares a Bell pair;
        ``Circuit(1).ry(0, "theta").state({"theta": 0.3})`` rotates a qubit.
    """

    n_qubits: int
    instructions: tuple[Instruction, ...] = ()
    parameters: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        width = self.n_qubits
        if not is_whole(width) or width < 1:
            raise ParameterError(argument="n_qubits", value=width, expected="an integer >= 1")
        object.__setattr__(self, "n_qubits", int(width))
        object.__setattr__(self, "instructions", tuple(self.instructions))
        for instruction in self.instructions:
            instruction.check_width(self.n_qubits)
        used = _entries_used(self.instructions)
        object.__setattr__(self, "parameters", checked_names(self.parameters, used))

    # -- building -------------------------------------------------------------------------------

    def append(self, *instructions: Instruction) -> Self:
        """Return the circuit followed by `instructions`."""
        return self.extend(instructions)

    def extend(self, instructions: Iterable[Instruction]) -> Self:
        """Return the circuit followed by all of `instructions`."""
        return self._extended(tuple(instructions), self.parameters)

    def _extended(self, more: tuple[Instruction, ...], names: tuple[str, ...]) -> Self:
        """Return a longer circuit; only the new instructions are validated."""
        for instruction in more:
            instruction.check_width(self.n_qubits)
        longer = object.__new__(type(self))
        object.__setattr__(longer, "n_qubits", self.n_qubits)
        object.__setattr__(longer, "instructions", (*self.instructions, *more))
        object.__setattr__(longer, "parameters", padded(names, _entries_used(more)))
        return longer

    def _append_built(
        self, build: Callable[..., Iterable[Instruction]], *angles: AngleLike
    ) -> Self:
        names, resolved = self.parameters, []
        for angle in angles:
            by_index, names = resolve(angle, names)
            resolved.append(by_index)
        return self._extended(tuple(build(*resolved)), names)

    def _all_qubits(self) -> tuple[int, ...]:
        return tuple(range(self.n_qubits))

    def inverse(self) -> Circuit:
        """Return the inverse circuit, with the same parameters."""
        steps = tuple(step.inverse() for step in reversed(self.instructions))
        return Circuit(self.n_qubits, steps, self.parameters)

    def compose(self, other: Circuit, qubits: Sequence[int] | None = None) -> Circuit:
        """Return this circuit followed by `other`; parameters are merged by name.

        Args:
            other: a circuit that is not wider.
            qubits: entry i is the position of qubit i of `other`; qubit i by default.

        Raises:
            DimensionError: `other` is wider, or `qubits` has another length or an entry out of
                range.
            ParameterError: a qubit is repeated, or a fermionic excitation cannot move there.
        """
        if qubits is None and other.n_qubits > self.n_qubits:
            raise DimensionError(
                f"a circuit of {other.n_qubits} qubits after one of {self.n_qubits}",
                argument="other",
                remedy="start with the wider one",
            )
        where = tuple(range(other.n_qubits) if qubits is None else qubits)
        self.checked_qubits(where)
        if len(where) != other.n_qubits:
            raise DimensionError(
                argument="qubits",
                value=list(where),
                expected=f"{other.n_qubits} qubits, one for each qubit of the other circuit",
            )
        names, index = self.parameters, {}
        for entry, name in enumerate(other.parameters):
            if name not in names:
                names = (*names, name)
            index[entry] = names.index(name)

        def renumbered(angle: Angle) -> Angle:
            if angle.parameter is None:
                return angle
            return Angle(angle.constant, index[angle.parameter], angle.coefficient)

        placement = Placement(where, self.n_qubits)
        steps = tuple(step.moved(placement).with_angle(renumbered) for step in other.instructions)
        return self._extended(steps, names)

    def repeat(self, times: int) -> Circuit:
        """Return the circuit repeated `times` times with the same parameters.

        Raises:
            ParameterError: `times` is not an integer >= 0.
        """
        if not is_whole(times) or times < 0:
            raise ParameterError(argument="times", value=times, expected="an integer >= 0")
        return Circuit(self.n_qubits, self.instructions * int(times), self.parameters)

    def __pow__(self, times: int) -> Circuit:
        return self.repeat(times)

    def bind(self, values: Values) -> Circuit:
        """Return the circuit with numbers for some or all parameters.

        Free parameters keep their names and order.

        Args:
            values: numbers by name, or for all parameters in order.

        Raises:
            UnknownNameError: a name that is not a parameter of this circuit.
            DimensionError: a vector of another length.
            ParameterError: a value that is not a finite number.
        """
        given = values_by_index(values, self.parameters)
        left = [entry for entry in range(self.n_params) if entry not in given]
        index = {entry: place for place, entry in enumerate(left)}

        def bound(angle: Angle) -> Angle:
            entry = angle.parameter
            if entry is None:
                return angle
            if entry in given:
                return Angle(angle.constant + angle.coefficient * given[entry])
            return Angle(angle.constant, index[entry], angle.coefficient)

        steps = tuple(step.with_angle(bound) for step in self.instructions)
        return Circuit(self.n_qubits, steps, tuple(self.parameters[entry] for entry in left))

    # -- facts ----------------------------------------------------------------------------------

    @property
    def n_params(self) -> int:
        """Length of the parameter vector."""
        return len(self.parameters)

    @property
    def measured(self) -> tuple[int, ...]:
        """Qubit of each bit of a measurement at the end: all of them, in order."""
        return tuple(range(self.n_qubits))

    def with_steps(self, instructions: tuple[Instruction, ...]) -> Circuit:
        """Return other instructions without parameters on the same qubits."""
        return Circuit(self.n_qubits, instructions)

    def __len__(self) -> int:
        """Return the number of instructions."""
        return len(self.instructions)

    def __bool__(self) -> bool:
        # Without this a circuit without instructions would be false.
        return True

    def decomposed(self) -> Circuit:
        """Return the circuit of the gates that `to_qasm` writes, up to a global phase.

        Raises:
            ParameterError: a parameter has no value, or an instruction no exact decomposition.
        """
        return type(self).from_qasm(self.to_qasm())

    def depth(self) -> int:
        """Return the length of the longest chain of dependent instructions.

        An instruction is one step, however many gates a machine would need for it: see
        `decomposed`.
        """
        busy = [0] * self.n_qubits
        for instruction in self.instructions:
            qubits = instruction.support
            step = 1 + max((busy[qubit] for qubit in qubits), default=-1)
            for qubit in qubits:
                busy[qubit] = step
        return max(busy)

    def gate_counts(self) -> dict[str, int]:
        """Return the number of instructions of each kind, the most frequent first."""
        return dict(Counter(step.symbol for step in self.instructions).most_common())

    def describe(self) -> dict[str, Any]:
        """Return facts for a result: plain names and plain values."""
        return {
            "n_qubits": self.n_qubits,
            "n_params": self.n_params,
            "instructions": len(self),
            "depth": self.depth(),
            "gates": self.gate_counts(),
        }

    def checked_qubits(self, qubits: Sequence[int]) -> tuple[int, ...]:
        """Return `qubits` as integers.

        Raises:
            DimensionError: a qubit out of range.
            ParameterError: a qubit that is not an integer, or is repeated.
        """
        where = tuple(qubits)
        for qubit in where:
            if not is_whole(qubit):
                raise ParameterError(
                    f"qubit {qubit!r} must be an integer, counted from 0",
                    argument="qubits",
                    value=qubits,
                )
            if not 0 <= qubit < self.n_qubits:
                raise DimensionError(
                    f"qubit {qubit} is out of range: "
                    f"the circuit has qubits 0 to {self.n_qubits - 1}",
                    argument="qubits",
                    value=qubits,
                )
            if where.count(qubit) > 1:
                raise ParameterError(
                    f"qubit {qubit} is repeated in {list(where)}", argument="qubits", value=qubits
                )
        return tuple(int(qubit) for qubit in where)

    # -- running --------------------------------------------------------------------------------
    # Engines are a floor above; they are imported when a circuit is run.

    def state(self, x: Values | None = None) -> NDArray[np.complexfloating]:
        """Return the state vector, shape (2**n_qubits,), complex128.

        Qubit 0 is the lowest bit of the index.

        Args:
            x: values of the parameters, by name or in order.

        Raises:
            ParameterError: a parameter has no value.
            CapacityError: the state does not fit in memory.
        """
        return simulator().state(self, x)

    def probabilities(
        self, qubits: Sequence[int] | None = None, x: Values | None = None
    ) -> NDArray[np.float64]:
        """Return the probability of each outcome of a measurement, shape (2**k,).

        Args:
            qubits: the k measured qubits, ``qubits[0]`` the lowest bit of the index; all by
                default.
            x: values of the parameters, by name or in order.
        """
        return simulator().probabilities(self, qubits, x)

    def sample(
        self,
        shots: int,
        rng: RandomLike = None,
        x: Values | None = None,
        qubits: Sequence[int] | None = None,
    ) -> dict[str, int]:
        """Return counts by bitstring of `shots` measurements; character i is qubit i.

        Args:
            shots: number of measurements, at least 1.
            rng: a generator, a seed or nothing.
            x: values of the parameters, by name or in order.
            qubits: the measured qubits, character i of a string is ``qubits[i]``; all by default.
        """
        return simulator().sample(self, shots, rng, x, qubits)

    def expectation(
        self, observable: PauliSum | ElectronicHamiltonian, x: Values | None = None
    ) -> float:
        """Return the expectation value of a hermitian observable of this width.

        To evaluate one circuit many times, and for gradients, make an `Expectation` of it.
        """
        return simulator().expectation(self, observable, x)

    # -- showing --------------------------------------------------------------------------------

    def __repr__(self) -> str:
        qubits = f"{self.n_qubits} qubit{'s' if self.n_qubits > 1 else ''}"
        steps = f"{len(self)} instruction{'s' if len(self) != 1 else ''}"
        names = f", parameters {', '.join(self.parameters[:6])}" if self.parameters else ""
        more = ", ..." if self.n_params > 6 else ""
        return f"Circuit({qubits}, {steps}{names}{more})"

    def __str__(self) -> str:
        from hybridq.circuits.text import MOST_PANELS, circuit_text

        return circuit_text(self, most_panels=MOST_PANELS)

    def to_text(self, width: int = 80) -> str:
        """Return a drawing in box characters, in panels of `width` columns."""
        from hybridq.circuits.text import circuit_text

        return circuit_text(self, width=width)

    def draw(self, path: str | os.PathLike[str] | None = None) -> Figure:
        """Return a drawing as a matplotlib figure; with `path`, also save it.

        Args:
            path: a file ending in .png, .pdf or .svg.

        Raises:
            OutputError: the picture cannot be written.
        """
        from hybridq.circuits.figure import draw_circuit
        from hybridq.circuits.layout import lay_out
        from hybridq.plots import check_plot_path, save

        if path is not None:
            check_plot_path(path)
        figure = draw_circuit(lay_out(self), self.n_qubits)
        if path is not None:
            save(figure, path)
        return figure


def _entries_used(instructions: Iterable[Instruction]) -> int:
    """Return one more than the highest entry of the parameter vector in use."""
    entries = (step.parameter for step in instructions)
    return max((entry for entry in entries if entry is not None), default=-1) + 1
