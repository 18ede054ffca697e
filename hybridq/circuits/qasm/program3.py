"""Read OpenQASM 3: the part of it that describes a circuit."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, PhaseGate
from hybridq.circuits.parameters import Parameter
from hybridq.circuits.qasm.gates import STANDARD, HeaderGate
from hybridq.circuits.qasm.program import Program
from hybridq.circuits.qasm.tokens import Tokens

_FLOW = ("if", "for", "while", "switch", "box", "delay", "return", "end", "break", "continue")
_DECLARATIONS = ("def", "defcal", "cal", "let", "extern", "output", "pragma", "const", "array")
_MODIFIERS = frozenset(("ctrl", "negctrl", "inv", "pow"))
# Gates whose controlled forms are phases of all ones, between Hadamard gates for X.
_PHASES: dict[str, Callable[..., Any]] = {
    "p": lambda angle: angle,
    "phase": lambda angle: angle,
    "u1": lambda angle: angle,
    "z": lambda: math.pi,
    "s": lambda: math.pi / 2,
    "sdg": lambda: -math.pi / 2,
    "t": lambda: math.pi / 4,
    "tdg": lambda: -math.pi / 4,
    "x": lambda: math.pi,
}


class Program3(Program):
    """A program of version 3 on its way to a circuit."""

    header = ('"stdgates.inc"', STANDARD)
    refused = frozenset((*_FLOW, *_DECLARATIONS))
    modifiers = _MODIFIERS

    def __init__(self, tokens: Tokens) -> None:
        super().__init__(tokens)
        if count := tokens.hardware_qubits:
            self._add_register("$", count, tokens.line, True)

    def _quantum_argument(self) -> int | range:
        name = self._tokens.here.text
        if name.startswith("$"):
            self._tokens.take()
            return int(name[1:])
        return super()._quantum_argument()

    def _own_statement(self, word: str, line: int) -> bool:
        tokens = self._tokens
        if word in {"qubit", "bit"}:
            self._declare_typed(quantum=word == "qubit")
        elif word == "input":
            self._declare_input()
        elif word == "gphase":
            self._angles(tuple(self._inputs))
        elif word in _MODIFIERS:
            self._modified(word, line)
        elif word == "measure":
            self._measure_alone(line)
        elif word in self._classical:
            index = self._index(word, self._classical[word])
            tokens.expect("=")
            tokens.expect("measure")
            self._measure_into(word, index, line)
        else:
            return super()._own_statement(word, line)
        return True

    def _declare_typed(self, *, quantum: bool) -> None:
        """Read ``qubit[n] name`` or ``bit name = measure q``."""
        tokens = self._tokens
        size = 1
        single = not tokens.accept("[")
        if not single:
            size = tokens.integer("a register's size")
            tokens.expect("]")
        line = tokens.line
        name = tokens.name("a register's name")
        if name in self._quantum or name in self._classical:
            tokens.fail(f"register {name!r} is declared twice", line)
        self._add_register(name, size, line, quantum)
        if not quantum and tokens.accept("="):
            tokens.expect("measure")
            self._measure_into(name, None, line)

    def _declare_input(self) -> None:
        """Read ``input float[64] name``, a free parameter."""
        tokens = self._tokens
        kind = tokens.name("a type")
        if kind not in {"float", "angle"}:
            tokens.fail(f"an input of type {kind!r} cannot be read: float and angle can")
        if tokens.accept("["):
            tokens.integer("a width")
            tokens.expect("]")
        name = tokens.name("a parameter's name")
        self._inputs[name] = Parameter(name)

    def _measure_alone(self, line: int) -> None:
        """Read ``measure q`` and ``measure q -> c``."""
        source = self._quantum_argument()
        if self._tokens.accept("->"):
            name = self._tokens.name("a classical register")
            if name not in self._classical:
                self._tokens.fail(f"unknown classical register {name!r}: declare it", line)
            index = self._index(name, self._classical[name])
            self._check_sizes(source, name, index, line)
        self._note(source, line)

    def _measure_into(self, name: str, index: int | None, line: int) -> None:
        source = self._quantum_argument()
        self._check_sizes(source, name, index, line)
        self._note(source, line)

    def _check_sizes(self, source: int | range, name: str, index: int | None, line: int) -> None:
        bits = self._classical[name] if index is None else 1
        if (len(source) if isinstance(source, range) else 1) != bits:
            self._tokens.fail(
                "measure a qubit into a bit, or a register into one of its size", line
            )

    def _note(self, source: int | range, line: int) -> None:
        for qubit in source if isinstance(source, range) else (source,):
            self._measured.setdefault(qubit, line)

    def _modified(self, word: str, line: int) -> None:
        """Read a gate behind modifiers such as ``inv @`` and ``ctrl(2) @``."""
        tokens = self._tokens
        controls: list[bool] = []  # False where a control acts on 0
        inverse, times = False, 1
        while True:
            count = 1
            if word == "inv":
                inverse = not inverse
            else:
                if tokens.accept("("):
                    minus = tokens.accept("-")
                    count = tokens.integer("a whole number") * (-1 if minus else 1)
                    tokens.expect(")")
                elif word == "pow":
                    tokens.fail("pow needs an exponent, such as pow(2) @")
                if word == "pow":
                    times *= count
                elif count < 1:
                    tokens.fail("ctrl needs a positive number of controls")
                else:
                    controls += [word == "ctrl"] * count
            tokens.expect("@")
            line = tokens.line
            word = tokens.name("a gate")
            if word not in _MODIFIERS:
                break
        if times < 0:
            inverse, times = not inverse, -times
        before = len(self._steps)
        if controls:
            self._controlled(word, controls, line)
        else:
            self._apply_statement(word, line)
        added = self._steps[before:]
        del self._steps[before:]
        part = Circuit(self._width, tuple(added), tuple(self._inputs))
        part = part.inverse() if inverse else part
        self._steps += part.repeat(times).instructions if times else ()

    def _controlled(self, name: str, controls: list[bool], line: int) -> None:
        """Apply a phase or an X with further controls, on 1 or on 0."""
        tokens = self._tokens
        gate = self._gate(name, line)
        if name not in _PHASES or not isinstance(gate, HeaderGate):
            tokens.fail(
                f"'ctrl @ {name}' cannot be read: ctrl is read before {', '.join(_PHASES)}", line
            )
        angles = [angle(self._inputs) for angle in self._angles(tuple(self._inputs))]
        places = self._quantum_arguments()
        if any(isinstance(place, range) for place in places):
            tokens.fail("ctrl is read on single qubits, not on registers", line)
        qubits: list[int] = [place for place in places if isinstance(place, int)]
        self._check(name, gate, len(angles), len(qubits) - len(controls), line)
        self._check_distinct(name, qubits, self._label, line)
        self._check_unmeasured(name, qubits, line)
        angle = _PHASES[name](*angles)
        index = list(self._inputs)
        made = angle.at(index.index(angle.name)) if isinstance(angle, Parameter) else Angle(angle)
        circuit = Circuit(self._width, (), tuple(index))
        negative = [q for q, plain in zip(qubits, controls, strict=False) if not plain]
        for qubit in negative:
            circuit = circuit.x(qubit)
        if name == "x":
            circuit = circuit.h(qubits[-1])
        circuit = circuit.append(PhaseGate(tuple(qubits), made))
        if name == "x":
            circuit = circuit.h(qubits[-1])
        for qubit in negative:
            circuit = circuit.x(qubit)
        self._steps += circuit.instructions
