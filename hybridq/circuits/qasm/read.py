"""Read OpenQASM 2.

Existing parsers come with whole frameworks, or are not maintained.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Instruction
from hybridq.circuits.qasm.gates import BUILT_IN, HEADER, HeaderGate
from hybridq.circuits.qasm.tokens import Expression, Tokens
from hybridq.core import memory
from hybridq.core.errors import FormatError, UnknownNameError
from hybridq.core.files import read_bytes
from hybridq.core.limits import MOST_INSTRUCTIONS

MOST_QUBITS = 10_000
"""Of all registers of a program together."""


@dataclass(frozen=True)
class _Call:
    """A gate inside a definition, acting on places among the definition's own qubits.

    Attributes:
        cost: number of words of its angles, which are evaluated each time.
    """

    gate: GateLike
    angles: tuple[Expression, ...]
    places: tuple[int, ...]
    cost: int


@dataclass(frozen=True)
class _Definition:
    """A gate defined by the program."""

    parameters: tuple[str, ...]
    qubits: int
    body: tuple[_Call, ...]

    @property
    def angles(self) -> int:
        return len(self.parameters)


GateLike: TypeAlias = HeaderGate | _Definition


@memory.capacity("reading the program", "give a smaller program")
def read_qasm(source: str | os.PathLike[str]) -> Circuit:
    """Read the circuit of an OpenQASM 2 program, exact up to a global phase.

    Registers are placed one after the other in the order of their declaration. Supported are the
    gates of ``qelib1.inc``, definitions of gates, several registers, arithmetic, and gates on
    whole registers. Barriers and final measurements are left out. Statements that are not part of
    a unitary circuit are errors: ``if``, ``reset``, ``opaque``, and gates on a measured qubit.

    Args:
        source: the program's text, or the path of its file.

    Raises:
        FormatError: the file or the program cannot be read; with the line.

    Source: Cross, Bishop, Smolin, Gambetta 2017, arXiv:1707.03429.
    """
    if isinstance(source, str) and (
        not source or ";" in source or "\n" in source or "OPENQASM" in source
    ):
        text, name = source, "OpenQASM text"
    else:
        name = str(source)
        try:
            text = read_bytes(source)[0].decode("utf-8-sig")
        except FormatError as error:
            raise FormatError(
                f"the program cannot be read ({error.message})", source=name
            ) from None
        except UnicodeDecodeError:
            raise FormatError(
                "the program cannot be read: it is not UTF-8 text", source=name
            ) from None
    tokens = Tokens(text, name)
    try:
        return _Program(tokens).circuit()
    except RecursionError:
        tokens.fail("the program is nested too deeply")


class _Program:
    """One program on its way to a circuit."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._gates: dict[str, GateLike] = dict(BUILT_IN)
        self._quantum: dict[str, range] = {}
        self._classical: dict[str, int] = {}
        self._width = 0
        self._measured: dict[int, int] = {}
        self._steps: list[Instruction] = []
        self._calls = 0

    def circuit(self) -> Circuit:
        """Read the program to its end."""
        self._version()
        while self._tokens.here.kind != "end":
            self._statement()
        if not self._width:
            self._tokens.fail("the program declares no qubits: add qreg q[1];")
        return Circuit(self._width, tuple(self._steps))

    def _version(self) -> None:
        tokens = self._tokens
        if not tokens.accept("OPENQASM"):
            tokens.fail("an OpenQASM program begins with OPENQASM 2.0;")
        version = tokens.take().text
        if version not in {"2", "2.0"}:
            tokens.fail(f"version {version} cannot be read: only OpenQASM 2.0 can")
        tokens.expect(";")

    def _statement(self) -> None:
        tokens = self._tokens
        line = tokens.line
        word = tokens.name("a statement")
        if word in {"if", "reset", "opaque"}:
            tokens.fail(f"{word!r} cannot be read: it is not part of a unitary circuit", line)
        if word == "gate":
            self._define()
            return
        if word == "include":
            self._include()
        elif word in {"qreg", "creg"}:
            self._declare(quantum=word == "qreg")
        elif word == "barrier":
            self._quantum_arguments()
        elif word == "measure":
            self._measure(line)
        else:
            self._apply_statement(word, line)
        tokens.expect(";")

    def _include(self) -> None:
        token = self._tokens.take()
        if token.text != '"qelib1.inc"':
            self._tokens.fail(
                f'{token.text} cannot be included: "qelib1.inc" can; '
                "copy other definitions into the program",
                token.line,
            )
        self._gates = {**HEADER, **self._gates}

    def _declare(self, *, quantum: bool) -> None:
        tokens = self._tokens
        line = tokens.line
        name = tokens.name("a register's name")
        if name in self._quantum or name in self._classical:
            tokens.fail(f"register {name!r} is declared twice", line)
        tokens.expect("[")
        size = tokens.integer("a register's size")
        tokens.expect("]")
        if not size:
            tokens.fail(f"register {name!r} has size 0: give at least 1", line)
        total = size + (self._width if quantum else sum(self._classical.values()))
        if total > MOST_QUBITS:
            tokens.fail(
                f"register {name!r} makes {total:,} {'qu' if quantum else ''}bits in all, "
                f"at most {MOST_QUBITS:,} are read: give a smaller size",
                line,
            )
        if quantum:
            self._quantum[name] = range(self._width, self._width + size)
            self._width += size
        else:
            self._classical[name] = size

    # -- gates ----------------------------------------------------------------------------------

    def _gate(self, name: str, line: int) -> GateLike:
        gate = self._gates.get(name)
        if gate is None:
            if name in HEADER:
                self._tokens.fail(f'gate {name!r} needs include "qelib1.inc"; before it', line)
            self._tokens.fail(str(UnknownNameError("gate", name, self._gates)), line)
        return gate

    def _angles(self, parameters: tuple[str, ...]) -> tuple[Expression, ...]:
        tokens = self._tokens
        if not tokens.accept("("):
            return ()
        if tokens.accept(")"):
            return ()
        angles = [tokens.expression(parameters)]
        while tokens.accept(","):
            angles.append(tokens.expression(parameters))
        tokens.expect(")")
        return tuple(angles)

    def _check(self, name: str, gate: GateLike, angles: int, qubits: int, line: int) -> None:
        for what, needed, given in (
            ("angles", gate.angles, angles),
            ("qubits", gate.qubits, qubits),
        ):
            if needed != given:
                self._tokens.fail(f"gate {name!r} takes {needed} {what}, got {given}", line)

    def _define(self) -> None:
        tokens = self._tokens
        line = tokens.line
        name = tokens.name("a gate's name")
        # Later headers have gates that older programs define; the program's own has precedence.
        if isinstance(self._gates.get(name), _Definition) or name in BUILT_IN:
            tokens.fail(f"gate {name!r} is defined twice", line)
        parameters: tuple[str, ...] = ()
        if tokens.accept("(") and not tokens.accept(")"):
            parameters = self._names("a parameter's name")
            tokens.expect(")")
        qubits = self._names("a qubit's name")
        for names in (parameters, qubits):
            if len(set(names)) < len(names):
                tokens.fail(f"gate {name!r} names an argument twice: {', '.join(names)}", line)
        tokens.expect("{")
        where = {name: place for place, name in enumerate(qubits)}
        body = []
        while not tokens.accept("}"):
            line = tokens.line
            inner = tokens.name("a gate or '}'")
            before = tokens.taken
            angles = () if inner == "barrier" else self._angles(parameters)
            cost = tokens.taken - before
            places = [
                self._place(argument, qubits, where, line) for argument in self._names("a qubit")
            ]
            tokens.expect(";")
            if inner == "barrier":
                continue
            gate = self._gate(inner, line)
            self._check(inner, gate, len(angles), len(places), line)
            self._check_distinct(inner, places, qubits.__getitem__, line)
            body.append(_Call(gate, angles, tuple(places), cost))
        self._gates[name] = _Definition(parameters, len(qubits), tuple(body))

    def _names(self, what: str) -> tuple[str, ...]:
        names = [self._tokens.name(what)]
        while self._tokens.accept(","):
            names.append(self._tokens.name(what))
        return tuple(names)

    def _place(
        self, argument: str, qubits: tuple[str, ...], where: Mapping[str, int], line: int
    ) -> int:
        if argument not in where:
            self._tokens.fail(
                f"{argument!r} is not an argument of this gate: it has {', '.join(qubits)}", line
            )
        return where[argument]

    def _check_distinct(
        self, name: str, qubits: Sequence[int], label: Callable[[int], str], line: int
    ) -> None:
        seen: set[int] = set()
        for qubit in qubits:
            if qubit in seen:
                self._tokens.fail(f"gate {name!r} acts twice on qubit {label(qubit)}", line)
            seen.add(qubit)

    def _apply_statement(self, name: str, line: int) -> None:
        gate = self._gate(name, line)
        angles = tuple(angle({}) for angle in self._angles(()))
        arguments = self._quantum_arguments()
        self._check(name, gate, len(angles), len(arguments), line)
        lengths = {len(argument) for argument in arguments if isinstance(argument, range)}
        if len(lengths) > 1:
            self._tokens.fail(f"gate {name!r} on registers of different sizes", line)
        for index in range(lengths.pop() if lengths else 1):
            qubits = tuple(
                argument[index] if isinstance(argument, range) else argument
                for argument in arguments
            )
            self._check_distinct(name, qubits, self._label, line)
            for qubit in qubits:
                if qubit in self._measured:
                    self._tokens.fail(
                        f"gate {name!r} acts on {self._label(qubit)} after its measurement in "
                        f"line {self._measured[qubit]}: only final measurements can be left out",
                        line,
                    )
            self._apply(name, gate, angles, qubits, line)

    def _apply(
        self,
        name: str,
        gate: GateLike,
        angles: tuple[float, ...],
        qubits: tuple[int, ...],
        line: int,
        cost: int = 0,
    ) -> None:
        self._calls += 1 + cost
        # Definitions upon definitions grow without bound.
        if self._calls > MOST_INSTRUCTIONS:
            self._tokens.fail(
                f"the program expands to more than {MOST_INSTRUCTIONS:,} gates and words", line
            )
        if isinstance(gate, HeaderGate):
            for angle in angles:
                if not math.isfinite(angle):
                    self._tokens.fail(f"gate {name!r} has the angle {angle}", line)
            self._steps += gate.write(Circuit(self._width), *angles, *qubits).instructions
            return
        values = dict(zip(gate.parameters, angles, strict=True))
        for call in gate.body:
            inner = tuple(angle(values) for angle in call.angles)
            where = tuple(qubits[place] for place in call.places)
            self._apply(name, call.gate, inner, where, line, call.cost)

    # -- registers ------------------------------------------------------------------------------

    def _quantum_arguments(self) -> list[int | range]:
        arguments = [self._quantum_argument()]
        while self._tokens.accept(","):
            arguments.append(self._quantum_argument())
        return arguments

    def _quantum_argument(self) -> int | range:
        tokens = self._tokens
        line = tokens.line
        name = tokens.name("a qubit or a register")
        if name not in self._quantum:
            known = f"there are {', '.join(self._quantum)}" if self._quantum else "there is none"
            tokens.fail(f"unknown quantum register {name!r}: {known}", line)
        register = self._quantum[name]
        index = self._index(name, len(register))
        return register if index is None else register[index]

    def _index(self, name: str, size: int) -> int | None:
        tokens = self._tokens
        if not tokens.accept("["):
            return None
        index = tokens.integer("a place in a register")
        if index >= size:
            tokens.fail(f"{name}[{index}] is out of range: {name} has places 0 to {size - 1}")
        tokens.expect("]")
        return index

    def _measure(self, line: int) -> None:
        tokens = self._tokens
        source = self._quantum_argument()
        tokens.expect("->")
        name = tokens.name("a classical register")
        if name not in self._classical:
            tokens.fail(f"unknown classical register {name!r}: declare it with creg", line)
        size = self._classical[name]
        whole = self._index(name, size) is None
        if whole != isinstance(source, range) or (
            isinstance(source, range) and len(source) != size
        ):
            tokens.fail("measure a qubit into a bit, or a register into one of its size", line)
        for qubit in source if isinstance(source, range) else (source,):
            self._measured.setdefault(qubit, line)

    def _label(self, qubit: int) -> str:
        for name, register in self._quantum.items():
            if qubit in register:
                return f"{name}[{qubit - register.start}]"
        raise AssertionError(qubit)
