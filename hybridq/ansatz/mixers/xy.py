"""XY mixers: a 1 moves within each one-hot block."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.mixers.base import Conserved, Mixer
from hybridq.ansatz.mixers.blocks import (
    Blocks,
    check_blocks_width,
    checked_blocks,
    exchange,
    free_qubits,
    one_hot_state,
    w_rotations,
)
from hybridq.circuits.instructions import Angle, Excitation, Instruction, PhaseGate, XMixer
from hybridq.circuits.spectra import common_measure

_LEAST_ROTATION = 1e-14  # radians; smaller ones are rounding


@dataclass(frozen=True)
class _XY(Mixer):
    r"""Mixers :math:`M = -\sum (X_a X_b + Y_a Y_b)/2` over pairs within blocks.

    Subclasses choose the pairs. Exact on the one-hot subspace, in which the circuit starts and
    stays. Qubits in no block begin in |+⟩ and have the X mixer.
    """

    blocks: Blocks | None = None
    conserves: ClassVar[Conserved] = Conserved.ONE_HOT_BLOCKS

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", checked_blocks(self.blocks))

    def lacks(self, blocks: Blocks) -> str | None:
        """Return ``"one-hot blocks"`` where neither problem nor mixer has any."""
        own = blocks if self.blocks is None else self.blocks
        return None if own else "one-hot blocks"

    def fitted(self, n_qubits: int, blocks: Blocks) -> Self:
        """Return the mixer with its own blocks, or else with these.

        Raises:
            DimensionError: a block names a qubit out of range.
        """
        mixer = self if self.blocks is not None else replace(self, blocks=blocks)
        check_blocks_width(mixer.blocks or (), n_qubits)
        return mixer

    @cached_property
    def _blocks(self) -> Blocks:
        return self.blocks or ()

    def initial_state(self, n_qubits: int) -> tuple[Instruction, ...]:
        """Return the product of the blocks' W states."""
        return one_hot_state(n_qubits, self._blocks)

    def instructions(self, n_qubits: int, angle: Angle) -> tuple[Instruction, ...]:
        """Return the evolution of each block, and the X mixer on all other qubits."""
        free = free_qubits(n_qubits, self._blocks)
        return (
            *(step for block in self._blocks for step in self._evolution(block, angle)),
            *((XMixer(free, angle),) if free else ()),
        )

    def _evolution(self, block: tuple[int, ...], angle: Angle) -> list[Instruction]:
        """Return the evolution of one block on its one-hot states."""
        if len(block) < 2:
            return []
        if len(block) == 2:
            return [exchange(*block, -angle, imaginary=True)]
        return self._larger_evolution(block, angle)

    @abstractmethod
    def _larger_evolution(self, block: tuple[int, ...], angle: Angle) -> list[Instruction]:
        """Return the evolution of a block of at least 3 qubits."""

    @abstractmethod
    def _frequencies(self, size: int) -> NDArray[np.float64]:
        """Return the eigenvalues of −M on the one-hot states of a block."""

    def period(self, n_qubits: int, *, flip_symmetric: bool = False) -> float | None:
        """Return 2π over the largest common measure of the gaps of M, None without one."""
        gaps = [2.0] if free_qubits(n_qubits, self._blocks) else []
        for size in {len(block) for block in self._blocks}:
            values = self._frequencies(size)
            gaps += [gap for gap in np.abs(values - values[0]).tolist() if gap > 1e-9]
        if not gaps:  # blocks of one qubit, which never change
            return 2.0 * np.pi
        measure = common_measure(gaps)
        return None if measure is None else 2.0 * np.pi / measure


@dataclass(frozen=True)
class XYRing(_XY):
    r"""Hopping between neighbours of each block, which is a ring.

    .. math:: M = -\tfrac12 \sum_{\text{blocks}} \sum_j (X_j X_{j+1} + Y_j Y_{j+1})

    The terms of a ring do not commute. :math:`e^{-i\beta M}` is exact on the one-hot states: M is
    diagonalized there, by k(k − 1)/2 rotations for a block of k qubits, and its eigenvalues
    −2 cos(2πj/k) are phases of single qubits.

    Args:
        blocks: groups of qubits of which exactly one is 1; those of the problem by default.

    Raises:
        ParameterError: the blocks overlap or are empty.

    Source: Hadfield et al. 2019, arXiv:1709.03489; Wang, Rubin, Dominy, Rieffel 2020,
    arXiv:1904.09314.
    """

    kind: ClassVar[str] = "xy-ring"
    summary: ClassVar[str] = "Move the 1 of each one-hot block to its neighbours on a ring."
    source: ClassVar[str] = "Hadfield et al. 2019, arXiv:1709.03489"

    def _frequencies(self, size: int) -> NDArray[np.float64]:
        if size == 2:  # one pair, not two
            return np.array([1.0, -1.0])
        return 2.0 * np.cos(2.0 * np.pi * np.arange(size) / size) if size > 1 else np.zeros(1)

    def _larger_evolution(self, block: tuple[int, ...], angle: Angle) -> list[Instruction]:
        size = len(block)
        hops = np.roll(np.eye(size), 1, axis=0)
        values, vectors = np.linalg.eigh(hops + hops.T)
        basis = one_particle_rotations(block, vectors)
        # A common phase is global: the first eigenvalue needs no gate.
        shifted = values - values[0]
        phases = [
            PhaseGate((qubit,), angle * float(value))
            for qubit, value in zip(block, shifted, strict=True)
            if value > 1e-9
        ]
        return [*(step.inverse() for step in reversed(basis)), *phases, *basis]


@dataclass(frozen=True)
class XYComplete(_XY):
    r"""Hopping between all pairs of qubits of each block.

    .. math:: M = -\tfrac12 \sum_{\text{blocks}} \sum_{a<b} (X_a X_b + Y_a Y_b)

    On the one-hot states of a block of k qubits M is :math:`1 - k|W\rangle\langle W|`, so
    :math:`e^{-i\beta M}` is exact with 2(k − 1) rotations and one phase.

    Args:
        blocks: groups of qubits of which exactly one is 1; those of the problem by default.

    Raises:
        ParameterError: the blocks overlap or are empty.

    Source: Hadfield et al. 2019, arXiv:1709.03489; Wang, Rubin, Dominy, Rieffel 2020,
    arXiv:1904.09314.
    """

    kind: ClassVar[str] = "xy-complete"
    summary: ClassVar[str] = "Move the 1 of each one-hot block to any qubit of the block."
    source: ClassVar[str] = "Hadfield et al. 2019, arXiv:1709.03489"

    def _frequencies(self, size: int) -> NDArray[np.float64]:
        return np.array([size - 1.0] + [-1.0] * (size - 1))

    def _larger_evolution(self, block: tuple[int, ...], angle: Angle) -> list[Instruction]:
        rotations = w_rotations(block)
        phase = PhaseGate((block[0],), angle * float(len(block)))
        return [*(step.inverse() for step in reversed(rotations)), phase, *rotations]


def one_particle_rotations(
    block: tuple[int, ...], vectors: NDArray[np.float64]
) -> list[Excitation]:
    """Return rotations that take one-hot state j of a block to column j of `vectors`.

    Each column is reached up to its sign.

    Args:
        block: k qubits.
        vectors: orthonormal columns, shape (k, k).
    """
    rows = np.array(vectors)
    rotations = []
    for column in range(len(block) - 1):
        for row in range(len(block) - 1, column, -1):  # rotate row into row − 1
            theta = float(np.arctan2(rows[row, column], rows[row - 1, column]))
            if abs(theta) < _LEAST_ROTATION:
                continue
            c, s = np.cos(theta), np.sin(theta)
            rows[[row - 1, row]] = np.array([[c, s], [-s, c]]) @ rows[[row - 1, row]]
            rotations.append(exchange(block[row - 1], block[row], Angle(theta)))
    return rotations[::-1]
