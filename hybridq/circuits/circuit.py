"""Circuits: a width and a sequence of instructions, immutable."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.circuits import transforms
from hybridq.circuits.gates import GateMethods
from hybridq.circuits.instructions import Angle, DiagonalPhase, Instruction
from hybridq.circuits.parameters import AngleLike, checked_names, padded, resolve, values_by_index
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
class Circuit(GateMethods):
    """A sequence of instructions on |0…0⟩; every method returns a new circuit.

    Two circuits are equal when width, parameters and instructions are.

    Args:
        n_qubits: the width, at least 1.
        instructions: what is applied, first instruction first.
        parameters: names of the entries of the parameter vector; entries without a name are
            called ``x[0]``, ``x[1]``, …

    Raises:
        DimensionError: an instruction acts on a qubit that is not there, or a phase has another
            width.
        ParameterError: the width is no positive integer, or a name is given twice.

    Example:
        ``Circuit(2).h(0).cx(0, 1)`` prepares a Bell pair;
        ``Circuit(1).ry(0, "theta").state({"theta": 0.3})`` turns a qubit.
    """

    n_qubits: int
    instructions: tuple[Instruction, ...] = ()
    parameters: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        width = self.n_qubits
        if not is_whole(width) or width < 1:
            raise ParameterError(
                f"n_qubits={width!r}: a circuit needs a whole number of qubits, at least one"
            )
        object.__setattr__(self, "n_qubits", int(width))
        object.__setattr__(self, "instructions", tuple(self.instructions))
        for instruction in self.instructions:
            self._check(instruction)
        used = transforms.entries_used(self.instructions)
        object.__setattr__(self, "parameters", checked_names(self.parameters, used))

    def _check(self, instruction: Instruction) -> None:
        if isinstance(instruction, DiagonalPhase):
            if instruction.hamiltonian.n_qubits != self.n_qubits:
                raise DimensionError(
                    f"a phase of {instruction.hamiltonian.n_qubits} qubits in a circuit of "
                    f"{self.n_qubits}: the widths must agree"
                )
            return
        for qubit in instruction.qubits:
            if not 0 <= qubit < self.n_qubits:
                there = f"qubits 0 to {self.n_qubits - 1}" if self.n_qubits > 1 else "only qubit 0"
                raise DimensionError(
                    f"{transforms.kind_of(instruction)} on qubit {qubit}: the circuit has {there}"
                )

    # -- building -------------------------------------------------------------------------------

    def append(self, *instructions: Instruction) -> Self:
        """The circuit followed by `instructions`."""
        return self.extend(instructions)

    def extend(self, instructions: Iterable[Instruction]) -> Self:
        """The circuit followed by all of `instructions`."""
        return self._followed(tuple(instructions), self.parameters)

    def _followed(self, more: tuple[Instruction, ...], names: tuple[str, ...]) -> Self:
        """A longer circuit, for which only what is new is checked."""
        for instruction in more:
            self._check(instruction)
        longer = object.__new__(type(self))
        object.__setattr__(longer, "n_qubits", self.n_qubits)
        object.__setattr__(longer, "instructions", (*self.instructions, *more))
        object.__setattr__(longer, "parameters", padded(names, transforms.entries_used(more)))
        return longer

    def _turned(self, build: Callable[..., Iterable[Instruction]], *angles: AngleLike) -> Self:
        names, resolved = self.parameters, []
        for angle in angles:
            by_index, names = resolve(angle, names)
            resolved.append(by_index)
        return self._followed(tuple(build(*resolved)), names)

    def _all_qubits(self) -> tuple[int, ...]:
        return tuple(range(self.n_qubits))

    def inverse(self) -> Circuit:
        """The circuit that undoes this one, with the same parameters."""
        turned = tuple(transforms.inverted(step) for step in reversed(self.instructions))
        return Circuit(self.n_qubits, turned, self.parameters)

    def compose(self, other: Circuit, qubits: Sequence[int] | None = None) -> Circuit:
        """This circuit followed by `other`; parameters of one name become one parameter.

        Args:
            other: a circuit that is not wider.
            qubits: where qubit i of `other` goes; qubit i by default.

        Raises:
            DimensionError: `other` is wider, or `qubits` has another length or names a qubit that
                is not there.
            ParameterError: a qubit is repeated, or a fermionic excitation cannot move so.
        """
        if qubits is None and other.n_qubits > self.n_qubits:
            raise DimensionError(
                f"a circuit of {other.n_qubits} qubits after one of {self.n_qubits}: "
                "start with the wider one"
            )
        where = tuple(range(other.n_qubits) if qubits is None else qubits)
        self.checked_qubits(where)
        if len(where) != other.n_qubits:
            raise DimensionError(
                f"qubits={list(where)} for a circuit of {other.n_qubits} qubits: give one each"
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

        move = transforms.Mover(where, self.n_qubits)
        steps = tuple(
            transforms.with_angle(move(instruction), renumbered)
            for instruction in other.instructions
        )
        return self._followed(steps, names)

    def repeat(self, times: int) -> Circuit:
        """The circuit `times` times in a row, always with the same parameters.

        Raises:
            ParameterError: `times` is no whole number of at least 0.
        """
        if not is_whole(times) or times < 0:
            raise ParameterError(f"repeat({times!r}): give a whole number of at least 0")
        return Circuit(self.n_qubits, self.instructions * int(times), self.parameters)

    def __pow__(self, times: int) -> Circuit:
        return self.repeat(times)

    def bind(self, values: Values) -> Circuit:
        """The circuit with some parameters by name, or all of them in order, made numbers.

        Parameters that are left keep their names and order.

        Raises:
            UnknownNameError: a name that is no parameter of this circuit.
            DimensionError: a vector of another length.
            ParameterError: a value that is no finite number.
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

        steps = tuple(transforms.with_angle(step, bound) for step in self.instructions)
        return Circuit(self.n_qubits, steps, tuple(self.parameters[entry] for entry in left))

    # -- facts ----------------------------------------------------------------------------------

    @property
    def n_params(self) -> int:
        """Length of the parameter vector."""
        return len(self.parameters)

    def __len__(self) -> int:
        """Number of instructions."""
        return len(self.instructions)

    def __bool__(self) -> bool:
        # Without this a circuit without instructions would be false.
        return True

    def depth(self) -> int:
        """Length of the longest chain of instructions that have to wait for one another.

        An instruction is one step, however many gates a machine would need for it.
        """
        busy = [0] * self.n_qubits
        for instruction in self.instructions:
            qubits = transforms.support(instruction)
            step = 1 + max((busy[qubit] for qubit in qubits), default=-1)
            for qubit in qubits:
                busy[qubit] = step
        return max(busy)

    def gate_counts(self) -> dict[str, int]:
        """How often each kind of instruction occurs, the commonest first."""
        return dict(Counter(transforms.kind_of(step) for step in self.instructions).most_common())

    def describe(self) -> dict[str, Any]:
        """Facts for a result: plain names and plain values."""
        return {
            "n_qubits": self.n_qubits,
            "n_params": self.n_params,
            "instructions": len(self),
            "depth": self.depth(),
            "gates": self.gate_counts(),
        }

    def checked_qubits(self, qubits: Sequence[int]) -> tuple[int, ...]:
        """`qubits` of this circuit, as integers.

        Raises:
            DimensionError: a qubit that is not there.
            ParameterError: a qubit that is no whole number, or is repeated.
        """
        where = tuple(qubits)
        for qubit in where:
            if not is_whole(qubit):
                raise ParameterError(f"qubit {qubit!r} is no whole number: count from 0")
            if not 0 <= qubit < self.n_qubits:
                raise DimensionError(
                    f"qubit {qubit} is not there: the circuit has qubits 0 to {self.n_qubits - 1}"
                )
            if where.count(qubit) > 1:
                raise ParameterError(f"qubit {qubit} is repeated in qubits={list(where)}")
        return tuple(int(qubit) for qubit in where)

    # -- running --------------------------------------------------------------------------------
    # Engines live a floor above; they are asked for when a circuit is run and not before.

    def state(self, x: Values | None = None) -> NDArray[np.complexfloating]:
        """The state vector, shape (2**n_qubits,), complex128, qubit 0 the lowest bit of the index.

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
        """The probability of each outcome of a measurement, shape (2**k,).

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
        """Counts by bitstring of `shots` measurements; character i is qubit i.

        Args:
            shots: how many, at least 1.
            rng: a generator, a seed or nothing.
            x: values of the parameters, by name or in order.
            qubits: the measured qubits, character i of a string is ``qubits[i]``; all by default.
        """
        return simulator().sample(self, shots, rng, x, qubits)

    def expectation(
        self, observable: PauliSum | ElectronicHamiltonian, x: Values | None = None
    ) -> float:
        """The expectation value of a hermitian observable of this circuit's width.

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
        """A drawing of the whole circuit in box characters, in panels of `width` columns."""
        from hybridq.circuits.text import circuit_text

        return circuit_text(self, width=width)

    def draw(self, path: str | os.PathLike[str] | None = None) -> Figure:
        """A drawing as a matplotlib figure; with `path`, also written there (PNG, PDF or SVG).

        Raises:
            OutputError: the picture cannot be written there.
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

    def to_qasm(self, version: int = 2) -> str:
        """The circuit in OpenQASM 2 or 3, exact up to a global phase; see `write_qasm`."""
        from hybridq.circuits.qasm.write import write_qasm

        return write_qasm(self, version)

    @classmethod
    def from_qasm(cls, source: str | os.PathLike[str]) -> Circuit:
        """The circuit of an OpenQASM 2 program, given as its text or its path; see `read_qasm`.

        Raises:
            FormatError: it cannot be read; the message names the line.
        """
        from hybridq.circuits.qasm.read import read_qasm

        return read_qasm(source)
