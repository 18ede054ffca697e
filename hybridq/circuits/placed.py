"""Circuits in a machine's own gates, on named qubits of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Self

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Instruction
from hybridq.core.errors import DimensionError, ParameterError

_REGISTER = re.compile(r"^qubit\[\d+\] q;\n", re.MULTILINE)
_QUBIT = re.compile(r"\bq\[(\d+)\]")


@dataclass(frozen=True, repr=False)
class PlacedCircuit(Circuit):
    """A circuit that a machine runs gate by gate on these of its qubits.

    Backends compile other circuits, and may move them or cancel gates. Bits are those of the
    measured qubits.

    Args:
        places: qubit of the machine for each qubit of the circuit.
        outcomes: qubit of the circuit for each measured bit.

    Raises:
        DimensionError: another number of places than qubits, or an outcome out of range.
        ParameterError: a place is given twice, or there are parameters without values.
    """

    places: tuple[int, ...] = ()
    outcomes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.places) != self.n_qubits:
            raise DimensionError(
                argument="places",
                value=list(self.places),
                expected=f"{self.n_qubits} qubits of the machine, one for each of the circuit",
            )
        if len(set(self.places)) < len(self.places):
            raise ParameterError(
                argument="places", value=list(self.places), expected="different qubits"
            )
        self.checked_qubits(self.outcomes)
        if self.parameters:
            raise ParameterError(
                argument="parameters", value=self.parameters, expected="a circuit without any"
            )

    @property
    def measured(self) -> tuple[int, ...]:
        """Qubit of each bit of a measurement at the end."""
        return self.outcomes

    def with_steps(self, instructions: tuple[Instruction, ...]) -> Self:
        """Return other instructions on the same qubits of the machine."""
        return replace(self, instructions=instructions)

    def _extended(self, more: tuple[Instruction, ...], names: tuple[str, ...]) -> Self:
        """See `Circuit._extended`."""
        return replace(self, instructions=(*self.instructions, *more), parameters=names)

    def to_qasm(self, version: int = 2, *, dialect: str = "stdgates", measure: bool = False) -> str:
        """Return the circuit in OpenQASM; version 3 has the machine's qubits, ``$5``."""
        if version == 2:
            return super().to_qasm(version, dialect=dialect, measure=measure)
        text = _REGISTER.sub("", super().to_qasm(version, dialect=dialect))
        if measure:
            lines = [f"bit[{len(self.outcomes)}] c;"]
            lines += [f"c[{bit}] = measure q[{q}];" for bit, q in enumerate(self.outcomes)]
            text += "\n".join(lines) + "\n"
        return _QUBIT.sub(lambda found: f"${self.places[int(found[1])]}", text)
