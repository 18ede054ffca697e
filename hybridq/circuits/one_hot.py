"""Circuits on one-hot blocks: groups of qubits of which exactly one is 1."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.instructions import (
    Angle,
    Excitation,
    Gate,
    Instruction,
    PhaseGate,
    Transition,
)

Blocks: TypeAlias = tuple[tuple[int, ...], ...]

_LEAST_ROTATION = 1e-14  # radians; smaller ones are rounding


def one_hot_state(blocks: Blocks, free: Sequence[int]) -> tuple[Instruction, ...]:
    """Return W states of the blocks from |0…0⟩, with |+⟩ on the `free` qubits.

    W is the equal superposition of the states with exactly one 1.
    """
    return (
        *(Gate("x", (block[0],)) for block in blocks),
        *(Gate("h", (qubit,)) for qubit in free),
        *(step for block in blocks for step in w_rotations(block)),
    )


def w_rotations(block: Sequence[int]) -> list[Excitation]:
    """Return rotations that take |10…0⟩ of a block to its W state.

    Rotation i leaves amplitude 1/√k on qubit i and moves the rest to qubit i + 1.
    """
    left = np.arange(len(block), 1, -1)
    angles = np.arccos(np.sqrt(1.0 / left))
    pairs = zip(pairwise(block), angles.tolist(), strict=True)
    return [exchange(*pair, Angle(angle)) for pair, angle in pairs]


def exchange(first: int, second: int, angle: Angle, *, imaginary: bool = False) -> Excitation:
    r"""Return a rotation between |10⟩ and |01⟩ of two qubits.

    With T = σ⁺_second σ⁻_first it is :math:`e^{\theta(T - T^\dagger)}`, which takes |10⟩ to
    cos θ |10⟩ + sin θ |01⟩; with `imaginary`
    :math:`e^{-i\theta(T + T^\dagger)} = e^{-i\theta(XX + YY)/2}`.
    """
    hop = Transition((second,), (first,), fermionic=False)
    return Excitation(((1.0, hop),), angle, imaginary)


def one_hot_reflection(blocks: Blocks, free: Sequence[int], angle: Angle) -> list[Instruction]:
    """Return a phase on the uniform state of blocks and free qubits.

    That state is brought to the one with a 1 on the first qubit of each block and on each free
    qubit.
    """
    rotations = [step for block in blocks for step in w_rotations(block)]
    ones = (*(block[0] for block in blocks), *free)
    return [
        *(step.inverse() for step in reversed(rotations)),
        *(Gate(name, (qubit,)) for qubit in free for name in ("h", "x")),
        PhaseGate(ones, angle),
        *(Gate(name, (qubit,)) for qubit in free for name in ("x", "h")),
        *rotations,
    ]


def complete_evolution(block: tuple[int, ...], angle: Angle) -> list[Instruction]:
    r"""Return :math:`e^{i\beta A}`, A all hops within one block, up to a global phase.

    On the one-hot states of k qubits A is :math:`k|W\rangle\langle W| - 1`: 2(k − 1) rotations and
    one phase.
    """
    if len(block) == 2:
        return [exchange(*block, -angle, imaginary=True)]
    rotations = w_rotations(block)
    phase = PhaseGate((block[0],), angle * float(len(block)))
    return [*(step.inverse() for step in reversed(rotations)), phase, *rotations]


def neighbour_evolution(block: tuple[int, ...], angle: Angle, *, closed: bool) -> list[Instruction]:
    r"""Return :math:`e^{i\beta A}`, A the hops between neighbours, up to a phase.

    A is diagonalized on the one-hot states, by k(k − 1)/2 rotations for k qubits, and its
    eigenvalues are phases of single qubits.

    Args:
        block: the qubits in their order.
        angle: β.
        closed: whether the last qubit is a neighbour of the first.
    """
    if len(block) == 2:
        return [exchange(*block, -angle, imaginary=True)]
    values, vectors = np.linalg.eigh(neighbour_hops(len(block), closed=closed))
    basis = one_particle_rotations(block, vectors)
    # A common phase is global: the first eigenvalue needs no gate.
    shifted = values - values[0]
    phases = [
        PhaseGate((qubit,), angle * float(value))
        for qubit, value in zip(block, shifted, strict=True)
        if value > 1e-9
    ]
    return [*(step.inverse() for step in reversed(basis)), *phases, *basis]


def neighbour_hops(size: int, *, closed: bool) -> NDArray[np.float64]:
    """Return the hops between neighbours on a chain or a ring, shape (size, size).

    A ring of two is one pair.
    """
    hops = np.eye(size, k=1)
    if closed and size > 2:
        hops[0, -1] = 1.0
    return hops + hops.T


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
