"""Frequencies of a state along each parameter, and layers of parameters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit

LARGEST_RATIO = 1000  # of two frequencies that still count as multiples of a common one


@dataclass(frozen=True)
class Spectrum:
    r"""Frequencies of the amplitudes along one parameter.

    .. math:: |\psi(x + t e_i)\rangle = \sum_\lambda e^{-i\lambda t} |\psi_\lambda\rangle,
              \qquad |\lambda - \text{center}| \le \text{radius}

    An expectation value is then a trigonometric polynomial in t with frequencies up to 2 · radius.

    Attributes:
        center: the middle of the frequencies, a global phase.
        radius: half the width of the frequencies, at most; 0 where nothing depends on t.
        step: every λ is center − radius + a multiple of this; None where no such number exists
            or is known.
    """

    center: float
    radius: float
    step: float | None

    @property
    def degree(self) -> int | None:
        """Degree of an expectation value as a trigonometric polynomial in step · t."""
        if self.radius == 0.0:
            return 0
        return None if self.step is None else round(2.0 * self.radius / self.step)


def parameter_spectra(circuit: Circuit) -> tuple[Spectrum, ...]:
    """Return the spectrum of each parameter, from the generators of its instructions.

    A Pauli rotation has the frequencies ±1/2, an excitation of one term 0 and ±1, a mixer on m
    qubits −m, −m + 2, …, m, each times the parameter's coefficient; a parameter of several
    instructions has all their sums.
    """
    centers = [0.0] * circuit.n_params
    radii: list[list[float]] = [[] for _ in range(circuit.n_params)]
    irregular = [False] * circuit.n_params
    for instruction in circuit.instructions:
        angle = instruction.angle
        if angle is None or angle.parameter is None:
            continue
        parameter, coefficient = angle.parameter, angle.coefficient
        center, parts, regular = instruction.spectrum
        centers[parameter] += coefficient * center
        radii[parameter] += [abs(coefficient * part) for part in parts]
        irregular[parameter] |= not regular
    return tuple(
        Spectrum(
            center, float(np.sum(parts)), None if odd else common_measure([2 * r for r in parts])
        )
        for center, parts, odd in zip(centers, radii, irregular, strict=True)
    )


def frequencies(circuit: Circuit) -> tuple[tuple[float, int] | None, ...]:
    """Return frequency and degree of an expectation value along each parameter.

    With all other parameters fixed, ⟨H⟩ is a trigonometric polynomial of that degree in frequency
    · x. A single rotation has (1.0, 1), a parameter without influence (1.0, 0). None where the
    frequencies have no common measure, as in the phases of real-valued costs, or where it is not
    known, as for sums of several excitations.

    Source: Wierichs, Izaac, Wang, Lin 2022, arXiv:2107.12390.
    """
    found: list[tuple[float, int] | None] = []
    for spectrum in parameter_spectra(circuit):
        degree = spectrum.degree
        found.append(None if degree is None else (spectrum.step or 1.0, degree))
    return tuple(found)


def parameter_layers(circuit: Circuit) -> tuple[tuple[int, ...], ...]:
    """Return the parameters in groups, one for each layer of the circuit.

    Instructions with parameters are in one layer when the longest chain of such instructions that
    leads to them over shared qubits is equally long. Layers that share a parameter are one group.
    """
    depth = [0] * circuit.n_qubits
    members: dict[int, list[int]] = {}
    for instruction in circuit.instructions:
        level = max((depth[qubit] for qubit in instruction.qubits), default=0)
        if instruction.parameter is not None:
            level += 1
            members.setdefault(level, []).append(instruction.parameter)
        for qubit in instruction.qubits:
            depth[qubit] = level
    return _joined([*members.values(), *([entry] for entry in range(circuit.n_params))])


def common_measure(numbers: list[float]) -> float | None:
    """Return the largest number of which all are multiples, or None."""
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
    """Return the groups with those merged that share a member, ascending."""
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
