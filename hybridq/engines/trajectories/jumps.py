"""Samples of circuits whose errors change the norm of the state: quantum jumps.

Without a jump the state shrinks by the operators of no error, and its squared norm is the
probability of that. A shot jumps in the block where the norm falls below a uniform number, and the
errors within the block follow from the state of its one or two qubits.

Source: Dalibard, Castin, Mølmer 1992, doi:10.1103/PhysRevLett.68.580.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.trajectories.plain import table_of
from hybridq.engines.trajectories.program import Block, Integers, put

Vector = NDArray[np.float64]
Amplitudes = NDArray[np.complex128]

_SEGMENT = 16  # blocks between two looks at the norm


def draw(
    kernels: ModuleType, states: Vector, counts: Sequence[int], rng: np.random.Generator
) -> Integers:
    """Return basis states by the probabilities of each row, shape (sum of counts,).

    Args:
        kernels: the module of the sweeps.
        states: shape (rows, 2, 2**n), of any norm.
        counts: how many of each row.
        rng: source of the numbers.
    """
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    chances = rng.random(starts[-1])
    rows = np.repeat(np.arange(len(counts)), counts)
    chances = np.ascontiguousarray(chances[np.lexsort((chances, rows))])
    found = np.empty(len(chances), dtype=np.int64)
    kernels.draw(states, starts, chances, found)
    return found


def advance(kernels: ModuleType, state: Vector, qubits: Integers, matrix: Vector) -> None:
    """Multiply a state, shape (2, 2**n), by one block.

    Args:
        kernels: the module of the sweeps.
        state: overwritten.
        qubits: of the block, as in the kernels, shape (2,).
        matrix: shape (2, 4, 4).
    """
    _advance_over(kernels, state, qubits[None], matrix[None])


def _advance_over(
    kernels: ModuleType,
    state: Vector,
    qubits: Integers,
    matrices: Vector,
    room: Vector | None = None,
) -> None:
    """Multiply a state by some blocks; `room`, shape (1, 2, 2**n), is overwritten."""
    none, last = np.zeros(2, dtype=np.int64), np.array([len(qubits)])
    room = np.empty((1, *state.shape)) if room is None else room
    kernels.run(room, state, 0, qubits, matrices, last, none, none[:0], matrices[:0])


class _Shrinking:
    """Blocks without errors, which make the state smaller.

    Args:
        kernels: the module of the sweeps.
        qubits: of each block, as in the kernels.
        matrices: of each block, shape (blocks, 2, 4, 4).
        shape: of a state.
    """

    def __init__(
        self, kernels: ModuleType, qubits: Integers, matrices: Vector, shape: tuple[int, ...]
    ) -> None:
        self._kernels, self._qubits, self._matrices = kernels, qubits, matrices
        self._room, self._saved = np.empty((1, *shape)), np.empty(shape)

    def over(self, state: Vector, begin: int, end: int) -> float:
        """Multiply a state by blocks begin to end; return its squared norm."""
        rows = slice(begin, end)
        _advance_over(self._kernels, state, self._qubits[rows], self._matrices[rows], self._room)
        return _squared_norm(state)

    def to_jump(self, state: Vector, position: int, level: float) -> int:
        """Multiply a state up to the block in which its squared norm falls below a level.

        Returns:
            that block, which is not applied; the number of blocks where there is none.
        """
        while position < len(self._qubits):
            self._saved[:] = state
            end = min(position + _SEGMENT, len(self._qubits))
            if self.over(state, position, end) >= level:
                position = end
                continue
            state[:] = self._saved
            while end - position > 1:  # the norm never grows
                middle = (position + end) // 2
                if self.over(state, position, middle) >= level:
                    position, self._saved[:] = middle, state
                else:
                    end, state[:] = middle, self._saved
            return position
        return position


def sample_with_jumps(
    blocks: Sequence[Block],
    qubits: Integers,
    kernels: ModuleType,
    start: Vector,
    x: Vector,
    shots: int,
    rng: np.random.Generator,
) -> Integers:
    """Return basis states of so many shots, shape (shots,).

    Shots with the same errors so far share their state. Between jumps many blocks are applied at
    once, and the block of a jump is found by bisection.

    Args:
        blocks: of the circuit.
        qubits: of each block, as in the kernels.
        kernels: the module of the sweeps.
        start: the first state, shape (2, 2**n).
        x: the parameters.
        shots: how many.
        rng: source of the errors.
    """
    matrices = np.zeros((len(blocks), 2, 4, 4))
    for number, block in enumerate(blocks):
        shrinking = np.sqrt(np.prod([each[0] for each in block.chances]))
        put(matrices, [number], shrinking * block.matrices(x, block.no_errors))
    without_jumps = _Shrinking(kernels, qubits, matrices, start.shape)
    found = []
    # State, block before which it is, and numbers below whose squares of the norm shots jump.
    waiting = [(start, 0, np.sort(rng.random(shots)))]
    while waiting:
        state, position, levels = waiting.pop()
        position = without_jumps.to_jump(state, position, levels[-1])
        if position == len(blocks):
            found.append(draw(kernels, state[None], [len(levels)], rng))
            continue
        block, before = blocks[position], state.copy()
        norm = without_jumps.over(state, position, position + 1)
        staying = int(np.searchsorted(levels, norm, side="right"))
        if staying:
            waiting.append((state, position + 1, levels[:staying]))
        for operator, count in _jumps(block, before, levels[staying:], x, rng):
            child = _changed(kernels, before, operator, block.qubits)
            waiting.append((child, position + 1, np.sort(rng.random(count))))
    return np.concatenate(found)


def _jumps(
    block: Block, state: Vector, levels: Vector, x: Vector, rng: np.random.Generator
) -> list[tuple[Amplitudes, int]]:
    """Return operators of the block with jumps, and how many shots have each.

    Args:
        block: it holds the jump.
        state: before the block, its squared norm the probability of no jump so far.
        levels: of each shot, between the squared norms before and after the block.
        x: the parameters.
        rng: source of the errors.
    """
    table = table_of(state, *(*block.qubits, -1)[:2])
    density = table @ table.conj().T
    gates = [
        None if isinstance(part, int) else block.gate(number, x)
        for number, part in enumerate(block.parts)
    ]
    histories: Counter[tuple[int, ...]] = Counter()
    for level in levels:
        now, jumped, errors = density, False, list[int]()
        for gate in gates:
            if gate is not None:
                now = gate @ now @ gate.conj().T
                continue
            operators, chances = block.operators[len(errors)], block.chances[len(errors)]
            images = operators @ now @ operators.conj().transpose(0, 2, 1)
            weights = chances * np.einsum("kii->k", images).real.clip(0.0)
            error = 0
            if jumped or level > weights[0]:
                weights[0] *= jumped
                if weights.any():  # otherwise the jump is a rounding error
                    jumped = True
                    error = int(rng.choice(len(weights), p=weights / weights.sum()))
            now = chances[error] * images[error]
            errors.append(error)
        histories[tuple(errors)] += 1
    return [
        (block.matrices(x, np.array([errors]))[0], count) for errors, count in histories.items()
    ]


def _changed(
    kernels: ModuleType, state: Vector, operator: Amplitudes, qubits: tuple[int, ...]
) -> Vector:
    """Return an operator times a state, normalized."""
    found, matrix = state.copy(), np.zeros((1, 2, 4, 4))
    put(matrix, [0], operator[None])
    advance(kernels, found, np.array((*qubits, -1)[:2]), matrix[0])
    return np.asarray(found / np.sqrt(_squared_norm(found)))


def _squared_norm(state: Vector) -> float:
    """Return Σ|a|² of a state, on one thread."""
    # BLAS would wake all threads for microseconds of work.
    return float(np.einsum("cz,cz->", state, state))
