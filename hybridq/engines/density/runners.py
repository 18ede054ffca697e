"""Runners of programs: compiled sweeps, and their slow twin in NumPy."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.density.program import Block

Vector = NDArray[np.float64]

_THREAD_QUBITS = 8  # states of fewer qubits are swept by one thread


class Runner(Protocol):
    """A way to apply blocks to Pauli vectors of shape (4**n,), in place.

    Attributes:
        threads: the number of threads.
    """

    threads: int

    def forward(self, state: Vector, block: Block, x: Vector) -> None:
        """Multiply a state by a block."""

    def backward(
        self, state: Vector, weights: Vector, block: Block, x: Vector, *, undo: bool
    ) -> Vector:
        """Pull weights back through a block.

        Args:
            state: after the block, or before it with ``undo=False``; before it, on return.
            weights: after the block; before it, on return.
            block: the block.
            x: the parameters.
            undo: whether the state is after the block.

        Returns:
            Derivatives by the entries of ``block.slopes``.
        """


class CompiledRunner:
    """Runner by compiled sweeps; see `Runner`.

    Args:
        n_qubits: width of the circuit.
        threads: the number of threads at most.
    """

    def __init__(self, n_qubits: int, threads: int) -> None:
        from hybridq.engines.density.kernels.sweeps import SLICES
        from hybridq.engines.kernels.team import Team

        self.threads = 1 if n_qubits < _THREAD_QUBITS else min(threads, SLICES)
        self._team, self._slices = Team(self.threads), SLICES

    def forward(self, state: Vector, block: Block, x: Vector) -> None:
        """Multiply a state by a block."""
        from hybridq.engines.density.kernels import sweeps

        sparse = block.forward
        values = sparse.values(block.matrix(x))
        self._team.run(
            sweeps.forward,
            state,
            block.digits,
            block.offsets,
            sparse.starts,
            sparse.columns,
            values,
        )

    def backward(
        self, state: Vector, weights: Vector, block: Block, x: Vector, *, undo: bool
    ) -> Vector:
        """Pull weights back through a block."""
        from hybridq.engines.density.kernels import sweeps
        from hybridq.engines.density.program import Sparse

        identity = np.eye(len(block.offsets))
        inverse = block.inverse(x) if undo else identity
        undone = block.undo if undo else Sparse.of(identity > 0)
        back = block.backward
        sums = np.zeros((self._slices, len(block.slopes.rows)))
        self._team.run(
            sweeps.backward,
            state,
            weights,
            block.digits,
            block.offsets,
            undone.starts,
            undone.columns,
            undone.values(inverse),
            back.starts,
            back.columns,
            back.values(block.matrix(x).T),
            block.slopes.rows,
            block.slopes.columns,
            sums,
        )
        return np.asarray(sums.sum(axis=0))


class PlainRunner:
    """Runner in NumPy: the slow twin, which needs no compiling; see `Runner`."""

    threads = 1

    def forward(self, state: Vector, block: Block, x: Vector) -> None:
        """Multiply a state by a block."""
        _write(state, block, block.matrix(x) @ _table(state, block))

    def backward(
        self, state: Vector, weights: Vector, block: Block, x: Vector, *, undo: bool
    ) -> Vector:
        """Pull weights back through a block."""
        bra, before = _table(weights, block), _table(state, block)
        if undo:
            before = block.inverse(x) @ before
            _write(state, block, before)
        _write(weights, block, block.matrix(x).T @ bra)
        return np.asarray((bra @ before.T)[block.slopes.rows, block.slopes.columns])


def _axes(state: Vector, block: Block) -> tuple[list[int], tuple[int, ...]]:
    """Return axes of a block's digits, the highest first, and the state's shape."""
    n = (len(state).bit_length() - 1) // 2
    return [n - 1 - qubit for qubit in reversed(block.qubits)], (4,) * n


def _table(state: Vector, block: Block) -> Vector:
    """Return a copy of a state with the Paulis of the block as rows."""
    axes, shape = _axes(state, block)
    moved = np.moveaxis(state.reshape(shape), axes, range(len(axes)))
    return moved.reshape(len(block.offsets), -1).copy()


def _write(state: Vector, block: Block, table: Vector) -> None:
    """Write a table of `_table` to a state."""
    axes, shape = _axes(state, block)
    target = np.moveaxis(state.reshape(shape), axes, range(len(axes)))
    target[...] = table.reshape(target.shape)
