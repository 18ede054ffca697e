"""Division of the operations of a circuit into passes over the state.

An operation may overtake others where they act on different qubits, or where both only read a
qubit (controls, signs). A pass takes every operation that may come next while the qubits that they
change fit into one block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from hybridq.engines.statevector.flip_groups import FlipGroup
from hybridq.engines.statevector.program import Operation

BLOCK_BITS = 14
LARGE_BLOCK_BITS, LARGE_STATE_BITS = 15, 20
"""A state from so many qubits on is passed over in larger blocks, of which threads get enough."""

LATE_QUBITS = 2
"""The last qubits that leave |0⟩ do so in a pass of their own."""

RUN_BITS = 6  # the lowest qubits are always local: copies move lines of 64 amplitudes

Item = tuple[int, Operation | FlipGroup]
"""An operation or a group of terms, with its slot in the arrays of coefficients and sums."""


@dataclass(frozen=True)
class Pass:
    """One pass.

    Attributes:
        local: its local qubits, ascending.
        items: its items in order.
        quiet: mask of the qubits that the ket has in |0⟩ all the time: in blocks where one of them
            is 1, the ket is zero, and so is all that is read from it.
    """

    local: list[int]
    items: list[Item]
    quiet: int

    @property
    def changed(self) -> int:
        """Mask of the qubits that the operations change."""
        return reduce(or_, (item.flip for _, item in self.items if isinstance(item, Operation)), 0)

    def reversed(self) -> Pass:
        """Return the pass with its items in reverse order."""
        return replace(self, items=self.items[::-1])


def divide(items: Sequence[Item], n: int, free: bool, from_zeros: bool) -> list[Pass]:
    """Return the passes that carry out `items`; see `schedule.schedule`."""
    waiting, passes = list(items), []
    quiet = (1 << n) - 1 if from_zeros else 0
    while waiting:
        # Passes before the last qubits leave |0⟩ take a fraction of the work: put much into them.
        spared = LATE_QUBITS if quiet.bit_count() > LATE_QUBITS else 0
        local, taken, waiting = _take(waiting, n, free, quiet, spared)
        done = Pass(local, taken, quiet)
        quiet &= ~done.changed
        passes.append(replace(done, quiet=quiet))
    return passes


def _take(
    waiting: list[Item], n: int, free: bool, quiet: int, spared: int
) -> tuple[list[int], list[Item], list[Item]]:
    """Return the local qubits of the next pass, its items, and the remaining items.

    The pass leaves at least `spared` qubits of the mask `quiet` as they are, if it can.
    """
    base = (1 << min(RUN_BITS, n)) - 1
    most = min(LARGE_BLOCK_BITS if n >= LARGE_STATE_BITS else BLOCK_BITS, n)
    local = base
    taken: list[Item] = []
    left: list[Item] = []
    changed = read = 0  # the qubits of the remaining items
    for slot, item in waiting:
        flip, reads = item.flip, item.reads
        blocked = not free and (flip & (changed | read) or reads & changed)
        still = quiet & ~flip if isinstance(item, Operation) else quiet
        fits = (local | flip).bit_count() <= most and (
            still == quiet or still.bit_count() >= spared
        )
        if blocked or (taken and not fits):
            left.append((slot, item))
            changed |= flip
            read |= reads
        else:
            taken.append((slot, item))
            local |= flip
            quiet = still
    if local.bit_count() > most:
        return list(range(n)), taken, left  # one operation on very many qubits: the whole state
    for qubit in range(n):
        if local.bit_count() >= most:
            break
        local |= 1 << qubit
    return [qubit for qubit in range(n) if local >> qubit & 1], taken, left
