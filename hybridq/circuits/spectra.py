"""How a state depends on each parameter of its circuit: frequencies, and layers of parameters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from hybridq.circuits.instructions import (
    DiagonalPhase,
    Excitation,
    Gate,
    Instruction,
    PauliRotation,
    PhaseGate,
    XMixer,
)

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit

LARGEST_RATIO = 1000  # of two frequencies that still count as multiples of a common one


@dataclass(frozen=True)
class Spectrum:
    r"""The frequencies with which amplitudes turn along one parameter.

    .. math:: |\psi(x + t e_i)\rangle = \sum_\lambda e^{-i\lambda t} |\psi_\lambda\rangle,
              \qquad |\lambda - \text{center}| \le \text{radius}

    An expectation value is then a trigonometric polynomial in t with frequencies up to 2 · radius.

    Attributes:
        center: the middle, a global phase.
        radius: half the width of the frequencies, at most; 0 where nothing depends on t.
        step: every λ is center − radius + a multiple of this; None where there is no such number,
            or none is known.
    """

    center: float
    radius: float
    step: float | None

    @property
    def degree(self) -> int | None:
        """The degree of an expectation value as a trigonometric polynomial in step · t."""
        if self.radius == 0.0:
            return 0
        return None if self.step is None else round(2.0 * self.radius / self.step)


def parameter_spectra(circuit: Circuit) -> tuple[Spectrum, ...]:
    """The spectrum of each parameter, from the generators of the instructions that it enters.

    A Pauli rotation has the frequencies ±1/2, an excitation of one term 0 and ±1, a mixer on m
    qubits −m, −m + 2, …, m, each times the parameter's coefficient; a parameter of several
    instructions has all their sums.
    """
    centers = [0.0] * circuit.n_params
    radii: list[list[float]] = [[] for _ in range(circuit.n_params)]
    irregular = [False] * circuit.n_params
    for instruction in circuit.instructions:
        if isinstance(instruction, Gate) or instruction.angle.parameter is None:
            continue
        parameter, coefficient = instruction.angle.parameter, instruction.angle.coefficient
        center, parts, regular = _generator(instruction)
        centers[parameter] += coefficient * center
        radii[parameter] += [abs(coefficient * part) for part in parts]
        irregular[parameter] |= not regular
    return tuple(
        Spectrum(center, float(np.sum(parts)), None if odd else _common([2 * r for r in parts]))
        for center, parts, odd in zip(centers, radii, irregular, strict=True)
    )


def frequencies(circuit: Circuit) -> tuple[tuple[float, int] | None, ...]:
    """The fundamental frequency and the degree of an expectation value along each parameter.

    With all other parameters fixed, ⟨H⟩ is a trigonometric polynomial of that degree in frequency
    · x. A single rotation has (1.0, 1), a parameter that nothing depends on (1.0, 0). None where
    the frequencies have no common measure, as in the phases of real-valued costs, or where it is
    not known, as for sums of several excitations.

    Source: Wierichs, Izaac, Wang, Lin 2022, arXiv:2107.12390.
    """
    found: list[tuple[float, int] | None] = []
    for spectrum in parameter_spectra(circuit):
        degree = spectrum.degree
        found.append(None if degree is None else (spectrum.step or 1.0, degree))
    return tuple(found)


def parameter_layers(circuit: Circuit) -> tuple[tuple[int, ...], ...]:
    """The parameters in groups, of which each belongs to one layer of the circuit.

    Instructions with parameters are in one layer when the longest chain of such instructions that
    leads to them over shared qubits is equally long. Layers that share a parameter are one group.
    """
    depth = [0] * circuit.n_qubits
    members: dict[int, list[int]] = {}
    for instruction in circuit.instructions:
        level = max(depth[qubit] for qubit in instruction.qubits)
        if not isinstance(instruction, Gate) and instruction.angle.parameter is not None:
            level += 1
            members.setdefault(level, []).append(instruction.angle.parameter)
        for qubit in instruction.qubits:
            depth[qubit] = level
    return _joined([*members.values(), *([entry] for entry in range(circuit.n_params))])


def _generator(instruction: Instruction) -> tuple[float, Iterable[float], bool]:
    """Center and radii of G in e^{−iθG}: G is center + a sum of parts with eigenvalues ±radius.

    The third entry is False where the eigenvalues lie otherwise within the same reach.
    """
    if isinstance(instruction, PauliRotation):
        return 0.0, [0.5], True
    if isinstance(instruction, PhaseGate):
        return -0.5, [0.5], True
    if isinstance(instruction, XMixer):
        return 0.0, [1.0] * len(instruction.qubits), True
    if isinstance(instruction, Excitation):
        coefficients = [abs(coefficient) for coefficient, _ in instruction.terms]
        # One term has the eigenvalues 0 and ±c, as two parts of c / 2 have.
        halves = [c / 2 for c in coefficients for _ in range(2)]
        return 0.0, halves, len(coefficients) == 1
    assert isinstance(instruction, DiagonalPhase)
    center, parts = 0.0, []
    for letters, _, value in instruction.hamiltonian.to_sparse():
        if letters:
            parts.append(abs(complex(value).real))
        else:
            center += complex(value).real
    return center, parts, True


def _common(numbers: list[float]) -> float | None:
    """The largest number of which all are multiples, or None."""
    distinct = np.unique([number for number in numbers if number > 0.0])
    if not len(distinct):
        return None
    smallest = float(distinct[0])
    denominator = 1
    for ratio in (distinct / smallest).tolist():
        simple = Fraction(ratio).limit_denominator(LARGEST_RATIO)
        if abs(float(simple) - ratio) > 1e-12 * ratio:
            return None
        denominator = lcm(denominator, simple.denominator)
        if denominator > LARGEST_RATIO:
            return None
    return smallest / denominator


def _joined(groups: Iterable[Iterable[int]]) -> tuple[tuple[int, ...], ...]:
    """Groups that share a member put together; members and groups ascending."""
    joined: list[set[int]] = []
    for group in groups:
        merged = set(group)
        apart = []
        for other in joined:
            if merged & other:
                merged |= other
            else:
                apart.append(other)
        joined = [*apart, merged]
    return tuple(sorted(tuple(sorted(group)) for group in joined))
