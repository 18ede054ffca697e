"""Noise channels of gates with one or two parameters, with the convention of each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.core.checks import checked_positive, is_finite
from hybridq.core.errors import ParameterError
from hybridq.noise.base import Channel, Matrix, Vector, checked_probability, independent, paulis


@dataclass(frozen=True)
class Depolarizing(Channel):
    r"""Depolarizing noise of all qubits of the gate together.

    .. math:: \rho \to (1-\lambda)\rho + \lambda\,\mathrm{tr}(\rho) I/d

    It acts on all n qubits of the gate together, d = 2**n, and the average gate fidelity is
    1 − λ/2 for one qubit and 1 − 3λ/4 for two. λ is Qiskit's ``depolarizing_error(λ, n)``. Cirq,
    Braket, PennyLane and qulacs count the probability of an error instead, 3λ/4 and 15λ/16.

    Args:
        strength: λ, from 0 to 1.

    Raises:
        ParameterError: the strength is not a number from 0 to 1.
    """

    kind: ClassVar[str] = "depolarizing"
    summary: ClassVar[str] = "ρ → (1−λ)ρ + λI/d on all qubits of the gate together."

    strength: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "strength", checked_probability("strength", self.strength))

    def one_qubit_kraus(self) -> Matrix:
        """Return √(probability) times each Pauli, shape (4, 2, 2)."""
        return self.kraus(1)

    def kraus(self, n_qubits: int = 1) -> Matrix:
        """Return √(probability) times each product of Paulis, shape (4**n, 2**n, 2**n)."""
        return np.sqrt(self.pauli_probabilities(n_qubits))[:, None, None] * paulis(n_qubits)

    def factors(self, n_qubits: int) -> tuple[Channel, ...] | None:
        """Return None for two qubits, which have errors together."""
        return None if n_qubits > 1 else (self,)

    def pauli_transfer(self, n_qubits: int = 1) -> Vector:
        """Return 1 − λ for all Paulis but the identity."""
        found = np.full(4**n_qubits, 1.0 - self.strength)
        found[0] = 1.0
        return np.diag(found)

    def pauli_probabilities(self, n_qubits: int = 1) -> Vector:
        """Return λ/4**n for each error, the rest for none."""
        found = np.full(4**n_qubits, self.strength / 4**n_qubits)
        found[0] = 1.0 - found[1:].sum()
        return found

    def process_fidelity(self, n_qubits: int = 1) -> float:
        """Return 1 − λ(1 − 4**−n)."""
        return 1.0 - self.strength * (1.0 - 0.25**n_qubits)


@dataclass(frozen=True)
class AmplitudeDamping(Channel):
    r"""Decay of |1⟩ to |0⟩ with the probability γ; generalized to a thermal population.

    ρ₁₁ → (1−γ)ρ₁₁ + γq, coherences → √(1−γ): after a time t, γ = 1 − e^{−t/T1}.

    Args:
        strength: γ, from 0 to 1.
        excited: q, the population of |1⟩ in equilibrium, from 0 to 1.

    Raises:
        ParameterError: an argument is not a number from 0 to 1.
    """

    kind: ClassVar[str] = "amplitude-damping"
    summary: ClassVar[str] = "|1⟩ decays with probability γ = 1 − e^{−t/T1}, on each qubit."

    strength: float
    excited: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "strength", checked_probability("strength", self.strength))
        object.__setattr__(self, "excited", checked_probability("excited", self.excited))

    def one_qubit_kraus(self) -> Matrix:
        """Return the operators of decay and of excitation, shape (2, 2, 2) or (4, 2, 2)."""
        return _damping(math.sqrt(1.0 - self.strength), math.sqrt(self.strength), self.excited)

    def process_fidelity(self, n_qubits: int = 1) -> float:
        """Return ((1 + √(1−γ))/2)**2 for each qubit; q does not count."""
        return float((0.5 * (1.0 + math.sqrt(1.0 - self.strength))) ** (2 * n_qubits))


@dataclass(frozen=True)
class PhaseDamping(Channel):
    r"""Loss of phase: coherences → √(1−λ), populations stay.

    The same as a Z error with the probability (1 − √(1−λ))/2. It is ``phase_damping_error(λ)`` in
    Qiskit, ``phase_damp`` in Cirq and ``PhaseDamping`` in Braket and PennyLane.

    Args:
        strength: λ, from 0 to 1.

    Raises:
        ParameterError: the strength is not a number from 0 to 1.
    """

    kind: ClassVar[str] = "phase-damping"
    summary: ClassVar[str] = "Coherences shrink by √(1−λ), on each qubit."

    strength: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "strength", checked_probability("strength", self.strength))

    def one_qubit_kraus(self) -> Matrix:
        """Return √(probability) times I and Z, shape (2, 2, 2)."""
        flip = 0.5 * (1.0 - math.sqrt(1.0 - self.strength))
        keep, phase = math.sqrt(1.0 - flip), math.sqrt(flip)
        return np.array([[[keep, 0], [0, keep]], [[phase, 0], [0, -phase]]], complex)

    def pauli_probabilities(self, n_qubits: int = 1) -> Vector:
        """Return (1 − √(1−λ))/2 for Z on each qubit."""
        flip = 0.5 * (1.0 - math.sqrt(1.0 - self.strength))
        return independent(np.array([1.0 - flip, 0.0, 0.0, flip]), n_qubits)

    def process_fidelity(self, n_qubits: int = 1) -> float:
        """Return (1 + √(1−λ))/2 for each qubit."""
        return float((0.5 * (1.0 + math.sqrt(1.0 - self.strength))) ** n_qubits)


@dataclass(frozen=True)
class ThermalRelaxation(Channel):
    r"""Relaxation for a time t, on each qubit.

    Populations approach equilibrium as e^{−t/T1}, coherences shrink by e^{−t/T2}. The
    average gate fidelity on one qubit is (3 + e^{−t/T1} + 2 e^{−t/T2})/6.

    Args:
        t1: T1, in any unit of time.
        t2: T2 in the same unit, at most 2 T1.
        time: t in the same unit, such as the duration of the gate.
        excited: the population of |1⟩ in equilibrium, from 0 to 1.

    Raises:
        ParameterError: a time is not positive, T2 > 2 T1, or a population outside 0 to 1.
    """

    kind: ClassVar[str] = "thermal-relaxation"
    summary: ClassVar[str] = "Relaxation with T1 and T2 <= 2 T1 for a time, on each qubit."

    t1: float
    t2: float
    time: float
    excited: float = 0.0

    def __post_init__(self) -> None:
        for name in ("t1", "t2"):
            object.__setattr__(self, name, checked_positive(name, getattr(self, name)))
        if not is_finite(self.time) or self.time < 0:
            raise ParameterError(argument="time", value=self.time, expected="a number >= 0")
        object.__setattr__(self, "time", float(self.time))
        object.__setattr__(self, "excited", checked_probability("excited", self.excited))
        if self.t2 > 2.0 * self.t1:
            raise ParameterError(
                argument="t2",
                value=self.t2,
                expected=f"at most 2 T1 = {2.0 * self.t1:g}",
                remedy="no physical channel loses phase more slowly than half its relaxation",
            )

    def one_qubit_kraus(self) -> Matrix:
        """Return amplitude damping followed by the rest of the phase damping."""
        relaxed = -math.expm1(-self.time / self.t1)
        first = _damping(math.exp(-0.5 * self.time / self.t1), math.sqrt(relaxed), self.excited)
        rest = self.time / self.t2 - 0.5 * self.time / self.t1
        flip = -0.5 * math.expm1(-max(rest, 0.0))
        second = np.array([math.sqrt(1.0 - flip) * np.eye(2), math.sqrt(flip) * np.diag([1, -1])])
        return np.array([after @ before for after in second for before in first])

    def process_fidelity(self, n_qubits: int = 1) -> float:
        """Return (1 + e^{−t/T1} + 2 e^{−t/T2})/4 for each qubit."""
        kept = 1.0 + math.exp(-self.time / self.t1) + 2.0 * math.exp(-self.time / self.t2)
        return float((0.25 * kept) ** n_qubits)


def _damping(keep: float, move: float, excited: float) -> Matrix:
    """Return the Kraus operators of generalized amplitude damping.

    Args:
        keep: factor of coherences.
        move: √(1 − keep²).
        excited: the population of |1⟩ in equilibrium.
    """
    down = np.array([[[1, 0], [0, keep]], [[0, move], [0, 0]]], complex)
    if not excited:
        return down
    up = np.array([[[keep, 0], [0, 1]], [[0, 0], [move, 0]]], complex)
    return np.concatenate([math.sqrt(1.0 - excited) * down, math.sqrt(excited) * up])
