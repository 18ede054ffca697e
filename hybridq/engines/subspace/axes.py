"""Layout of products of small groups: a mixer is a small unitary on each axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.hops import HOPS, Partial
from hybridq.circuits.subspace import FeasibleMixer
from hybridq.engines.base import Vector
from hybridq.engines.kernels.team import Team
from hybridq.engines.subspace import pairs as table
from hybridq.engines.subspace.evolution import GROUPS, State
from hybridq.engines.subspace.kernels import axes as kernels
from hybridq.operators.feasible import FeasibleSpace, Group, packed

LARGEST_AXIS = 96
"""States of a group of which the evolution is a dense matrix."""
_LARGEST_DENSE = 6  # states of a complete one-hot block that are multiplied by a dense matrix

Matrix = NDArray[np.complex128]


@dataclass(frozen=True)
class Axis:
    """One factor of a product of groups.

    Attributes:
        space: the factor on its own qubits, counted from 0.
        qubits: these qubits in the whole space.
    """

    space: FeasibleSpace
    qubits: tuple[int, ...]


def axes_of(space: FeasibleSpace) -> tuple[Axis, ...] | None:
    """Return the factors of a space, None for large or constrained ones."""
    if not space.is_product or space.grid:
        return None
    found = []
    for group in space.groups:
        n = len(group.qubits)
        found.append(
            Axis(FeasibleSpace(n, groups=(Group(tuple(range(n)), group.count),)), group.qubits)
        )
    for chain in space.chains:  # on ascending qubits, in which flips take turns
        qubits = tuple(sorted(chain))
        own = FeasibleSpace(len(chain), chains=(tuple(map(qubits.index, chain)),))
        found.append(Axis(own, qubits))
    found += [Axis(FeasibleSpace(1), (qubit,)) for qubit in space.free]
    return (
        tuple(found)
        if all(axis.space.count(LARGEST_AXIS) <= LARGEST_AXIS for axis in found)
        else None
    )


def words_of(space: FeasibleSpace, axes: Sequence[Axis]) -> NDArray[np.uint64]:
    """Return the states of a product, the first axis slowest, shape (dim, words)."""
    rows = np.zeros((1, space.n_qubits), dtype=np.uint8)
    words = packed(rows)
    for axis in axes:
        own = np.zeros((axis.space.dim, space.n_qubits), dtype=np.uint8)
        own[:, axis.qubits] = axis.space.bits()
        words = (words[:, None, :] | packed(own)[None]).reshape(-1, words.shape[1])
    return words


class AxisUnitary:
    """Evolution of one factor under its part of a mixer.

    Args:
        axis: the factor.
        kind: kind of the hops.
        sequential: True for the product of the evolutions under each partial mixer.
    """

    def __init__(self, axis: Axis, kind: str, *, sequential: bool) -> None:
        self.size = axis.space.dim
        partials: Sequence[Partial] = HOPS[kind].partials(axis.space)
        found = table.find(axis.space.words, partials, axis.space.n_qubits, None)
        ends = zip(found.first, found.first[1:], strict=False)
        self._parts = [self._matrix(found.low[a:b], found.high[a:b]) for a, b in ends]
        self._sequential = sequential
        self.hops = np.sum([np.zeros((self.size, self.size)), *self._parts], axis=0)
        self.is_complete = (
            not sequential and self.size > 1 and bool((self.hops == 1.0 - np.eye(self.size)).all())
        )
        self._spectrum = np.linalg.eigh(self.hops)

    def _matrix(self, low: NDArray[np.int64], high: NDArray[np.int64]) -> Vector:
        matrix = np.zeros((self.size, self.size))
        matrix[low, high] = matrix[high, low] = 1.0
        return matrix

    def unitary(self, beta: float) -> tuple[Matrix, Matrix]:
        """Return U and the generator K = −i (dU/dβ) U†, both of shape (size, size)."""
        if not self._sequential:
            values, vectors = self._spectrum
            return (vectors * np.exp(1j * beta * values)) @ vectors.T, self.hops.astype(complex)
        total = np.eye(self.size, dtype=complex)
        generator = np.zeros_like(total)
        c, s = np.cos(beta), np.sin(beta)
        for part in self._parts:  # P = P² on the states of its pairs
            moved = part @ part
            step = np.eye(self.size) + (c - 1.0) * moved + 1j * s * part
            generator = step @ generator @ step.conj().T + part
            total = step @ total
        return total, generator


class AxesEvolution:
    """Evolution of a product of groups, one axis after the other.

    Args:
        space: the feasible states.
        mixer: a mixer by hops on them.
        team: threads; None for NumPy.
    """

    def __init__(self, space: FeasibleSpace, mixer: FeasibleMixer, team: Team | None) -> None:
        axes = axes_of(space)
        assert axes is not None
        same: dict[FeasibleSpace, AxisUnitary] = {}
        self._axes: list[AxisUnitary] = []
        for axis in axes:
            if axis.space not in same:
                same[axis.space] = AxisUnitary(axis, mixer.kind, sequential=mixer.sequential)
            self._axes.append(same[axis.space])
        self._team = team
        self._partial = np.zeros(GROUPS)

    def _moving(self) -> Iterator[tuple[AxisUnitary, int]]:
        """Yield each axis on which something moves, with the number of states behind it."""
        inner = int(np.prod([axis.size for axis in self._axes], dtype=object))
        for axis in self._axes:
            inner //= axis.size
            if axis.hops.any():
                yield axis, inner

    def forward(self, ket: State, beta: float) -> None:
        """Apply the mixer to the ket, in place."""
        known: dict[int, tuple[Matrix, Matrix]] = {}
        for axis, inner in self._moving():
            if axis.is_complete and axis.size > _LARGEST_DENSE and self._team is not None:
                self._complete(ket, axis, inner, beta)
                continue
            if id(axis) not in known:
                known[id(axis)] = axis.unitary(beta)
            self._apply(ket, axis, inner, known[id(axis)][0])

    def _apply(self, state: State, axis: AxisUnitary, inner: int, matrix: Matrix) -> None:
        if self._team is None:
            v = state.view(np.result_type(state.dtype, np.complex64)).reshape(-1, axis.size, inner)
            v[:] = np.einsum("ab,obi->oai", matrix, v)
        else:
            self._team.run(kernels.apply_axis, state, axis.size, inner, _parts(matrix))

    def _complete(self, state: State, axis: AxisUnitary, inner: int, beta: float) -> None:
        """Apply e^{−iβ}(1 + (e^{iβd} − 1) J / d)."""
        assert self._team is not None
        one = np.exp(-1j * beta)
        every = one * (np.exp(1j * beta * axis.size) - 1.0) / axis.size
        factors = (np.array([each.real, each.imag]) for each in (one, every))
        self._team.run(kernels.apply_complete, state, axis.size, inner, *factors)

    def backward(self, ket: State, bra: State, beta: float) -> float:
        """Undo the mixer on both states; return the derivative by β."""
        known: dict[int, tuple[Matrix, Matrix]] = {}
        element = 0.0
        for axis, inner in self._moving():
            if axis.is_complete and axis.size > _LARGEST_DENSE and self._team is not None:
                run = kernels.complete_element
                self._team.run(run, ket, bra, axis.size, inner, self._partial)
                element += float(self._partial.sum())
                for state in (ket, bra):
                    self._complete(state, axis, inner, -beta)
                continue
            if id(axis) not in known:
                known[id(axis)] = axis.unitary(beta)
            matrix, generator = known[id(axis)]
            element += self._undo(ket, bra, axis, inner, matrix.conj().T, generator)
        return -2.0 * element

    def _undo(
        self,
        ket: State,
        bra: State,
        axis: AxisUnitary,
        inner: int,
        matrix: Matrix,
        generator: Matrix,
    ) -> float:
        if self._team is None:
            kind = np.result_type(ket.dtype, np.complex64)
            psi, lam = (each.view(kind).reshape(-1, axis.size, inner) for each in (ket, bra))
            found = np.vdot(lam, np.einsum("ab,obi->oai", generator, psi)).imag
            self._apply(ket, axis, inner, matrix)
            self._apply(bra, axis, inner, matrix)
            return float(found)
        self._team.run(
            kernels.undo_axis, ket, bra, axis.size, inner, _parts(matrix), _parts(generator),
            self._partial,
        )  # fmt: skip
        return float(self._partial.sum())

    def top(self) -> Vector:
        """Return the highest eigenstate of the sum of hops."""
        top: Vector = np.ones(1)
        for axis in self._axes:
            vector = np.linalg.eigh(axis.hops)[1][:, -1]
            top = np.asarray(np.kron(top, vector * (1.0 if vector.sum() >= 0.0 else -1.0)))
        return top


def _parts(matrix: Matrix) -> Vector:
    """Return real and imaginary part, shape (2, size, size)."""
    return np.array([matrix.real, matrix.imag])
