"""One-hot blocks: groups of qubits of which exactly one is 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from hybridq.circuits.instructions import Angle, Excitation, Gate, Instruction, Transition
from hybridq.core.checks import is_whole
from hybridq.core.errors import DimensionError, ParameterError

Blocks: TypeAlias = tuple[tuple[int, ...], ...]


def checked_blocks(blocks: Iterable[Sequence[int]] | None) -> Blocks | None:
    """Return blocks as tuples of integers; None stays None.

    Raises:
        ParameterError: an empty block, an entry that is not an integer >= 0, or a qubit in two
            blocks.
    """
    if blocks is None:
        return None
    try:
        checked = tuple(tuple(block) for block in blocks)
    except TypeError:
        checked = ((),)
    qubits = [qubit for block in checked for qubit in block]
    whole = all(is_whole(qubit) and qubit >= 0 for qubit in qubits)
    if not all(checked) or not whole or len(set(qubits)) < len(qubits):
        raise ParameterError(
            argument="blocks",
            value=blocks,
            expected="groups of qubits counted from 0, each qubit in one group at most",
        )
    return tuple(tuple(int(qubit) for qubit in block) for block in checked)


def check_blocks_width(blocks: Blocks, n_qubits: int) -> None:
    """Raise if a block names a qubit that a circuit does not have.

    Raises:
        DimensionError: a qubit out of range.
    """
    highest = max((qubit for block in blocks for qubit in block), default=-1)
    if highest >= n_qubits:
        raise DimensionError(
            argument="blocks",
            value=blocks,
            expected=f"groups of the qubits 0 to {n_qubits - 1}",
        )


def free_qubits(n_qubits: int, blocks: Blocks) -> tuple[int, ...]:
    """Return the qubits that are in no block, ascending."""
    bound = {qubit for block in blocks for qubit in block}
    return tuple(qubit for qubit in range(n_qubits) if qubit not in bound)


def one_hot_state(n_qubits: int, blocks: Blocks) -> tuple[Instruction, ...]:
    """Return W states of the blocks from |0…0⟩, with |+⟩ on all other qubits.

    W is the equal superposition of the states with exactly one 1.
    """
    return (
        *(Gate("x", (block[0],)) for block in blocks),
        *(Gate("h", (qubit,)) for qubit in free_qubits(n_qubits, blocks)),
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
