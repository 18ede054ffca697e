"""An OpenQASM 2 program on its way to a circuit; `program3` adds version 3.

Existing parsers come with whole frameworks, or are not maintained.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Instruction
from hybridq.circuits.parameters import Parameter
from hybridq.circuits.qasm.gates import BUILT_IN, HEADER, HeaderGate
from hybridq.circuits.qasm.tokens import Expression, Tokens
from hybridq.core.errors import UnknownNameError, shown
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


class Program:
    """A program of version 2 on its way to a circuit."""

    header = ('"qelib1.inc"', HEADER)
    refused = frozenset(("if",))
    modifiers: frozenset[str] = frozenset()

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._gates: dict[str, GateLike] = dict(BUILT_IN)
        self._opaque: set[str] = set()
        self._inputs: dict[str, Parameter] = {}
        self._quantum: dict[str, range] = {}
        self._classical: dict[str, int] = {}
        self._width = 0
        self._measured: dict[int, int] = {}
        self._steps: list[Instruction] = []
        self._calls = 0

    def circuit(self) -> Circuit:
        """Read the program to its end."""
        tokens = self._tokens
        tokens.expect("OPENQASM")
        tokens.take()
        tokens.expect(";")
        while tokens.here.kind != "end":
            if not tokens.accept(";"):
                self._statement()
        if not self._width:
            tokens.fail("the program declares no qubits: add one")
        return Circuit(self._width, tuple(self._steps), tuple(self._inputs))

    def _statement(self) -> None:
        tokens = self._tokens
        line = tokens.line
        word = tokens.name("a statement")
        if word in self.refused:
            tokens.fail(f"{word!r} cannot be read: it is not part of a unitary circuit", line)
        if word == "gate":
            self._define()
            return
        if word == "include":
            self._include()
        elif word == "reset":
            self._reset(line)
        elif word == "opaque":
            self._declare_opaque()
        elif not self._own_statement(word, line):
            self._apply_statement(word, line)
        tokens.expect(";")

    def _own_statement(self, word: str, line: int) -> bool:
        """Read a statement of this version; return whether `word` begins one."""
        if word in {"qreg", "creg"}:
            self._declare(quantum=word == "qreg")
        elif word == "barrier":
            self._quantum_arguments()
        elif word == "measure":
            self._measure(line)
        else:
            return False
        return True

    def _declare_opaque(self) -> None:
        """Note a gate without a definition, which is an error only where it is used."""
        self._opaque.add(self._tokens.name("a gate's name"))
        self._angles_skipped()
        self._names("a qubit's name")

    def _angles_skipped(self) -> None:
        if self._tokens.accept("(") and not self._tokens.accept(")"):
            self._names("a parameter's name")
            self._tokens.expect(")")

    def _reset(self, line: int) -> None:
        """Pass over a reset of qubits that are still in their first state."""
        target = self._quantum_argument()
        qubits = set(target) if isinstance(target, range) else {target}
        used = qubits & {qubit for step in self._steps for qubit in step.support}
        used |= qubits & self._measured.keys()
        if used:
            self._tokens.fail(
                f"'reset' of {self._label(min(used))} cannot be read after a gate: it is not part "
                "of a unitary circuit",
                line,
            )

    def _include(self) -> None:
        token = self._tokens.take()
        name, gates = self.header
        if token.text != name:
            self._tokens.fail(
                f"{shown(token.text)} cannot be included: {name} can; "
                "copy other definitions into the program",
                token.line,
            )
        self._gates = {**gates, **self._gates}

    def _declare(self, *, quantum: bool) -> None:
        tokens = self._tokens
        line = tokens.line
        name = tokens.name("a register's name")
        if name in self._quantum or name in self._classical:
            tokens.fail(f"register {name!r} is declared twice", line)
        tokens.expect("[")
        size = tokens.integer("a register's size")
        tokens.expect("]")
        self._add_register(name, size, line, quantum)

    def _add_register(self, name: str, size: int, line: int, quantum: bool) -> None:
        tokens = self._tokens
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
            if name in self._opaque:
                self._tokens.fail(f"gate {name!r} is opaque: give it a definition", line)
            if name in self.header[1]:
                self._tokens.fail(f"gate {name!r} needs include {self.header[0]}; before it", line)
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
            if tokens.here.text == "@" or (inner in self.modifiers and tokens.here.text == "("):
                tokens.fail(
                    f"{inner!r} in a definition cannot be read: apply the modifier where the gate "
                    "is used",
                    line,
                )
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
        angles = tuple(angle(self._inputs) for angle in self._angles(tuple(self._inputs)))
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
            self._check_unmeasured(name, qubits, line)
            self._apply(name, gate, angles, qubits, line)

    def _check_unmeasured(self, name: str, qubits: Sequence[int], line: int) -> None:
        for qubit in qubits:
            if qubit in self._measured:
                self._tokens.fail(
                    f"gate {name!r} acts on {self._label(qubit)} after its measurement in "
                    f"line {self._measured[qubit]}: only final measurements can be left out",
                    line,
                )

    def _apply(
        self,
        name: str,
        gate: GateLike,
        angles: tuple[Any, ...],
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
                if not isinstance(angle, Parameter) and not math.isfinite(angle):
                    self._tokens.fail(f"gate {name!r} has the angle {angle}", line)
            blank = Circuit(self._width, (), tuple(self._inputs))
            self._steps += gate.write(blank, *angles, *qubits).instructions
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
