"""Gates of the standard headers of OpenQASM 2 and 3, up to a global phase."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, PhaseGate

_HALF_PI = math.pi / 2

Write: TypeAlias = Callable[..., Circuit]
"""(circuit, *angles, *qubits) -> the circuit followed by the gate."""


@dataclass(frozen=True)
class HeaderGate:
    """A gate of ``qelib1.inc``.

    Args:
        angles: number of angles.
        qubits: number of qubits.
        write: appends the gate to a circuit.
    """

    angles: int
    qubits: int
    write: Write


def _with_angle(method: str) -> Write:
    """Return a writer that calls a method with the angle after the qubits."""

    def write(circuit: Circuit, angle: float, *qubits: int) -> Circuit:
        return getattr(circuit, method)(*qubits, angle)

    return write


def _plain(method: str) -> Write:
    def write(circuit: Circuit, *qubits: int) -> Circuit:
        return circuit.gate(method, *qubits)

    return write


def _u(circuit: Circuit, theta: float, phi: float, lam: float, qubit: int) -> Circuit:
    return circuit.u(qubit, theta, phi, lam)


def _u2(circuit: Circuit, phi: float, lam: float, qubit: int) -> Circuit:
    return circuit.u(qubit, _HALF_PI, phi, lam)


def _u0(circuit: Circuit, _duration: float, qubit: int) -> Circuit:
    return circuit.id(qubit)


def _ch(circuit: Circuit, control: int, target: int) -> Circuit:
    # H = RY(π/4) Z RY(−π/4).
    return circuit.ry(target, -_HALF_PI / 2).cz(control, target).ry(target, _HALF_PI / 2)


def _cu(
    circuit: Circuit, theta: float, phi: float, lam: float, gamma: float, control: int, target: int
) -> Circuit:
    # U(θ, φ, λ) = e^{i(φ+λ)/2} RZ(φ) RY(θ) RZ(λ).
    circuit = circuit.p(control, gamma + 0.5 * (phi + lam))
    return circuit.crz(control, target, lam).cry(control, target, theta).crz(control, target, phi)


def _cu3(
    circuit: Circuit, theta: float, phi: float, lam: float, control: int, target: int
) -> Circuit:
    # As in today's header; that of the language's paper lacks P((φ + λ)/2) on the control.
    return _cu(circuit, theta, phi, lam, 0.0, control, target)


def _cswap(circuit: Circuit, control: int, first: int, second: int) -> Circuit:
    return circuit.cx(second, first).ccx(control, first, second).cx(second, first)


def _controlled_power_of_x(angle: float) -> Write:
    """Return a writer of X to the power angle/π, controlled by all but the last qubit."""

    def write(circuit: Circuit, *qubits: int) -> Circuit:
        phase = PhaseGate(qubits, Angle(angle))
        return circuit.h(qubits[-1]).append(phase).h(qubits[-1])

    return write


def _words(text: str) -> Write:
    """Return a writer of plain gates, given as names and places: ``"h2 cx12"``."""
    calls = [(word.rstrip("0123"), word.lstrip("cdghtx")) for word in text.split()]

    def write(circuit: Circuit, *qubits: int) -> Circuit:
        for name, places in calls:
            circuit = circuit.gate(name, *(qubits[int(place)] for place in places))
        return circuit

    return write


_PLAIN = {
    "id": 1, "x": 1, "y": 1, "z": 1, "h": 1, "s": 1, "sdg": 1, "t": 1, "tdg": 1, "sx": 1,
    "sxdg": 1, "cx": 2, "cy": 2, "cz": 2, "swap": 2, "ccx": 3,
}  # fmt: skip
_WITH_ANGLE = {
    "rx": 1, "ry": 1, "rz": 1, "p": 1, "cp": 2, "crx": 2, "cry": 2, "crz": 2, "rxx": 2, "rzz": 2,
}  # fmt: skip

BUILT_IN: Mapping[str, HeaderGate] = {
    "U": HeaderGate(3, 1, _u),
    "CX": HeaderGate(0, 2, _plain("cx")),
}
"""Gates of the language without a header."""

HEADER: Mapping[str, HeaderGate] = {
    **{name: HeaderGate(0, width, _plain(name)) for name, width in _PLAIN.items()},
    **{name: HeaderGate(1, width, _with_angle(name)) for name, width in _WITH_ANGLE.items()},
    "u": HeaderGate(3, 1, _u),
    "u3": HeaderGate(3, 1, _u),
    "u2": HeaderGate(2, 1, _u2),
    "u1": HeaderGate(1, 1, _with_angle("p")),
    "u0": HeaderGate(1, 1, _u0),
    "ch": HeaderGate(0, 2, _ch),
    "csx": HeaderGate(0, 2, _controlled_power_of_x(_HALF_PI)),
    "cu1": HeaderGate(1, 2, _with_angle("cp")),
    "cu3": HeaderGate(3, 2, _cu3),
    "cu": HeaderGate(4, 2, _cu),
    "cswap": HeaderGate(0, 3, _cswap),
    "c3x": HeaderGate(0, 4, _controlled_power_of_x(2 * _HALF_PI)),
    "c3sqrtx": HeaderGate(0, 4, _controlled_power_of_x(_HALF_PI)),
    "c4x": HeaderGate(0, 5, _controlled_power_of_x(2 * _HALF_PI)),
    "rccx": HeaderGate(0, 3, _words("h2 t2 cx12 tdg2 cx02 t2 cx12 tdg2 h2")),
    "rc3x": HeaderGate(
        0,
        4,
        _words("h3 t3 cx23 tdg3 h3 cx03 t3 cx13 tdg3 cx03 t3 cx13 tdg3 h3 t3 cx23 tdg3 h3"),
    ),
}
"""Gates of ``qelib1.inc``, in the paper and in the wider version that Qiskit ships."""

_SHARED = (
    "p", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "rx", "ry", "rz", "cx", "cy", "cz", "cp",
    "crx", "cry", "crz", "ch", "swap", "ccx", "cswap", "cu", "id", "u1", "u2", "u3",
)  # fmt: skip

STANDARD: Mapping[str, HeaderGate] = {
    **{name: HEADER[name] for name in _SHARED},
    "CX": HEADER["cx"],
    "phase": HEADER["p"],
    "cphase": HEADER["cp"],
}
"""Gates of ``stdgates.inc``, the header of version 3."""
