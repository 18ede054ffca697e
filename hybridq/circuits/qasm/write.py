"""Write circuits as OpenQASM programs, versions 2 and 3."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from hybridq.circuits.decompose import parts
from hybridq.circuits.elementary import FROM_Z, TO_Z
from hybridq.circuits.instructions import Angle, Gate, Instruction, PauliRotation, PhaseGate
from hybridq.circuits.qasm.gates import STANDARD
from hybridq.core.errors import ParameterError, Setting

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit

# Gates that some readers lack, in gates that all of them have, up to a global phase; the
# numbers are places among the gate's qubits.
_Words = tuple[tuple[str, tuple[int, ...]], ...]
_SWAP: _Words = (("cx", (0, 1)), ("cx", (1, 0)), ("cx", (0, 1)))
_SXDG: _Words = (("s", (0,)), ("h", (0,)), ("s", (0,)))
_ISWAP: _Words = (
    ("s", (0,)), ("s", (1,)), ("h", (0,)), ("cx", (0, 1)), ("cx", (1, 0)), ("h", (1,)),
)  # fmt: skip
_ISWAPDG: _Words = (
    ("h", (1,)), ("cx", (1, 0)), ("cx", (0, 1)), ("h", (0,)), ("sdg", (1,)), ("sdg", (0,)),
)  # fmt: skip
# A rotation about ZX by π/2, then X.
_ECR: _Words = (
    ("h", (1,)), ("cx", (0, 1)), ("s", (1,)), ("cx", (0, 1)), ("h", (1,)), ("x", (0,)),
)  # fmt: skip
_WORDS: dict[int, dict[str, _Words]] = {
    2: {
        "sx": (("sdg", (0,)), ("h", (0,)), ("sdg", (0,))),
        "sxdg": _SXDG,
        "swap": _SWAP,
        "iswap": _ISWAP,
        "iswapdg": _ISWAPDG,
        "ecr": _ECR,
    },
    3: {"sxdg": _SXDG, "iswap": _ISWAP, "iswapdg": _ISWAPDG, "ecr": _ECR},
}
# Names of the phase gate and its controlled form; wider ones are rotations in version 2.
_PHASES = {2: ("u1", "cu1"), 3: ("p", "cp")}
DIALECTS = ("stdgates", "braket")
"""Gate names of version 3: the standard library's, or those that Amazon Braket has built in."""
_BRAKET = {
    "id": "i", "sdg": "si", "tdg": "ti", "sx": "v", "sxdg": "vi", "cx": "cnot", "ccx": "ccnot",
    "p": "phaseshift", "cp": "cphaseshift",
}  # fmt: skip
_NAME = re.compile(r"^(ctrl\(\d+\) @ )?(\w+)")
_KEYWORDS = (
    "OPENQASM", "include", "defcalgrammar", "def", "cal", "defcal", "gate", "extern", "box",
    "let", "break", "continue", "if", "else", "end", "return", "for", "while", "in", "switch",
    "case", "default", "nop", "pragma", "input", "output", "const", "readonly", "mutable",
    "qreg", "qubit", "creg", "bool", "bit", "int", "uint", "float", "angle", "complex",
    "array", "void", "duration", "stretch", "gphase", "inv", "pow", "ctrl", "negctrl",
    "durationof", "delay", "reset", "measure", "barrier", "true", "false", "im", "pi", "tau",
    "euler", "U", "q", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "exp", "log", "sqrt",
    "ceiling", "floor", "mod", "popcount", "real", "imag", "rotl", "rotr", "sizeof",
)  # fmt: skip
_RESERVED = frozenset((*_KEYWORDS, *STANDARD))


def write_qasm(
    circuit: Circuit, version: int = 2, *, dialect: str = "stdgates", measure: bool = False
) -> str:
    """Return a circuit as an OpenQASM program on the register q.

    The program is exact up to a global phase. Version 2 keeps to the gates of the language's
    paper, which every reader knows; version 3 to its standard library. Pauli rotations on several
    qubits, excitations, diagonal phases and mixers are written out with ladders of CX. Angles keep
    all their digits.

    Args:
        circuit: the circuit; version 2 cannot express free parameters, version 3 declares them
            as inputs.
        version: 2 or 3.
        dialect: gate names of version 3, one of `DIALECTS`.
        measure: whether all qubits are measured at the end, qubit i into bit i of the register c.

    Raises:
        ParameterError: another version or dialect, a free parameter in version 2, or an
            excitation of terms that do not commute.

    Source: Cross, Bishop, Smolin, Gambetta 2017, arXiv:1707.03429 (version 2); Cross et al. 2022,
    arXiv:2104.14722 (version 3); Amazon Braket Developer Guide, "OpenQASM 3.0 support".
    """
    if isinstance(version, bool) or version not in (2, 3):
        raise ParameterError(argument="version", value=version, expected="2 or 3")
    if dialect not in DIALECTS:
        raise ParameterError(argument="dialect", value=dialect, expected=" or ".join(DIALECTS))
    if version == 2 and dialect != "stdgates":
        raise ParameterError(
            f"the dialect {dialect!r} is one of OpenQASM 3",
            argument="dialect",
            value=dialect,
            remedy=("write ", Setting("version", 3)),
        )
    if version == 2 and circuit.parameters:
        raise ParameterError(
            f"OpenQASM 2 has no free parameters, but {circuit.parameters[0]!r} is free",
            argument="version",
            value=version,
            remedy=("bind it, or write ", Setting("version", 3)),
        )
    taken = {"c"} if dialect == "stdgates" else {"c", *_BRAKET.values()}
    names, n = identifiers(circuit.parameters, taken), circuit.n_qubits
    if version == 2:
        lines = ["OPENQASM 2.0;", 'include "qelib1.inc";', f"qreg q[{n}];"]
        lines += [f"creg c[{n}];"] if measure else []
    else:
        lines = ["OPENQASM 3.0;", *(['include "stdgates.inc";'] if dialect == "stdgates" else [])]
        lines += [f"input float[64] {name};" for name in names]
        lines.append(f"qubit[{n}] q;")
        lines += [f"bit[{n}] c;"] if measure else []
    for instruction in circuit.instructions:
        written = _statements(instruction, version, lambda angle: _angle(angle, names))
        lines += written if dialect == "stdgates" else map(_in_braket, written)
    if measure:
        form = "measure q[{0}] -> c[{0}];" if version == 2 else "c[{0}] = measure q[{0}];"
        lines += [form.format(qubit) for qubit in range(n)]
    return "\n".join(lines) + "\n"


def _in_braket(statement: str) -> str:
    """Return a statement with the gate's name in Amazon Braket."""
    return _NAME.sub(lambda m: f"{m[1] or ''}{_BRAKET.get(m[2], m[2])}", statement)


AngleText: TypeAlias = Callable[[Angle], str]


def _statements(instruction: Instruction, version: int, text: AngleText) -> Iterator[str]:
    """Write one instruction; classes without a form of their own are decomposed."""
    write = _FORMS.get(type(instruction), _parts)
    return write(instruction, version, text)


def _gate(gate: Gate, version: int, _text: AngleText) -> Iterator[str]:
    words: _Words = ((gate.name, tuple(range(len(gate.qubits)))),)
    for name, places in _WORDS[version].get(gate.name, words):
        yield _call(name, *(gate.qubits[place] for place in places))


def _phase_gate(gate: PhaseGate, version: int, text: AngleText) -> Iterator[str]:
    controls, names = len(gate.qubits) - 1, _PHASES[version]
    if controls < len(names) or version == 3:
        name = names[controls] if controls < len(names) else f"ctrl({controls}) @ p"
        yield _call(f"{name}({text(gate.angle)})", *gate.qubits)
    else:
        yield from _parts(gate, version, text)


def _parts(instruction: Instruction, version: int, text: AngleText) -> Iterator[str]:
    for part in parts(instruction):
        yield from _statements(part, version, text)


def _rotation(rotation: PauliRotation, _version: int, text: AngleText) -> Iterator[str]:
    """Write a rotation about Zs by a ladder of CX, between changes of basis."""
    if not rotation.qubits:  # a global phase
        return
    angle = text(rotation.angle)
    if len(rotation.qubits) == 1:
        yield _call(f"r{rotation.paulis.lower()}({angle})", *rotation.qubits)
        return
    letters = list(zip(rotation.qubits, rotation.paulis, strict=True))
    ladder = list(zip(rotation.qubits, rotation.qubits[1:], strict=False))
    for qubit, letter in letters:
        yield from (_call(name, qubit) for name in TO_Z[letter])
    yield from (_call("cx", *pair) for pair in ladder)
    yield _call(f"rz({angle})", rotation.qubits[-1])
    yield from (_call("cx", *pair) for pair in reversed(ladder))
    for qubit, letter in letters:
        yield from (_call(name, qubit) for name in FROM_Z[letter])


_FORMS: dict[type[Instruction], Callable[[Any, int, AngleText], Iterator[str]]] = {
    Gate: _gate,
    PhaseGate: _phase_gate,
    PauliRotation: _rotation,
}
"""Instructions with a form of their own."""


def _call(name: str, *qubits: int) -> str:
    return f"{name} {', '.join(f'q[{qubit}]' for qubit in qubits)};"


def _angle(angle: Angle, names: list[str]) -> str:
    if angle.parameter is None:
        return number(angle.constant)
    text = names[angle.parameter]
    if angle.coefficient != 1.0:
        text = f"{number(angle.coefficient)} * {text}"
    if not angle.constant:
        return text
    return f"{text} {'-' if angle.constant < 0 else '+'} {number(abs(angle.constant))}"


def number(value: float) -> str:
    """Return `value` with all digits, or as an equal multiple of pi."""
    multiple = Fraction(value / math.pi).limit_denominator(16)
    top, bottom = multiple.numerator, multiple.denominator
    if top and abs(top) <= 16 and top * math.pi / bottom == value:
        sign = "-" if top < 0 else ""
        many = "pi" if abs(top) == 1 else f"{abs(top)}*pi"
        return f"{sign}{many}" + (f"/{bottom}" if bottom > 1 else "")
    return repr(float(value))


def identifiers(names: tuple[str, ...], reserved: Iterable[str] = ()) -> list[str]:
    """Return a distinct OpenQASM 3 identifier for each name: ``x[0]`` is ``x_0``.

    Args:
        names: of the parameters.
        reserved: words of the program besides those of the language.
    """
    taken: set[str] = set(reserved)
    result = []
    for name in names:
        plain = re.sub(r"\W+", "_", name).strip("_") or "parameter"
        if plain[0].isdigit() or plain in _RESERVED:
            plain = f"p_{plain}"
        unique, count = plain, 1
        while unique in taken:
            count += 1
            unique = f"{plain}_{count}"
        taken.add(unique)
        result.append(unique)
    return result
