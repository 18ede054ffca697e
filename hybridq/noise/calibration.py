"""Calibrated numbers of single qubits and gates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hybridq.core.checks import is_finite, is_whole
from hybridq.core.configured import Configured
from hybridq.core.errors import ParameterError
from hybridq.noise.base import checked_probability


@dataclass(frozen=True)
class QubitCalibration(Configured):
    """Measured numbers of one qubit; None for those that were not reported.

    T2 is kept as it was measured, also above 2 T1; a noise model of such a qubit is refused.

    Args:
        t1: relaxation time in seconds.
        t2: coherence time in seconds.
        p10: probability of reading 1 where the qubit is in |0⟩.
        p01: probability of reading 0 where the qubit is in |1⟩.
        label: the vendor's name of the qubit, such as ``"(3, 4)"``.

    Raises:
        ParameterError: a time is not positive, or a probability outside 0 to 1.
    """

    t1: float | None = None
    t2: float | None = None
    p10: float | None = None
    p01: float | None = None
    label: str = ""

    def __post_init__(self) -> None:
        for name in ("t1", "t2"):
            value = getattr(self, name)
            if value is not None and (not is_finite(value) or value <= 0):
                raise ParameterError(argument=name, value=value, expected="a positive number")
        for name in ("p10", "p01"):
            if getattr(self, name) is not None:
                checked_probability(name, getattr(self, name))
        check_text("label", self.label)

    @property
    def has_impossible_t2(self) -> bool:
        """True where T2 was measured above 2 T1, which no channel has."""
        return self.t1 is not None and self.t2 is not None and self.t2 > 2.0 * self.t1


@dataclass(frozen=True)
class GateCalibration(Configured):
    """A gate of a device on certain qubits.

    Args:
        name: of the gate, in lower case, as OpenQASM names it: ``"cx"``, ``"rz"``.
        qubits: one or two, in the gate's order.
        error: 1 − the average gate fidelity; None if it was not reported.
        duration: in seconds; None if it was not reported.

    Raises:
        ParameterError: an argument of another form.
    """

    name: str
    qubits: tuple[int, ...]
    error: float | None = None
    duration: float | None = None

    def __post_init__(self) -> None:
        check_text("name", self.name)
        if not self.name:
            raise ParameterError(argument="name", value=self.name, expected="a gate's name")
        object.__setattr__(self, "qubits", as_qubits("qubits", self.qubits, (1, 2)))
        if self.error is not None:
            checked_probability("error", self.error)
        if self.duration is not None and (not is_finite(self.duration) or self.duration < 0):
            raise ParameterError(argument="duration", value=self.duration, expected="a number >= 0")


def check_text(name: str, value: object) -> None:
    """Raise for something else than a text.

    Raises:
        ParameterError: it is.
    """
    if not isinstance(value, str):
        raise ParameterError(argument=name, value=value, expected="a text")


def as_qubits(name: str, value: Any, counts: tuple[int, ...] = ()) -> tuple[int, ...]:
    """Return distinct qubits as a tuple.

    Raises:
        ParameterError: other entries than distinct integers >= 0, or another count.
    """
    found = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else ()
    good = all(is_whole(qubit) and qubit >= 0 for qubit in found) and len(set(found)) == len(found)
    if not found or not good or (counts and len(found) not in counts):
        count = " or ".join(("", "one", "two")[count] for count in counts)
        expected = f"{count} different integers >= 0".strip()
        raise ParameterError(argument=name, value=value, expected=expected)
    return tuple(int(qubit) for qubit in found)
