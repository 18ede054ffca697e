"""Noise of qubits that wait while gates act on others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hybridq.core.checks import checked_positive
from hybridq.core.configured import Configured
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.noise.base import Channel, as_parts, checked_probability
from hybridq.noise.calibration import as_qubits
from hybridq.noise.channels import PhaseDamping, ThermalRelaxation


@dataclass(frozen=True)
class Idle(Configured):
    r"""Relaxation of qubits that wait, in a schedule of gates as soon as possible.

    A gate begins when all its qubits are free, and the circuit ends, for all qubits together, with
    its last gate. Waiting for a time t costs e^{−t/T1} of the populations' distance from
    equilibrium, and e^{−t/T2} of the coherences. Qubits wait in the state they start in without
    noise until their first gate, unless `excited` is positive.

    Args:
        t1: T1, in the unit of the gates' times; None for no relaxation of populations.
        t2: T2, at most 2 T1; 2 T1 by default.
        excited: the population of |1⟩ in equilibrium, from 0 to 1.
        qubits: the qubits; None for all that no other one names.

    Raises:
        ParameterError: a time is not positive, both are missing, T2 > 2 T1, a population outside
            0 to 1, or qubits that are repeated.
    """

    t1: float | None = None
    t2: float | None = None
    excited: float = 0.0
    qubits: tuple[int, ...] | Sequence[int] | None = None

    def __post_init__(self) -> None:
        if self.t1 is None and self.t2 is None:
            raise ParameterError("idle qubits must have t1, t2 or both", argument="t1")
        for name in ("t1", "t2"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, checked_positive(name, getattr(self, name)))
        object.__setattr__(self, "excited", checked_probability("excited", self.excited))
        if self.qubits is not None:
            object.__setattr__(self, "qubits", as_qubits("qubits", self.qubits))
        self.channel(0.0)  # refuses T2 > 2 T1

    def channel(self, time: float) -> Channel:
        """Return the noise of waiting for a time."""
        return relaxation(self.t1, self.t2, time, self.excited)

    def describe(self) -> dict[str, Any]:
        """Return the options as plain values."""
        found: dict[str, Any] = {
            name: getattr(self, name) for name in ("t1", "t2", "excited") if getattr(self, name)
        }
        return found if self.qubits is None else {**found, "qubits": list(self.qubits)}


def relaxation(t1: float | None, t2: float | None, time: float, excited: float = 0.0) -> Channel:
    """Return the relaxation for a time; None for a time constant that is not known.

    Without T1 coherences shrink alone, without T2 it is 2 T1, without both nothing happens.
    """
    if t1 is not None:
        return ThermalRelaxation(t1, 2.0 * t1 if t2 is None else t2, time, excited)
    if t2 is not None:  # e^{−t/T2} = √(1 − λ)
        return PhaseDamping(-math.expm1(-2.0 * time / t2))
    return PhaseDamping(0.0)


def as_idle(given: Any) -> tuple[Idle, ...]:
    """Return idle noise as a tuple.

    Raises:
        ParameterError: something else, or a qubit with two of them.
    """
    expected = "noise such as hybridq.noise.idle(t1=1e-4, t2=8e-5), or several"
    return as_parts(given, Idle, "idle", expected, "noises")


def idle_on(given: Sequence[Idle], n_qubits: int, device: int) -> dict[int, Idle]:
    """Return the noise of each qubit that waits, without those that are perfect.

    Args:
        given: checked by `as_idle`.
        n_qubits: width of the circuit.
        device: width of the device, whose other qubits may be named.

    Raises:
        DimensionError: it names a qubit that neither has.
    """
    found = {qubit: each for each in given for qubit in each.qubits or ()}
    beyond = sorted(qubit for qubit in found if qubit >= device)
    if beyond:
        raise DimensionError(
            f"idle noise on qubit {beyond[0]}: the circuit has {n_qubits} qubits",
            argument="idle",
            value=beyond[0],
        )
    for each in given:
        if each.qubits is None:
            found = {**dict.fromkeys(range(n_qubits), each), **found}
    return {qubit: each for qubit, each in found.items() if qubit < n_qubits}
